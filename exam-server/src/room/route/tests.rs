//! Tests of the room routes.
