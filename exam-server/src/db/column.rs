//! Columns to values: a value that does not fit its meaning is an error that names its column.

use exam_protocol::bytes::Digest;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::error::Error;

/// A value that does not fit its meaning, with the column it came from.
pub fn broken(column: &'static str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.into(),
        source: cause.into(),
    }
}

/// An id, or anything else that is written as text.
///
/// # Errors
/// When the column is missing or its text does not parse.
pub fn parsed<T>(row: &SqliteRow, column: &'static str) -> Result<T, sqlx::Error>
where
    T: std::str::FromStr,
    T::Err: Error + Send + Sync + 'static,
{
    let text: String = row.try_get(column)?;
    text.parse().map_err(|e| broken(column, e))
}

/// What is written as text, or nothing where the column is null.
///
/// # Errors
/// When the column is missing or its text does not parse.
pub fn maybe<T>(row: &SqliteRow, column: &'static str) -> Result<Option<T>, sqlx::Error>
where
    T: std::str::FromStr,
    T::Err: Error + Send + Sync + 'static,
{
    let text: Option<String> = row.try_get(column)?;
    text.map(|text| text.parse().map_err(|e| broken(column, e)))
        .transpose()
}

/// A whole number of a narrower type than the column's.
///
/// # Errors
/// When the column is missing or out of range.
pub fn whole<T: TryFrom<i64>>(row: &SqliteRow, column: &'static str) -> Result<T, sqlx::Error> {
    T::try_from(row.try_get(column)?).map_err(|_| broken(column, "out of range"))
}

/// A SHA-256 digest.
///
/// # Errors
/// When the column is missing or has another length.
pub fn digest(row: &SqliteRow, column: &'static str) -> Result<Digest, sqlx::Error> {
    let bytes: Vec<u8> = row.try_get(column)?;
    bytes
        .as_slice()
        .try_into()
        .map_err(|e: std::array::TryFromSliceError| broken(column, e))
}
