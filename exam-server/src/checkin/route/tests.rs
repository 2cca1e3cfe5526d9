//! Tests of the check-in routes.
