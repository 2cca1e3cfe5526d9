//! The command line. Each command is a file; here is the list.

pub mod init;
pub mod serve;
pub mod staff;
pub mod sitting;
pub mod roster;
pub mod paper;
pub mod trust;
pub mod machine;
pub mod export;
pub mod verify;
pub mod workplace;
pub mod written;
pub mod core_dumps;
pub mod doctor;
pub mod database;
pub mod audit;
pub mod personal_data;
pub mod photos;
pub mod rehearsal;
pub mod review;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Máy chủ thi Trường Thi / the exam server of Trường Thi.
#[derive(Debug, Parser)]
#[command(name = "exam-server", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new installation in a folder: exam CA, keys, configuration, database
    Init(init::Init),
    /// Run the server until it is told to stop (SIGTERM or Ctrl-C)
    Serve(serve::Serve),
    /// Members of staff
    Staff(staff::Staff),
    /// Exams
    Exam(sitting::Exam),
    /// Sittings (ca thi)
    Sitting(sitting::Sitting),
    /// Rosters (danh sách thí sinh)
    Roster(roster::Roster),
    /// Papers (đề thi)
    Paper(paper::Paper),
    /// Desk and seat PCs: codes, list, revocation
    Machine(machine::Machine),
    /// Certificates of the states whose cards can be confirmed
    Trust(trust::Trust),
    /// Hand-ins and journals for inspectors and the archive
    Export(export::Export),
    /// Check an exported submission without a database
    Verify(verify::Verify),
    /// The audit: export and check it
    Audit(audit::Audit),
    /// Personal data: inventory, erasure, export, unmasking
    PersonalData(personal_data::PersonalData),
    /// Roster photos (ảnh thí sinh)
    Photos(photos::Photos),
    /// Rehearsals (diễn tập)
    Rehearsal(rehearsal::Rehearsal),
    /// The tables: make them, bring them up to date
    Database(database::Database),
    /// The access review: who holds what since when, and what is due
    Review(review::Review),
    /// Say in plain words whether this installation is ready for exam day
    Doctor(doctor::Doctor),
}

impl Arguments {
    /// Runs the command.
    ///
    /// # Errors
    /// What went wrong, for the person at the terminal.
    pub async fn run(self) -> Result<ExitCode> {
        core_dumps::forbid().context("core dumps")?;
        match self.command {
            Command::Init(command) => command.run().await,
            Command::Serve(command) => command.run().await,
            Command::Staff(command) => command.run().await,
            Command::Exam(command) => command.run().await,
            Command::Sitting(command) => command.run().await,
            Command::Roster(command) => command.run().await,
            Command::Paper(command) => command.run().await,
            Command::Machine(command) => command.run().await,
            Command::Trust(command) => command.run().await,
            Command::Export(command) => command.run().await,
            Command::Verify(command) => command.run(),
            Command::Audit(command) => command.run().await,
            Command::PersonalData(command) => command.run().await,
            Command::Photos(command) => command.run().await,
            Command::Rehearsal(command) => command.run().await,
            Command::Database(command) => command.run().await,
            Command::Review(command) => command.run().await,
            Command::Doctor(command) => command.run().await,
        }
    }
}
