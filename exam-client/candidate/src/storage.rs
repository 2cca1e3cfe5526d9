//! What the browser keeps of a seat: its record, its key, the sealed form and the journal. Must not decide anything.

use crate::core::record::{KeptLines, SeatRecord};
use exam_browser::crypto::SeatKey;
use exam_browser::database::{DatabaseError, Stores};
use exam_protocol::bytes::Bytes;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

/// The browser's database of this page.
pub struct SeatStore {
    stores: Stores,
}

/// A seat as it was kept over a reload.
pub struct Kept {
    /// The record.
    pub record: SeatRecord,
    /// The signing key.
    pub key: SeatKey,
    /// The journal.
    pub lines: KeptLines,
    /// The sealed form, if it was downloaded.
    pub form: Option<Vec<u8>>,
}

const SEAT: &str = "seat";
const JOURNAL: &str = "journal";
const RECORD: &str = "record";
const KEY: &str = "key";
const FORM: &str = "form";
const ACKNOWLEDGED: &str = "acknowledged";

impl SeatStore {
    /// Opens the database.
    ///
    /// # Errors
    /// [`DatabaseError`]: the browser has none, or keeps it closed.
    pub async fn open() -> Result<Self, DatabaseError> {
        Ok(Self {
            stores: Stores::open("truong-thi", &[SEAT, JOURNAL]).await?,
        })
    }

    /// The seat that this browser holds, if any.
    pub async fn load(&self) -> Option<Kept> {
        let text = self.stores.get(SEAT, RECORD).await.ok()??.as_string()?;
        let record: SeatRecord = serde_json::from_str(&text).ok()?;
        let pair = self.stores.get(SEAT, KEY).await.ok()??;
        let key = SeatKey::from_pair(pair).await.ok()?;
        let lines = self.lines(&record).await.unwrap_or_default();
        let form = self.stores.get(SEAT, FORM).await.ok().flatten().and_then(bytes);
        Some(Kept {
            record,
            key,
            lines,
            form,
        })
    }

    /// The lines that are kept of this seat's attempt.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn lines(&self, record: &SeatRecord) -> Result<KeptLines, DatabaseError> {
        let journal = self.stores.get_all(JOURNAL, &record.journal_prefix()).await?;
        let earlier = self.stores.get_all(JOURNAL, &record.answers_prefix()).await?;
        let acknowledged = self
            .stores
            .get(SEAT, ACKNOWLEDGED)
            .await?
            .and_then(|value| value.as_string());
        Ok(KeptLines {
            journal: journal.into_iter().filter_map(bytes).map(Bytes).collect(),
            earlier: earlier.into_iter().filter_map(bytes).map(Bytes).collect(),
            acknowledged: acknowledged
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
        })
    }

    /// All lines that this browser ever kept of an attempt, whatever epoch they belong to.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn all_lines(&self, record: &SeatRecord) -> Result<Vec<Bytes>, DatabaseError> {
        let all = self.stores.get_all(JOURNAL, &record.attempt_prefix()).await?;
        Ok(all.into_iter().filter_map(bytes).map(Bytes).collect())
    }

    /// Keeps the record.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn keep_record(&self, record: &SeatRecord) -> Result<(), DatabaseError> {
        let text = serde_json::to_string(record).map_err(|_| DatabaseError)?;
        self.stores.put(SEAT, RECORD, &text.into()).await
    }

    /// Keeps the signing key, as the browser's own object: its private half has no bytes to keep.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn keep_key(&self, key: &SeatKey) -> Result<(), DatabaseError> {
        self.stores.put(SEAT, KEY, key.pair()).await
    }

    /// Keeps the sealed form.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn keep_form(&self, form: &[u8]) -> Result<(), DatabaseError> {
        self.stores.put(SEAT, FORM, &Uint8Array::from(form)).await
    }

    /// Keeps one line of a journal.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn keep_line(&self, key: &str, line: &Bytes) -> Result<(), DatabaseError> {
        self.stores
            .put(JOURNAL, key, &Uint8Array::from(line.0.as_slice()))
            .await
    }

    /// Keeps the number of the last acknowledged line.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn keep_acknowledged(&self, through: u64) -> Result<(), DatabaseError> {
        self.stores
            .put(SEAT, ACKNOWLEDGED, &through.to_string().into())
            .await
    }

    /// Gives the seat up; the journal stays, for the case that its owner comes back to this PC.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn leave(&self) -> Result<(), DatabaseError> {
        for name in [RECORD, KEY, FORM, ACKNOWLEDGED] {
            self.stores.remove(SEAT, name).await?;
        }
        Ok(())
    }

    /// Forgets a finished attempt: nothing of the candidate stays on the PC.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn forget(&self, record: &SeatRecord) -> Result<(), DatabaseError> {
        self.stores.remove(JOURNAL, &record.attempt_prefix()).await?;
        self.leave().await
    }
}

fn bytes(value: JsValue) -> Option<Vec<u8>> {
    value.dyn_into::<Uint8Array>().ok().map(|array| array.to_vec())
}
