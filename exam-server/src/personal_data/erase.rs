//! The erasure itself: what the rules say is due goes, in one transaction with its minutes and its record in the audit.

use super::inventory::Rule;
use super::{minutes, store};
use crate::audit::chain::{Act, Actor};
use crate::audit::{self, verify::ERASE};
use crate::checkin;
use crate::clock::Randomness;
use crate::config::PersonalData;
use crate::db::Tx;
use crate::staff::proposal::store::{Due, erase_words};
use certs::hash::sha256;
use exam_protocol::bytes::Fixed;
use exam_protocol::id::SittingId;
use exam_protocol::personal_data::{ErasureLine, ErasureMinutes};
use exam_protocol::time::{Millis, Timestamp};
use serde_json::json;

/// What to erase.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The rules' days.
    pub rules: &'a PersonalData,
    /// What was due at this time goes; never after now.
    pub due_at: Timestamp,
    /// Only of this sitting.
    pub sitting: Option<SittingId>,
    /// Who erases.
    pub actor: &'a Actor,
    /// Now.
    pub now: Timestamp,
}

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum NotErased {
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// No random numbers.
    #[error(transparent)]
    Random(#[from] crate::clock::NoRandomness),
}

fn days(days: u32) -> Millis {
    Millis::minutes(i64::from(days) * 24 * 60)
}

fn back(at: Timestamp, by: u32) -> Timestamp {
    Timestamp(at.0 - days(by).0)
}

/// Erases what is due. Minutes only where something was: the caller commits, or drops the transaction for a trial run.
///
/// # Errors
/// [`NotErased`].
pub async fn erase(tx: &mut Tx, request: &Request<'_>) -> Result<Option<ErasureMinutes>, NotErased> {
    let mut lines = vec![
        minutes::line(Rule::Images, images(tx, request).await?),
        minutes::line(Rule::Candidates, candidates(tx, request).await?),
    ];
    let mut reasons = Vec::new();
    if request.sitting.is_none() {
        let before = back(request.due_at, request.rules.reason_days);
        reasons = audit::store::reasons_before(tx, before).await?;
        for sequence in &reasons {
            audit::store::erase_reason(tx, *sequence).await?;
        }
        let others = store::erase_admission_reasons(tx, before).await?
            + store::erase_void_reasons(tx, before).await?
            + erase_words(tx, Due::Before(before), request.now).await?;
        lines.push(minutes::line(Rule::Reasons, reasons.len() as u64 + others));
        checkin::store::desk::remove_expired(tx, request.now).await?;
    }
    lines.retain(|line| line.rows > 0);
    if lines.is_empty() {
        return Ok(None);
    }
    record(tx, request, lines, &reasons).await.map(Some)
}

async fn images(tx: &mut Tx, request: &Request<'_>) -> Result<u64, sqlx::Error> {
    let before = back(request.due_at, request.rules.image_days);
    let mut rows = 0;
    for sitting in store::sittings_over(tx, before, request.sitting).await? {
        rows += store::erase_images(tx, sitting).await?;
    }
    Ok(rows)
}

async fn candidates(tx: &mut Tx, request: &Request<'_>) -> Result<u64, NotErased> {
    let before = back(request.due_at, request.rules.candidate_days);
    let mut rows = 0;
    for sitting in store::sittings_over(tx, before, request.sitting).await? {
        for number in store::candidates_due(tx, sitting, before).await? {
            store::erase_candidate(tx, &number, &nobody()?).await?;
            rows += 1;
        }
        // What proposals are about names candidates.
        rows += erase_words(tx, Due::Sitting(sitting), request.now).await?;
    }
    Ok(rows)
}

/// A number in the form of a citizen's that no citizen has.
fn nobody() -> Result<String, crate::clock::NoRandomness> {
    let random = u64::from_be_bytes(Randomness::system().bytes()?) % 1_000_000_000;
    Ok(format!("{}{random:09}", store::ERASED_NUMBER))
}

async fn record(
    tx: &mut Tx,
    request: &Request<'_>,
    lines: Vec<ErasureLine>,
    reasons: &[i64],
) -> Result<ErasureMinutes, NotErased> {
    let number = store::next_number(tx).await?;
    let text = minutes::text(number, request.now, &request.actor.who, &lines);
    let minutes = ErasureMinutes {
        number,
        at: request.now,
        actor: request.actor.who.clone(),
        text_hash: Fixed(sha256(text.as_bytes())),
        lines,
        text,
    };
    store::put_minutes(tx, &minutes).await?;
    let rows: Vec<_> = minutes
        .lines
        .iter()
        .map(|line| json!({ "rule": line.rule, "rows": line.rows }))
        .collect();
    let became = json!({ "minutes": number, "text": minutes.text_hash, "erased": rows, "reasons": reasons });
    let object = request.sitting.map_or_else(
        || "installation".to_owned(),
        |sitting| format!("sitting:{sitting}"),
    );
    let act = Act {
        at: request.now,
        actor: request.actor,
        act: ERASE,
        object: &object,
        was: "",
        became: &became.to_string(),
        reason: "",
    };
    audit::store::append(tx, &act).await?;
    Ok(minutes)
}
