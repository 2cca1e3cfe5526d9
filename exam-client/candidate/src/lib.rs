//! The candidate's page.
