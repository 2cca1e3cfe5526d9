//! Searching the audit. Only reads; names beside ids are looked up here and are not part of the record.

use super::fixed;
use crate::db::{DbQuery, DbRow, Reader};
use exam_protocol::audit::{AuditFilter, AuditReason, AuditRecord, FeedState, MOST_COUNTED, PAGE};
use exam_protocol::bytes::Fixed;
use exam_protocol::right::Scope;
use exam_protocol::time::Timestamp;
use sqlx::Row;

/// What records somebody sees: all, or those in these places (ids between commas).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// All of them.
    pub whole: bool,
    places: String,
}

impl Sight {
    /// Of somebody who may read the audit in these scopes.
    pub fn of(scopes: &[Scope]) -> Self {
        let mut sight = Self {
            whole: false,
            places: ",".into(),
        };
        for scope in scopes {
            let id = match scope {
                Scope::Installation => {
                    sight.whole = true;
                    continue;
                }
                Scope::Organisation(id) => id.to_string(),
                Scope::Exam(id) => id.to_string(),
                Scope::Site(id) => id.to_string(),
                Scope::Room(id) => id.to_string(),
            };
            sight.places.push_str(&id);
            sight.places.push(',');
        }
        sight
    }
}

const FROM: &str = "from audit left join audit_reason r on r.sequence = audit.sequence
    left join staff s on audit.actor like 'staff:%' and s.id = substr(audit.actor, 7)
where audit.sequence > 0 and audit.sequence < $1 and audit.at >= $2 and audit.at < $3
    and lower(audit.act) like lower($4) escape '\\' and lower(audit.object) like lower($5) escape '\\'
    and lower(audit.address) like lower($6) escape '\\'
    and (lower(audit.actor) like lower($7) escape '\\' or lower(s.name) like lower($8) escape '\\'
         or lower(s.display_name) like lower($8) escape '\\')
    and lower(audit.actor || ' ' || audit.address || ' ' || audit.act || ' ' || audit.object || ' ' || audit.was || ' '
         || audit.became || ' ' || coalesce(r.text, '')) like lower($9) escape '\\'
    and ($10 = 1 or (audit.organisation <> '' and $11 like '%,' || audit.organisation || ',%')
         or (audit.exam <> '' and $11 like '%,' || audit.exam || ',%')
         or (audit.site <> '' and $11 like '%,' || audit.site || ',%')
         or (audit.room <> '' and $11 like '%,' || audit.room || ',%'))";

const NAMES: &str = "coalesce(s.display_name, '') as actor_name, coalesce(
    (select name from room where audit.object like 'room:%' and room.id = substr(audit.object, 6)),
    (select candidate_number from attempt where audit.object like 'attempt:%' and attempt.id = substr(audit.object, 9)),
    (select display_name from staff where audit.object like 'staff:%' and staff.id = substr(audit.object, 7)),
    (select subject from sitting where audit.object like 'sitting:%' and sitting.id = substr(audit.object, 9)),
    (select title from exam where audit.object like 'exam:%' and exam.id = substr(audit.object, 6)),
    (select name from site where audit.object like 'site:%' and site.id = substr(audit.object, 6)),
    (select name from organisation where audit.object like 'organisation:%'
        and organisation.id = substr(audit.object, 14)), '') as object_name";

/// At most [`PAGE`] records and one more, newest first.
///
/// # Errors
/// Whatever the database says.
pub async fn page(
    reader: &Reader,
    filter: &AuditFilter,
    sight: &Sight,
) -> Result<Vec<AuditRecord>, sqlx::Error> {
    let text = format!(
        "select audit.*, r.text as reason_text, {NAMES} {FROM} order by audit.sequence desc limit $12"
    );
    let rows = filtered(sqlx::query(sqlx::AssertSqlSafe(text)), filter, sight)
        .bind(i64::from(PAGE) + 1)
        .fetch_all(reader)
        .await?;
    rows.iter().map(view).collect()
}

/// How many records fit, counted up to [`MOST_COUNTED`]; the page does not matter.
///
/// # Errors
/// Whatever the database says.
pub async fn count(reader: &Reader, filter: &AuditFilter, sight: &Sight) -> Result<u32, sqlx::Error> {
    let text = format!("select count(*) as found from (select 1 as one {FROM} limit $12) as some_of_them");
    let all = AuditFilter {
        before: None,
        ..filter.clone()
    };
    let row = filtered(sqlx::query(sqlx::AssertSqlSafe(text)), &all, sight)
        .bind(i64::from(MOST_COUNTED))
        .fetch_one(reader)
        .await?;
    crate::db::column::whole(&row, "found")
}

type Query<'q> = DbQuery<'q>;

fn filtered<'q>(query: Query<'q>, filter: &AuditFilter, sight: &Sight) -> Query<'q> {
    query
        .bind(filter.before.unwrap_or(i64::MAX))
        .bind(filter.from.map_or(i64::MIN, |at| at.0))
        .bind(filter.until.map_or(i64::MAX, |at| at.0))
        .bind(group(&filter.act, '.'))
        .bind(group(&filter.object, ':'))
        .bind(format!("{}%", literal(&filter.address)))
        .bind(format!("{}%", literal(&filter.actor)))
        .bind(anywhere(&filter.actor))
        .bind(anywhere(&filter.text))
        .bind(i64::from(sight.whole))
        .bind(sight.places.clone())
}

/// The text itself in a `like` pattern.
fn literal(text: &str) -> String {
    let mut pattern = String::new();
    for c in text.trim().to_ascii_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

fn anywhere(text: &str) -> String {
    format!("%{}%", literal(text))
}

/// All, a whole group (`room.`), or one.
fn group(text: &str, end: char) -> String {
    let pattern = literal(text);
    if pattern.is_empty() || pattern.ends_with(end) {
        pattern + "%"
    } else {
        pattern
    }
}

fn view(row: &DbRow) -> Result<AuditRecord, sqlx::Error> {
    let reason_hash: Vec<u8> = row.try_get("reason_hash")?;
    let text: Option<String> = row.try_get("reason_text")?;
    Ok(AuditRecord {
        sequence: row.try_get("sequence")?,
        at: Timestamp(row.try_get("at")?),
        actor: row.try_get("actor")?,
        actor_name: row.try_get("actor_name")?,
        address: row.try_get("address")?,
        act: row.try_get("act")?,
        object: row.try_get("object")?,
        object_name: row.try_get("object_name")?,
        was: row.try_get("was")?,
        became: row.try_get("became")?,
        reason: match text {
            Some(text) => AuditReason::Given(text),
            None if reason_hash.is_empty() => AuditReason::None,
            None => AuditReason::Erased,
        },
        hash: Fixed(fixed(row, "hash")?),
    })
}

/// Collectors and how far they have been served.
///
/// # Errors
/// Whatever the database says.
pub async fn feeds(reader: &Reader) -> Result<Vec<FeedState>, sqlx::Error> {
    let rows = sqlx::query("select name, sent, sent_at from audit_feed order by name")
        .fetch_all(reader)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(FeedState {
                name: row.try_get("name")?,
                sent: row.try_get("sent")?,
                sent_at: row.try_get::<Option<i64>, _>("sent_at")?.map(Timestamp),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_was_typed() {
        assert_eq!(anywhere("50%_\\A"), "%50\\%\\_\\\\a%");
        assert_eq!(group("", '.'), "%");
        assert_eq!(group("room.", '.'), "room.%");
        assert_eq!(group("room.start", '.'), "room.start");
    }
}
