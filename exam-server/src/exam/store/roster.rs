//! The roster's tables: what a plan is made against, and its application in one transaction.

use crate::db::column::parsed;
use crate::db::{DbRow, Tx};
use crate::exam::roster::plan::{Existing, Person, Place, Room, Stored};
use certs::hash::sha256;
use exam_protocol::answer::JournalEntry;
use exam_protocol::id::{AttemptId, SittingId};
use sqlx::Row;

/// Rooms and candidates of a sitting; none when there is no such sitting.
///
/// # Errors
/// Whatever the database says.
pub async fn stored(tx: &mut Tx, sitting: SittingId) -> Result<Option<Stored>, sqlx::Error> {
    let id = sitting.to_string();
    let there = sqlx::query("select 1 from sitting where id = $1")
        .bind(&id)
        .fetch_optional(&mut **tx)
        .await?;
    if there.is_none() {
        return Ok(None);
    }
    let rooms = sqlx::query("select id, name from room where sitting = $1 order by name")
        .bind(&id)
        .fetch_all(&mut **tx)
        .await?;
    let rooms = rooms.iter().map(|row| {
        Ok(Room {
            id: parsed(row, "id")?,
            name: row.try_get("name")?,
        })
    });
    let candidates = sqlx::query(
        "select attempt.id, attempt.citizen_number, coalesce(roster_name, name) as name,
             coalesce(roster_birth_date, birth_date) as birth_date, coalesce(roster_sex, sex) as sex,
             coalesce(roster_class, class) as class, coalesce(roster_school, school) as school,
             candidate_number, room, seat
         from attempt join candidate on candidate.citizen_number = attempt.citizen_number
         where sitting = $1 order by candidate_number",
    )
    .bind(&id)
    .fetch_all(&mut **tx)
    .await?;
    Ok(Some(Stored {
        rooms: rooms.collect::<Result<_, sqlx::Error>>()?,
        candidates: candidates.iter().map(existing).collect::<Result<_, _>>()?,
    }))
}

fn existing(row: &DbRow) -> Result<Existing, sqlx::Error> {
    Ok(Existing {
        attempt: parsed(row, "id")?,
        citizen_number: parsed(row, "citizen_number")?,
        person: Person {
            name: row.try_get("name")?,
            birth_date: row.try_get("birth_date")?,
            sex: row.try_get("sex")?,
            class: row.try_get("class")?,
            school: row.try_get("school")?,
        },
        candidate_number: row.try_get("candidate_number")?,
        room: parsed(row, "room")?,
        seat: row.try_get("seat")?,
    })
}

/// Whether any room of the sitting is open already.
///
/// # Errors
/// Whatever the database says.
pub async fn is_open(tx: &mut Tx, sitting: SittingId) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("select 1 from room where sitting = $1 and state <> 'planned' limit 1")
        .bind(sitting.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.is_some())
}

/// Applies a plan. `new_id` gives ids for new attempts.
///
/// # Errors
/// Whatever the database says.
pub async fn apply(
    tx: &mut Tx,
    sitting: SittingId,
    places: &[Place],
    mut new_id: impl FnMut() -> Result<AttemptId, sqlx::Error>,
) -> Result<(), sqlx::Error> {
    for place in places {
        put_candidate(tx, place).await?;
        if let Some(attempt) = place.attempt {
            leave_seat(tx, attempt).await?;
        }
    }
    for place in places {
        match place.attempt {
            Some(attempt) => move_attempt(tx, attempt, place).await?,
            None => put_attempt(tx, sitting, new_id()?, place).await?,
        }
    }
    Ok(())
}

/// Frees a seat under a name of its own, so that two candidates can change places.
async fn leave_seat(tx: &mut Tx, attempt: AttemptId) -> Result<(), sqlx::Error> {
    sqlx::query("update attempt set seat = 'moving ' || id where id = $1")
        .bind(attempt.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The person with the newest roster's words; what this sitting's roster says stays with the attempt.
async fn put_candidate(tx: &mut Tx, place: &Place) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into candidate (citizen_number, name, birth_date, sex, class, school) values ($1, $2, $3, $4, $5, $6)
         on conflict (citizen_number) do update set name = excluded.name, birth_date = excluded.birth_date,
             sex = excluded.sex, class = excluded.class, school = excluded.school",
    )
    .bind(place.citizen_number.as_str())
    .bind(&place.person.name)
    .bind(&place.person.birth_date)
    .bind(&place.person.sex)
    .bind(&place.person.class)
    .bind(&place.person.school)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn move_attempt(tx: &mut Tx, attempt: AttemptId, place: &Place) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update attempt set room = $1, seat = $2, candidate_number = $3, version = version + 1, roster_name = $5,
             roster_birth_date = $6, roster_sex = $7, roster_class = $8, roster_school = $9 where id = $4",
    )
    .bind(place.room.to_string())
    .bind(&place.seat)
    .bind(&place.candidate_number)
    .bind(attempt.to_string())
    .bind(&place.person.name)
    .bind(&place.person.birth_date)
    .bind(&place.person.sex)
    .bind(&place.person.class)
    .bind(&place.person.school)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn put_attempt(
    tx: &mut Tx,
    sitting: SittingId,
    id: AttemptId,
    place: &Place,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into attempt (id, sitting, room, citizen_number, candidate_number, seat, head, roster_name,
             roster_birth_date, roster_sex, roster_class, roster_school)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(id.to_string())
    .bind(sitting.to_string())
    .bind(place.room.to_string())
    .bind(place.citizen_number.as_str())
    .bind(&place.candidate_number)
    .bind(&place.seat)
    .bind(sha256(&JournalEntry::genesis_input(id)).as_slice())
    .bind(&place.person.name)
    .bind(&place.person.birth_date)
    .bind(&place.person.sex)
    .bind(&place.person.class)
    .bind(&place.person.school)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::personal_data::store::{ERASED, about, erase_candidate};
    use crate::result::store::{NOW, rows};
    use crate::trial::Trial;
    use exam_protocol::citizen::CitizenNumber;
    use exam_protocol::id::RoomId;

    const NUMBER: &str = "001308000001";

    async fn names(trial: &Trial, room: RoomId) -> Vec<(String, String)> {
        let rows = rows(trial.app.db.reader(), room, NOW).await.unwrap();
        rows.into_iter().map(|row| (row.name, row.birth_date)).collect()
    }

    /// A sitting of another exam day with one room.
    async fn another(trial: &Trial) -> (SittingId, RoomId) {
        let (sitting, room) = (
            SittingId::from_random([0xa1; 16]),
            RoomId::from_random([0xa2; 16]),
        );
        let of = [&sitting.to_string(), &trial.sitting.to_string()];
        let text = "insert into sitting (id, exam, subject, starts_at, duration, questions)
             select $1, exam, subject, starts_at, duration, questions from sitting where id = $2";
        trial.sql(text, &of.map(String::as_str)).await;
        let of = [&room.to_string(), &sitting.to_string()];
        let text = "insert into room (id, sitting, site, name, state) select $1, $2, site, 'P9', 'planned' from room limit 1";
        trial.sql(text, &of.map(String::as_str)).await;
        (sitting, room)
    }

    #[tokio::test]
    async fn another_exams_roster_changes_no_mark_list_that_stands() {
        let trial = Trial::new().await;
        let before = names(&trial, trial.rooms[0]).await;
        let (sitting, room) = another(&trial).await;
        let place = Place {
            citizen_number: NUMBER.parse::<CitizenNumber>().unwrap(),
            person: Person {
                name: "Người Khác".into(),
                birth_date: "2001-01-01".into(),
                sex: "M".into(),
                class: "12A".into(),
                school: String::new(),
            },
            candidate_number: "9".into(),
            room,
            seat: "1".into(),
            attempt: None,
        };
        let mut tx = trial.app.db.write().await.unwrap();
        let new = || Ok(AttemptId::from_random([0xa3; 16]));
        apply(&mut tx, sitting, &[place], new).await.unwrap();
        let own = stored(&mut tx, sitting).await.unwrap().unwrap().candidates;
        assert_eq!(own[0].person.name, "Người Khác");
        let first = stored(&mut tx, trial.sitting).await.unwrap().unwrap().candidates;
        assert!(first.iter().all(|one| one.person.name != "Người Khác"));
        tx.commit().await.unwrap();
        assert_eq!(
            names(&trial, trial.rooms[0]).await,
            before,
            "the list that was printed"
        );
        let other = names(&trial, room).await;
        assert_eq!(other, [("Người Khác".to_owned(), "2001-01-01".to_owned())]);
        let held = about(trial.app.db.reader(), &NUMBER.parse().unwrap())
            .await
            .unwrap();
        let held = serde_json::to_string(&held).unwrap();
        assert!(
            held.contains("Người Khác") && held.contains(&before[0].0),
            "the export has both"
        );
        let mut tx = trial.app.db.write().await.unwrap();
        erase_candidate(&mut tx, NUMBER, "000000000009").await.unwrap();
        tx.commit().await.unwrap();
        for room in [trial.rooms[0], room] {
            let left = names(&trial, room).await;
            let erased = left
                .iter()
                .filter(|(name, birth_date)| name == ERASED && birth_date.is_empty());
            assert_eq!(erased.count(), 1, "{left:?}");
        }
    }
}
