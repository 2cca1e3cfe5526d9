//! The browser's database (IndexedDB) as named stores of values under text keys. Must not know what the values mean.
//!
//! Every write waits until the browser has committed its transaction.

use idb::{Database, DatabaseEvent, Factory, KeyRange, ObjectStoreParams, Query, TransactionMode};
use wasm_bindgen::JsValue;

/// The browser has no database, or could not read or write it (private window, disk full, blocked by policy).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatabaseError;

impl From<idb::Error> for DatabaseError {
    fn from(_: idb::Error) -> Self {
        // The browser's message may quote values; only the fact goes on.
        DatabaseError
    }
}

/// An open database.
pub struct Stores {
    database: Database,
}

impl Stores {
    /// Opens, and makes the stores at the first time.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn open(name: &str, stores: &'static [&'static str]) -> Result<Self, DatabaseError> {
        let mut request = Factory::new()?.open(name, Some(1))?;
        request.on_upgrade_needed(move |event| {
            if let Ok(database) = event.database() {
                for store in stores {
                    // A store that can't be made shows at the first use, as an error that is told.
                    let _ = database.create_object_store(store, ObjectStoreParams::new());
                }
            }
        });
        Ok(Self {
            database: request.await?,
        })
    }

    /// The value under a key.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn get(&self, store: &str, key: &str) -> Result<Option<JsValue>, DatabaseError> {
        let transaction = self.database.transaction(&[store], TransactionMode::ReadOnly)?;
        let value = transaction.object_store(store)?.get(JsValue::from(key))?.await?;
        transaction.await?;
        Ok(value)
    }

    /// All values whose key begins with `prefix`, in the order of their keys.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn get_all(&self, store: &str, prefix: &str) -> Result<Vec<JsValue>, DatabaseError> {
        let transaction = self.database.transaction(&[store], TransactionMode::ReadOnly)?;
        let values = transaction
            .object_store(store)?
            .get_all(Some(beginning_with(prefix)?), None)?
            .await?;
        transaction.await?;
        Ok(values)
    }

    /// Writes a value under a key; done when it is committed.
    ///
    /// # Errors
    /// [`DatabaseError`]: nothing was written.
    pub async fn put(&self, store: &str, key: &str, value: &JsValue) -> Result<(), DatabaseError> {
        let transaction = self.database.transaction(&[store], TransactionMode::ReadWrite)?;
        transaction
            .object_store(store)?
            .put(value, Some(&JsValue::from(key)))?
            .await?;
        transaction.commit()?.await?;
        Ok(())
    }

    /// Removes all values whose key begins with `prefix`.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn remove(&self, store: &str, prefix: &str) -> Result<(), DatabaseError> {
        let transaction = self.database.transaction(&[store], TransactionMode::ReadWrite)?;
        transaction
            .object_store(store)?
            .delete(beginning_with(prefix)?)?
            .await?;
        transaction.commit()?.await?;
        Ok(())
    }
}

/// Keys from `prefix` to the last text that begins with it; keys are plain ASCII.
fn beginning_with(prefix: &str) -> Result<Query, idb::Error> {
    let last = format!("{prefix}\u{ffff}");
    KeyRange::bound(&prefix.into(), &last.into(), None, None).map(Query::KeyRange)
}
