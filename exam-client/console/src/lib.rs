//! The proctor's page.
