//! Columns to values: a value that does not fit its meaning is an error that names its column.

use super::DbRow;
use exam_protocol::bytes::Digest;
use sqlx::any::{AnyQueryResult, AnyTypeInfoKind};
use sqlx::{Row, ValueRef};
use std::error::Error;

/// A value that does not fit its meaning, with the column it came from.
pub fn broken(column: &'static str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.into(),
        source: cause.into(),
    }
}

/// Takes a change to be done only if it changed one row.
///
/// # Errors
/// `RowNotFound` when there is no such row.
pub fn one_row(done: &AnyQueryResult) -> Result<(), sqlx::Error> {
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(sqlx::Error::RowNotFound)
    }
}

/// An id, or anything else that is written as text.
///
/// # Errors
/// When the column is missing or its text does not parse.
pub fn parsed<T>(row: &DbRow, column: &'static str) -> Result<T, sqlx::Error>
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
pub fn maybe<T>(row: &DbRow, column: &'static str) -> Result<Option<T>, sqlx::Error>
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
pub fn whole<T: TryFrom<i64>>(row: &DbRow, column: &'static str) -> Result<T, sqlx::Error> {
    T::try_from(row.try_get(column)?).map_err(|_| broken(column, "out of range"))
}

/// A SHA-256 digest.
///
/// # Errors
/// When the column is missing or has another length.
pub fn digest(row: &DbRow, column: &'static str) -> Result<Digest, sqlx::Error> {
    let bytes: Vec<u8> = row.try_get(column)?;
    bytes
        .as_slice()
        .try_into()
        .map_err(|e: std::array::TryFromSliceError| broken(column, e))
}

/// Whether a condition held, or a column of 0 and 1 holds 1; not where it is null. PostgreSQL answers conditions with a boolean,
/// SQLite with a number.
///
/// # Errors
/// When the column is missing or is neither.
pub fn flag(row: &DbRow, column: &'static str) -> Result<bool, sqlx::Error> {
    let value = row.try_get_raw(column)?;
    if value.is_null() {
        return Ok(false);
    }
    match value.type_info().kind() {
        AnyTypeInfoKind::Bool => row.try_get(column),
        _ => Ok(row.try_get::<i64, _>(column)? != 0),
    }
}

/// Any value as text, bytes in hexadecimal; none where the column is null.
///
/// # Errors
/// When there is no such column.
pub fn written(row: &DbRow, at: usize) -> Result<Option<String>, sqlx::Error> {
    let value = row.try_get_raw(at)?;
    if value.is_null() {
        return Ok(None);
    }
    match value.type_info().kind() {
        AnyTypeInfoKind::Text => row.try_get(at).map(Some),
        AnyTypeInfoKind::Blob => row
            .try_get::<Vec<u8>, _>(at)
            .map(|bytes| Some(hex::encode(bytes))),
        AnyTypeInfoKind::Bool => row.try_get::<bool, _>(at).map(|yes| Some(yes.to_string())),
        _ => row.try_get::<i64, _>(at).map(|number| Some(number.to_string())),
    }
}
