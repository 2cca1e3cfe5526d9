//! `exam-server rehearsal seat`: invented candidates for a sitting of a rehearsal, let in without cards.

use super::workplace::{Installation, Workplace, print_json};
use crate::checkin::admit::AdmissionRecord;
use crate::checkin::store::admission;
use crate::db::Tx;
use crate::exam::rehearsal::{Invented, MOST, Rehearsal as Proof};
use crate::exam::store::{rehearsal as store, roster};
use crate::keys::Keys;
use crate::sitting::ticket;
use crate::staff::store::account;
use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand};
use exam_protocol::id::{AttemptId, RoomId, SittingId, StaffId};
use serde::Serialize;
use serde_json::json;
use std::process::ExitCode;

/// Rehearsals.
#[derive(Debug, Args)]
pub struct Rehearsal {
    #[command(subcommand)]
    command: RehearsalCommand,
}

#[derive(Debug, Subcommand)]
enum RehearsalCommand {
    /// Fill the rooms of a rehearsal with invented candidates and let them in; prints a ticket for each.
    /// Only for exams made with `exam create --rehearsal`
    Seat(Seat),
}

#[derive(Debug, Args)]
struct Seat {
    #[command(flatten)]
    installation: Installation,
    /// The sitting
    #[arg(long)]
    sitting: SittingId,
    /// How many candidates
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::try_from(MOST).unwrap_or(i64::MAX)))]
    candidates: u32,
    /// Login name of the member in whose name they are let in
    #[arg(long)]
    official: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Seated {
    attempt: AttemptId,
    room: RoomId,
    ticket: String,
}

impl Rehearsal {
    /// Runs the command.
    ///
    /// # Errors
    /// When the sitting is none of a rehearsal, has candidates already, or the database can't be written.
    pub async fn run(self) -> Result<ExitCode> {
        let RehearsalCommand::Seat(seat) = self.command;
        seat.run().await
    }
}

impl Seat {
    async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let keys = Keys::read(&work.config)?;
        let mut tx = work.db.write().await?;
        let official = account::id_of(&mut tx, &self.official).await?;
        let official = official.with_context(|| {
            format!(
                "--official {}: không có người này / no such member",
                self.official
            )
        })?;
        let proof = self.fill(&work, &mut tx).await?;
        let mut seated = Vec::new();
        for invented in store::invented(&mut tx, &proof).await? {
            seated.push(let_in(&work, &keys, &mut tx, (invented, official)).await?);
        }
        let object = format!("sitting:{}", self.sitting);
        let detail = json!({ "candidates": seated.len() });
        work.audit(&mut tx, "rehearsal.seat", &object, &detail).await?;
        tx.commit().await?;
        work.db.close().await;
        if self.json {
            print_json(&seated)?;
        } else {
            for one in &seated {
                println!("{} {}", one.ticket, one.attempt);
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn fill(&self, work: &Workplace, tx: &mut Tx) -> Result<Proof> {
        let Some(proof) = store::rehearsal(tx, self.sitting).await? else {
            bail!(
                "--sitting {}: không phải ca diễn tập; tạo bằng exam create --rehearsal / not a sitting of a rehearsal; \
                 make one with exam create --rehearsal",
                self.sitting
            );
        };
        ensure!(
            store::invented(tx, &proof).await?.is_empty(),
            "--sitting {}: ca này đã có thí sinh / this sitting has candidates already",
            self.sitting
        );
        let places = proof.places(usize::try_from(self.candidates)?);
        let new_id = || {
            let bytes = work
                .random
                .bytes()
                .map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
            Ok(AttemptId::from_random(bytes))
        };
        roster::apply(tx, self.sitting, &places, new_id).await?;
        Ok(proof)
    }
}

async fn let_in(
    work: &Workplace,
    keys: &Keys,
    tx: &mut Tx,
    (invented, official): (Invented, StaffId),
) -> Result<Seated> {
    let (attempt, now) = (invented.attempt(), work.now());
    admission::put(tx, &AdmissionRecord::rehearsed(&invented, official, now)).await?;
    let ticket = ticket::draw(&work.random)?;
    let times = (now, now + work.config.exam.ticket_life());
    ticket::put(tx, (&keys.node, &ticket), attempt, times).await?;
    Ok(Seated {
        attempt,
        room: invented.room(),
        ticket: ticket::shown(&ticket),
    })
}
