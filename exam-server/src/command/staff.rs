//! `exam-server staff add`.

use crate::audit::{self, chain::Act};
use crate::clock::{Clock, Randomness};
use crate::config::Config;
use crate::db::Db;
use crate::staff::{password, store};
use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};
use exam_protocol::id::{RoomId, StaffId};
use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

/// Shortest password; staff log in with a password alone until second factors are enrolled.
const SHORTEST_PASSWORD: usize = 12;

/// Members of staff.
#[derive(Debug, Args)]
pub struct Staff {
    #[command(subcommand)]
    command: StaffCommand,
}

#[derive(Debug, Subcommand)]
enum StaffCommand {
    /// Add a member, or change password and rights of the one with this login name
    Add(Add),
}

#[derive(Debug, Args)]
struct Add {
    /// Configuration file
    #[arg(long)]
    config: PathBuf,
    /// Login name
    #[arg(long)]
    name: String,
    /// Name as shown
    #[arg(long)]
    display: String,
    /// Read the password from standard input (the only way, so that it stays out of the shell's history)
    #[arg(long, required = true)]
    password_stdin: bool,
    /// Room that is open to this member; may be repeated
    #[arg(long)]
    room: Vec<RoomId>,
    /// All rooms are open to this member
    #[arg(long)]
    all_rooms: bool,
}

impl Staff {
    /// Runs the command.
    ///
    /// # Errors
    /// When the password is too short or the database can't be written.
    pub async fn run(self) -> Result<ExitCode> {
        let StaffCommand::Add(add) = self.command;
        add.run().await
    }
}

impl Add {
    async fn run(self) -> Result<ExitCode> {
        let mut password = String::new();
        std::io::stdin()
            .read_to_string(&mut password)
            .context("standard input")?;
        let password = password.trim_end_matches(['\r', '\n']);
        ensure!(
            password.chars().count() >= SHORTEST_PASSWORD,
            "mật khẩu phải có ít nhất {SHORTEST_PASSWORD} ký tự / the password must have at least {SHORTEST_PASSWORD} characters"
        );
        let hash = password::hash(password)?;
        let config = Config::read(&self.config)?;
        let db = Db::open(&config.data.database).await?;
        let member = store::Member {
            id: StaffId::from_random(Randomness::system().bytes()?),
            name: self.name,
            display_name: self.display,
            all_rooms: self.all_rooms,
        };
        let object = format!("staff:{}", member.name);
        let act = Act {
            at: Clock::start().now(),
            actor: "command",
            act: "staff.add",
            object: &object,
            detail: "{}",
        };
        let mut tx = db.write().await?;
        store::put(&mut tx, &member, &hash).await?;
        for room in self.room {
            store::grant(&mut tx, &member.name, room).await?;
        }
        audit::store::append(&mut tx, &act).await?;
        tx.commit().await?;
        db.close().await;
        println!("staff {}", member.name);
        Ok(ExitCode::SUCCESS)
    }
}
