//! `exam-server review`: the access review at the terminal. Lists who holds what since when; confirming and taking away is
//! for people with names, in the console.

use super::workplace::{Installation, print_json};
use crate::result::table::moment;
use crate::staff::people::directory::{Directory, Held, Person};
use crate::staff::people::review::is_due;
use crate::staff::people::store::directory;
use anyhow::Result;
use clap::Args;
use exam_protocol::id::StaffId;
use exam_protocol::people::AccountState;
use exam_protocol::right::{Grant, Scope};
use exam_protocol::time::Timestamp;
use serde::Serialize;
use std::process::ExitCode;

/// The access review.
#[derive(Debug, Args)]
pub struct Review {
    #[command(flatten)]
    installation: Installation,
    /// Only roles that are due for review
    #[arg(long)]
    due: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A role that somebody holds.
#[derive(Serialize)]
struct Entry {
    staff: StaffId,
    name: String,
    display_name: String,
    organisation: String,
    state: AccountState,
    last_login: Option<Timestamp>,
    second_factors: usize,
    grant: Grant,
    place: String,
    granted_at: Timestamp,
    granted_by: String,
    reviewed_at: Option<Timestamp>,
    due: bool,
}

impl Review {
    /// Runs the command. Exit code 1 when a role is due.
    ///
    /// # Errors
    /// What went wrong, for the person at the terminal.
    pub async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let mut tx = work.db.write().await?;
        let found = directory(&mut tx).await?;
        drop(tx);
        let (every, now) = (work.config.people.review_days, work.now());
        work.db.close().await;
        let mut entries: Vec<Entry> = Vec::new();
        for person in &found.people {
            let held = person
                .held
                .iter()
                .map(|held| entry(&found, (person, held), every, now));
            entries.extend(held.filter(|entry| entry.due || !self.due));
        }
        entries.sort_by(|a, b| (!a.due, &a.name, &a.place).cmp(&(!b.due, &b.name, &b.place)));
        let due = entries.iter().any(|entry| entry.due);
        if self.json {
            print_json(&entries)?;
        } else {
            for entry in &entries {
                print(entry);
            }
        }
        Ok(if due { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn entry(directory: &Directory, (person, held): (&Person, &Held), every: u32, now: Timestamp) -> Entry {
    let places = &directory.places;
    Entry {
        staff: person.id,
        name: person.name.clone(),
        display_name: person.display_name.clone(),
        organisation: places.name(Scope::Organisation(person.organisation)),
        state: person.state(now),
        last_login: person.last_login,
        second_factors: person.factors.len(),
        grant: held.grant,
        place: places.name(held.grant.scope),
        granted_at: held.granted_at,
        granted_by: held.granted_by.clone(),
        reviewed_at: held.reviewed.as_ref().map(|(at, _)| *at),
        due: is_due(held, every, now),
    }
}

fn print(entry: &Entry) {
    let place = if entry.place.is_empty() {
        "toàn hệ thống/whole installation"
    } else {
        &entry.place
    };
    println!(
        "{} {} ({}; {}) | {} | {place} | từ/since {} | rà soát/reviewed {} | đăng nhập/login {}",
        if entry.due { "[!]" } else { "[ ]" },
        entry.display_name,
        entry.name,
        entry.organisation,
        entry.grant.role.name(),
        moment(entry.granted_at),
        entry.reviewed_at.map_or_else(|| "–".to_owned(), moment),
        entry.last_login.map_or_else(|| "–".to_owned(), moment),
    );
}
