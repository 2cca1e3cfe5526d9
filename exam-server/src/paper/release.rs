//! The only way out for keys: the paper's at the start, the key sheet's after the end.
//!
//! [`Running`] and [`Finished`] are proofs: their fields are private to this slice, and `store` makes them only from a room
//! that runs, or has ended, by what the database says at that moment.

use super::keyring::{NotOurs, Place, Purpose, unwrap};
use super::store;
use crate::app::App;
use crate::db::DbExecutor;
use certs::seal::ContentKey;
use exam_protocol::canonical;
use exam_protocol::id::{AttemptId, FormId, RoomId, SittingId};
use exam_protocol::paper::SealedForm;
use question_bank::key::KeySheet;

/// A form whose room runs.
#[derive(Debug)]
pub struct Running {
    pub(super) sitting: SittingId,
    pub(super) form: FormId,
    pub(super) sitting_key: Vec<u8>,
    pub(super) paper_key: Vec<u8>,
}

/// A form whose room has ended.
#[derive(Debug)]
pub struct Finished {
    pub(super) attempt: AttemptId,
    pub(super) sitting: SittingId,
    pub(super) form: FormId,
    pub(super) sitting_key: Vec<u8>,
    pub(super) answer_key: Vec<u8>,
    pub(super) sealed: Vec<u8>,
}

/// Why nothing was released.
#[derive(Debug, thiserror::Error)]
pub enum NotReleased {
    /// The room does not run (or has not ended), or has no such form.
    #[error("the room is not in the state for this key, or has no such form")]
    NotNow,
    /// The wrapped keys do not open.
    #[error(transparent)]
    Key(#[from] NotOurs),
    /// The sealed key sheet can't be read.
    #[error("sealed key sheet: {0}")]
    Sheet(String),
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Running {
    /// The paper's key.
    fn open(&self, node: &ContentKey) -> Result<ContentKey, NotOurs> {
        let sitting_key = unwrap(node, Place::Sitting(self.sitting), &self.sitting_key)?;
        unwrap(
            &sitting_key,
            Place::Form(self.sitting, self.form, Purpose::Paper),
            &self.paper_key,
        )
    }
}

impl Finished {
    fn open(&self, node: &ContentKey) -> Result<KeySheet, NotReleased> {
        let sitting_key = unwrap(node, Place::Sitting(self.sitting), &self.sitting_key)?;
        let key = unwrap(
            &sitting_key,
            Place::Form(self.sitting, self.form, Purpose::AnswerKey),
            &self.answer_key,
        )?;
        let sealed: SealedForm =
            canonical::decode(&self.sealed).map_err(|e| NotReleased::Sheet(e.to_string()))?;
        question_bank::seal::open_key_sheet(&sealed, &key).map_err(|e| NotReleased::Sheet(e.to_string()))
    }
}

/// The key of a form's paper, while its room runs.
///
/// # Errors
/// [`NotReleased`] says why not.
pub async fn paper_key(app: &App, room: RoomId, form: FormId) -> Result<ContentKey, NotReleased> {
    let running = store::running(app.db.reader(), room, form)
        .await?
        .ok_or(NotReleased::NotNow)?;
    Ok(running.open(&app.keys.node)?)
}

/// The key sheets of all attempts of a room that has ended or was closed; empty before that.
///
/// # Errors
/// [`NotReleased`] says why not.
pub async fn key_sheets(
    app: &App,
    executor: impl DbExecutor<'_>,
    room: RoomId,
) -> Result<Vec<(AttemptId, KeySheet)>, NotReleased> {
    let finished = store::finished(executor, room).await?;
    finished
        .iter()
        .map(|form| Ok((form.attempt, form.open(&app.keys.node)?)))
        .collect()
}
