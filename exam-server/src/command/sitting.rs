//! `exam-server exam create`, `exam-server sitting add`, `exam-server sitting list`.

use super::workplace::{DEFAULT_ORGANISATION, Installation, Workplace, print_json};
use crate::db::Tx;
use crate::exam::store::{self, NewSitting};
use crate::staff;
use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand};
use exam_protocol::id::{ExamId, OrganisationId, RoomId, SiteId, SittingId};
use exam_protocol::time::{Millis, Timestamp};
use serde::Serialize;
use serde_json::json;
use std::collections::HashSet;
use std::process::ExitCode;
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset};
use time::{OffsetDateTime, PrimitiveDateTime};

/// Exams.
#[derive(Debug, Args)]
pub struct Exam {
    #[command(subcommand)]
    command: ExamCommand,
}

#[derive(Debug, Subcommand)]
enum ExamCommand {
    /// Create an exam with its first sitting and rooms; prints their ids
    Create(Create),
}

/// Sittings.
#[derive(Debug, Args)]
pub struct Sitting {
    #[command(subcommand)]
    command: SittingCommand,
}

#[derive(Debug, Subcommand)]
enum SittingCommand {
    /// Add a sitting with rooms to an exam; prints their ids
    Add(Add),
    /// List all sittings with their rooms
    List(List),
}

#[derive(Debug, Args)]
struct Create {
    #[command(flatten)]
    installation: Installation,
    /// Title, "Kiểm tra cuối kỳ I"
    #[arg(long)]
    title: String,
    /// The organisation that holds it; made if there is none of this name
    #[arg(long, default_value = DEFAULT_ORGANISATION)]
    organisation: String,
    /// A rehearsal (diễn tập): its candidates are invented, nothing of it is a result
    #[arg(long)]
    rehearsal: bool,
    #[command(flatten)]
    sitting: Plan,
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    installation: Installation,
    /// The exam
    #[arg(long)]
    exam: ExamId,
    #[command(flatten)]
    sitting: Plan,
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    installation: Installation,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A sitting as planned.
#[derive(Debug, Args)]
struct Plan {
    /// Subject, "Toán"
    #[arg(long)]
    subject: String,
    /// Time allowed, in minutes
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=720))]
    duration_minutes: i64,
    /// Planned start: 2026-12-01T07:30 (Vietnam time) or with an offset, 2026-12-01T00:30:00Z
    #[arg(long, value_parser = parse_start)]
    starts_at: Timestamp,
    /// The site (điểm thi) where its rooms are; made if the exam has none of this name
    #[arg(long, default_value = "Điểm thi")]
    site: String,
    /// So many minutes after the start candidates may still be let in for the first time
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(i64).range(0..=720))]
    late_minutes: i64,
    /// Nobody may hand in before this part of the time has run, in per cent
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    earliest_hand_in_percent: u8,
    /// Name of a room, "Phòng 01"; may be repeated
    #[arg(long = "room", required = true, num_args = 1..)]
    rooms: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Created {
    exam: ExamId,
    site: SiteId,
    sitting: SittingId,
    rooms: Vec<CreatedRoom>,
}

#[derive(Serialize)]
struct CreatedRoom {
    id: RoomId,
    name: String,
}

pub(super) fn parse_start(text: &str) -> Result<Timestamp> {
    let local = format_description!("[year]-[month]-[day]T[hour]:[minute]");
    let with_offset = format_description!(
        "[year]-[month]-[day]T[hour]:[minute][offset_hour sign:mandatory]:[offset_minute]"
    );
    let text = text.trim().replacen(' ', "T", 1);
    let at = OffsetDateTime::parse(&text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(&text, with_offset))
        .or_else(|_| PrimitiveDateTime::parse(&text, local).map(|time| time.assume_offset(offset!(+7))))
        .context("viết như / write it as 2026-12-01T07:30")?;
    Ok(Timestamp(at.unix_timestamp() * 1000))
}

impl Exam {
    /// Runs the command.
    ///
    /// # Errors
    /// When a name is missing or the database can't be written.
    pub async fn run(self) -> Result<ExitCode> {
        let ExamCommand::Create(create) = self.command;
        ensure!(
            !create.title.trim().is_empty(),
            "--title: tên kỳ thi trống / the title is empty"
        );
        let work = create.installation.open().await?;
        let exam = ExamId::from_random(work.random.bytes()?);
        let mut tx = work.db.write().await?;
        let new = OrganisationId::from_random(work.random.bytes()?);
        let organisation =
            staff::store::organisation::named(&mut tx, new, create.organisation.trim(), work.now()).await?;
        let named = (create.title.trim(), create.rehearsal);
        store::put_exam(&mut tx, (exam, organisation), named, work.now()).await?;
        let detail = json!({ "rehearsal": create.rehearsal });
        work.audit(&mut tx, "exam.create", &format!("exam:{exam}"), &detail)
            .await?;
        finish(&work, tx, exam, create.sitting).await
    }
}

impl Sitting {
    /// Runs the command.
    ///
    /// # Errors
    /// When there is no such exam or the database can't be used.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            SittingCommand::Add(add) => add.run().await,
            SittingCommand::List(list) => list.run().await,
        }
    }
}

impl Add {
    async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let mut tx = work.db.write().await?;
        if !store::has_exam(&mut tx, self.exam).await? {
            bail!("--exam {}: không có kỳ thi này / no such exam", self.exam);
        }
        finish(&work, tx, self.exam, self.sitting).await
    }
}

async fn finish(work: &Workplace, mut tx: Tx, exam: ExamId, plan: Plan) -> Result<ExitCode> {
    let json = plan.json;
    let new = SiteId::from_random(work.random.bytes()?);
    let site = store::site(&mut tx, new, exam, plan.site.trim()).await?;
    let sitting = plan.to_stored(exam, site, work)?;
    store::put_sitting(&mut tx, &sitting).await?;
    let detail = json!({ "exam": exam, "rooms": sitting.rooms.len() });
    work.audit(
        &mut tx,
        "sitting.create",
        &format!("sitting:{}", sitting.id),
        &detail,
    )
    .await?;
    tx.commit().await?;
    work.db.close().await;
    let site = sitting.site;
    let rooms = sitting
        .rooms
        .into_iter()
        .map(|(id, name)| CreatedRoom { id, name })
        .collect();
    let created = Created {
        exam,
        site,
        sitting: sitting.id,
        rooms,
    };
    if json {
        print_json(&created)?;
    } else {
        println!(
            "exam {}\nsite {}\nsitting {}",
            created.exam, created.site, created.sitting
        );
        for room in &created.rooms {
            println!("room {} {}", room.id, room.name);
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Plan {
    fn to_stored(&self, exam: ExamId, site: SiteId, work: &Workplace) -> Result<NewSitting> {
        ensure!(
            !self.subject.trim().is_empty(),
            "--subject: tên môn trống / the subject is empty"
        );
        let names: Vec<String> = self
            .rooms
            .iter()
            .map(|name| crate::exam::roster::text::clean(name))
            .collect();
        ensure!(
            names.iter().all(|name| !name.is_empty()),
            "--room: tên phòng trống / a room has no name"
        );
        let different: HashSet<&String> = names.iter().collect();
        ensure!(
            different.len() == names.len(),
            "--room: trùng tên phòng / two rooms of one name"
        );
        let rooms = names
            .into_iter()
            .map(|name| Ok((RoomId::from_random(work.random.bytes()?), name)));
        Ok(NewSitting {
            id: SittingId::from_random(work.random.bytes()?),
            exam,
            subject: self.subject.trim().to_owned(),
            starts_at: self.starts_at,
            duration: Millis::minutes(self.duration_minutes),
            late_after: Millis::minutes(self.late_minutes),
            earliest_hand_in: self.earliest_hand_in_percent,
            site,
            rooms: rooms.collect::<Result<_>>()?,
        })
    }
}

impl List {
    async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let rooms = store::rooms(work.db.reader()).await?;
        work.db.close().await;
        if self.json {
            print_json(&rooms)?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut last = None;
        for room in rooms {
            if last.replace(room.sitting) != Some(room.sitting) {
                println!(
                    "{} · {} · {} phút/minutes · sitting {}",
                    room.title,
                    room.subject,
                    room.duration.0 / 60_000,
                    room.sitting
                );
            }
            let (name, state) = (&room.name, &room.state);
            println!(
                "  {name} · {state} · {} thí sinh/candidates · {} đề/forms · room {}",
                room.candidates, room.forms, room.room
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_without_offset_is_vietnam_time() {
        let utc = parse_start("2026-12-01T00:30:00Z").unwrap();
        assert_eq!(parse_start("2026-12-01T07:30").unwrap(), utc);
        assert_eq!(parse_start("2026-12-01 07:30").unwrap(), utc);
        assert_eq!(parse_start("2026-12-01T07:30:00+07:00").unwrap(), utc);
        assert_eq!(parse_start("2026-12-01T07:30+07:00").unwrap(), utc);
        assert!(parse_start("1/12/2026 7:30").is_err());
    }
}
