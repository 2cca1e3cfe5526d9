//! The table of proposals. What was proposed is written once; only its state is changed, and only away from `open`.

use super::act::{Approved, Unmask};
use super::rules::Open;
use crate::db::column::{broken, digest, maybe, parsed};
use crate::db::{DbExecutor, DbRow, Reader, Tx};
use crate::staff::place;
use crate::staff::rights::{Place, roles_with};
use exam_protocol::canonical;
use exam_protocol::id::{AttemptId, OrganisationId, ProposalId, RoomId, SittingId, StaffId};
use exam_protocol::proposal::{CriticalAct, DecisionView, ProposalContent, ProposalState};
use exam_protocol::right::Permission;
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// Proposals that are over are listed up to this number.
const MOST_OVER: i64 = 100;

/// A proposal with everything that is known of it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// What was proposed, with its hash.
    pub open: Open,
    /// Its state as written.
    pub state: ProposalState,
    /// Whether its words were erased, which is done to what is over only.
    pub erased: bool,
    /// How it ended.
    pub decision: Option<DecisionView>,
    /// For an unmasking: until when it can be read.
    pub readable_until: Option<Timestamp>,
    /// Where its object is.
    pub place: Place,
}

fn state_name(state: ProposalState) -> &'static str {
    match state {
        // Expired proposals are open ones whose time is over.
        ProposalState::Open | ProposalState::Expired => "open",
        ProposalState::Done => "done",
        ProposalState::Overtaken => "overtaken",
        ProposalState::Rejected => "rejected",
        ProposalState::Withdrawn => "withdrawn",
    }
}

fn state(name: &str) -> Result<ProposalState, sqlx::Error> {
    match name {
        "open" => Ok(ProposalState::Open),
        "done" => Ok(ProposalState::Done),
        "overtaken" => Ok(ProposalState::Overtaken),
        "rejected" => Ok(ProposalState::Rejected),
        "withdrawn" => Ok(ProposalState::Withdrawn),
        _ => Err(broken("state", "no such state of a proposal")),
    }
}

/// Stores a proposal.
///
/// # Errors
/// Whatever the database says.
pub async fn put(
    tx: &mut Tx,
    open: &Open,
    (sitting, room): (SittingId, Option<RoomId>),
) -> Result<(), sqlx::Error> {
    let content = &open.content;
    sqlx::query(
        "insert into proposal (id, sitting, room, content, hash, proposer, organisation, proposed_at, expires_at, state)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open')",
    )
    .bind(content.id.to_string())
    .bind(sitting.to_string())
    .bind(room.map(|room| room.to_string()))
    .bind(content.to_bytes())
    .bind(open.hash.as_slice())
    .bind(content.proposer.to_string())
    .bind(content.organisation.to_string())
    .bind(content.proposed_at.0)
    .bind(content.expires_at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

const SELECT: &str = "select p.id, p.content, p.hash, p.expires_at, p.words_erased_at, p.state, p.decided_by, p.decided_at, p.decision_reason,
        p.readable_until, coalesce(p.decider_name, decider.display_name) as decider_name,
        coalesce(p.decider_organisation, office.name) as decider_organisation,
        exam.organisation, exam.id as exam, room.site, p.room
     from proposal p join sitting on sitting.id = p.sitting join exam on exam.id = sitting.exam
     left join room on room.id = p.room left join staff decider on decider.id = p.decided_by
     left join organisation office on office.id = decider.organisation";

fn row_expiry(row: &DbRow) -> Result<Timestamp, sqlx::Error> {
    row.try_get("expires_at").map(Timestamp)
}

fn stored(row: &DbRow) -> Result<Stored, sqlx::Error> {
    let bytes: Vec<u8> = row.try_get("content")?;
    let hash = digest(row, "hash")?;
    let content: ProposalContent = canonical::decode(&bytes).map_err(|e| broken("content", e))?;
    let state = state(row.try_get("state")?)?;
    let erased_at = row.try_get::<Option<i64>, _>("words_erased_at")?.map(Timestamp);
    // Words are erased of what is over; the time at which one that nobody decided is over is the one that it stated.
    let was_over = |at: Timestamp| state != ProposalState::Open || row_expiry(row).is_ok_and(|end| end <= at);
    let wordless = content.reason.is_empty() && content.object.is_empty();
    if certs::hash::sha256(&bytes) != hash.0 && !(erased_at.is_some_and(was_over) && wordless) {
        return Err(broken("hash", "the stored proposal is not what was proposed"));
    }
    let decided_at: Option<i64> = row.try_get("decided_at")?;
    let decision = decided_at
        .map(|at| {
            Ok::<_, sqlx::Error>(DecisionView {
                by: maybe(row, "decided_by")?,
                by_name: row
                    .try_get::<Option<String>, _>("decider_name")?
                    .unwrap_or_default(),
                organisation_name: row
                    .try_get::<Option<String>, _>("decider_organisation")?
                    .unwrap_or_default(),
                at: Timestamp(at),
                reason: row.try_get("decision_reason")?,
            })
        })
        .transpose()?;
    Ok(Stored {
        open: Open { content, hash },
        state,
        erased: erased_at.is_some(),
        decision,
        readable_until: row.try_get::<Option<i64>, _>("readable_until")?.map(Timestamp),
        place: place::place(row)?,
    })
}

/// One proposal.
///
/// # Errors
/// Whatever the database says; a content whose hash does not fit is an error.
pub async fn one(executor: impl DbExecutor<'_>, id: ProposalId) -> Result<Option<Stored>, sqlx::Error> {
    let text = format!("{SELECT} where p.id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(id.to_string())
        .fetch_optional(executor)
        .await?;
    row.as_ref().map(stored).transpose()
}

/// The proposals of the places where this member of staff takes part: all that wait, and the newest of the others.
///
/// # Errors
/// Whatever the database says.
pub async fn seen_by(reader: &Reader, staff: StaffId) -> Result<Vec<Stored>, sqlx::Error> {
    let text = format!(
        "{SELECT} where exists (select 1 from staff_role where staff = $1 and $2 like '%,' || role || ',%'
             and (scope_kind = 'installation' or scope_id in (p.room, room.site, exam.id, exam.organisation)))
         and (p.state = 'open' or p.id in (select id from proposal where state <> 'open'
             order by proposed_at desc limit $3))
         order by p.proposed_at, p.id"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(staff.to_string())
        .bind(roles_with(Permission::Propose))
        .bind(MOST_OVER)
        .fetch_all(reader)
        .await?;
    rows.iter().map(stored).collect()
}

/// How a proposal ends.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// Where it then stands.
    pub state: ProposalState,
    /// Who ended it.
    pub by: StaffId,
    /// Why.
    pub reason: &'a str,
    /// When.
    pub at: Timestamp,
    /// For an approved unmasking: until when it can be read.
    pub readable_until: Option<Timestamp>,
}

/// Ends an open proposal; false when it is over already, which lets nothing be done twice. Whoever ends it stands there with
/// the name and the organisation of this moment: a later change of the account changes no record.
///
/// # Errors
/// Whatever the database says.
pub async fn end(tx: &mut Tx, id: ProposalId, ending: Ending<'_>) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "update proposal set state = $1, decided_by = $2, decided_at = $3, decision_reason = $4, readable_until = $5,
             decider_name = (select display_name from staff where id = $2),
             decider_organisation = (select organisation.name from organisation
                 join staff on staff.organisation = organisation.id where staff.id = $2)
         where id = $6 and state = 'open'",
    )
    .bind(state_name(ending.state))
    .bind(ending.by.to_string())
    .bind(ending.at.0)
    .bind(ending.reason)
    .bind(ending.readable_until.map(|until| until.0))
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Which proposals are due to lose their words.
#[derive(Clone, Copy, Debug)]
pub enum Due {
    /// Those proposed before this time.
    Before(Timestamp),
    /// All of a sitting.
    Sitting(SittingId),
}

/// Erases what people wrote in proposals that are over, and the name of a candidate in what they were about. Act, people,
/// times and the hash of what was proposed stay. How many.
///
/// # Errors
/// Whatever the database says.
pub async fn erase_words(tx: &mut Tx, due: Due, now: Timestamp) -> Result<u64, sqlx::Error> {
    let (before, sitting) = match due {
        Due::Before(before) => (before, String::new()),
        Due::Sitting(sitting) => (Timestamp(0), sitting.to_string()),
    };
    let rows = sqlx::query(
        "select id, content from proposal where words_erased_at is null and (state <> 'open' or expires_at <= $1)
             and (proposed_at < $2 or sitting = $3)",
    )
    .bind(now.0)
    .bind(before.0)
    .bind(sitting)
    .fetch_all(&mut **tx)
    .await?;
    for row in &rows {
        let bytes: Vec<u8> = row.try_get("content")?;
        let content: ProposalContent = canonical::decode(&bytes).map_err(|e| broken("content", e))?;
        let wordless = ProposalContent {
            reason: String::new(),
            object: String::new(),
            proposer_name: String::new(),
            ..content
        };
        sqlx::query(
            "update proposal set content = $1, decision_reason = '', words_erased_at = $2,
                 decider_name = '', decider_organisation = '' where id = $3",
        )
        .bind(wordless.to_bytes())
        .bind(now.0)
        .bind(row.try_get::<String, _>("id")?)
        .execute(&mut **tx)
        .await?;
    }
    Ok(rows.len() as u64)
}

/// Name of an organisation.
///
/// # Errors
/// Whatever the database says; `RowNotFound` when there is none.
pub async fn organisation_name(
    executor: impl DbExecutor<'_>,
    id: OrganisationId,
) -> Result<String, sqlx::Error> {
    sqlx::query_scalar("select name from organisation where id = $1")
        .bind(id.to_string())
        .fetch_one(executor)
        .await
}

/// Takes the one reading that a proposal granted, within its minutes: the proof that two people wanted it. None when it
/// grants nothing of this, was never approved, was read before, or its minutes are over.
///
/// # Errors
/// Whatever the database says.
pub async fn take_unmasking(
    tx: &mut Tx,
    proposal: ProposalId,
    attempt: AttemptId,
    now: Timestamp,
) -> Result<Option<Approved<Unmask>>, sqlx::Error> {
    let row = sqlx::query(
        "select content, hash, decided_by from proposal where id = $1 and state = 'done' and readable_until > $2
             and used_at is null",
    )
    .bind(proposal.to_string())
    .bind(now.0)
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let bytes: Vec<u8> = row.try_get("content")?;
    if digest(&row, "hash")?.0 != certs::hash::sha256(&bytes) {
        return Err(broken("content", "it is not what was approved"));
    }
    let content: ProposalContent = canonical::decode(&bytes).map_err(|e| broken("content", e))?;
    let what = match &content.act {
        CriticalAct::Unmask { attempt: of, what } if *of == attempt && content.id == proposal => *what,
        _ => return Ok(None),
    };
    sqlx::query("update proposal set used_at = $1 where id = $2 and used_at is null")
        .bind(now.0)
        .bind(proposal.to_string())
        .execute(&mut **tx)
        .await?;
    let people = (content.proposer, parsed(&row, "decided_by")?);
    let approved = Approved::new(content.act, content.id, people, content.reason);
    Ok(Some(approved.holding(Unmask { attempt, what })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::{ORGANISATION, Trial};
    use exam_protocol::bytes::Fixed;

    /// Lan proposes to start a room.
    fn content(trial: &Trial) -> ProposalContent {
        ProposalContent {
            id: ProposalId::from_random([7; 16]),
            act: CriticalAct::StartRoom { room: trial.rooms[0] },
            object: "Phòng 01".into(),
            reason: "mất điện".into(),
            proposer: StaffId::from_random([21; 16]),
            proposer_name: "LAN".into(),
            organisation: ORGANISATION,
            organisation_name: "Trường A".into(),
            proposed_at: Timestamp(0),
            expires_at: Timestamp(9),
        }
    }

    /// Minh has rejected what Lan proposed.
    async fn rejected(trial: &Trial) -> ProposalId {
        let content = content(trial);
        let (id, hash) = (content.id, Fixed(certs::hash::sha256(&content.to_bytes())));
        let mut tx = trial.app.db.write().await.unwrap();
        let object = (trial.sitting, Some(trial.rooms[0]));
        put(&mut tx, &Open { content, hash }, object).await.unwrap();
        let ending = Ending {
            state: ProposalState::Rejected,
            by: StaffId::from_random([22; 16]),
            reason: "không",
            at: Timestamp(5),
            readable_until: None,
        };
        assert!(end(&mut tx, id, ending).await.unwrap());
        tx.commit().await.unwrap();
        id
    }

    #[tokio::test]
    async fn whoever_decided_stands_there_as_they_were_called_then() {
        let trial = Trial::new().await;
        let id = rejected(&trial).await;
        let decided = async || {
            one(trial.app.db.reader(), id)
                .await
                .unwrap()
                .unwrap()
                .decision
                .unwrap()
        };
        let then = decided().await;
        assert!(!then.by_name.is_empty() && !then.organisation_name.is_empty());
        trial
            .sql(
                "update staff set display_name = $1 where name = $2",
                &["Người khác", "minh"],
            )
            .await;
        trial
            .sql("update organisation set name = $1", &["Nơi khác"])
            .await;
        assert_eq!(decided().await, then);
        let mut tx = trial.app.db.write().await.unwrap();
        assert_eq!(
            erase_words(&mut tx, Due::Before(Timestamp(1)), Timestamp(10))
                .await
                .unwrap(),
            1
        );
        tx.commit().await.unwrap();
        let erased = decided().await;
        assert_eq!(
            (erased.by_name.as_str(), erased.organisation_name.as_str()),
            ("", "")
        );
        assert_eq!(erased.by, then.by);
    }
}
