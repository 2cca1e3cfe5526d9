//! Checks a submission file without a database.
