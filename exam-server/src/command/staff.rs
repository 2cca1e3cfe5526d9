//! `exam-server staff add`.

use crate::audit::{self, chain::Act};
use crate::clock::{Clock, Randomness};
use crate::config::Config;
use crate::db::Db;
use crate::staff::{password, store};
use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};
use exam_protocol::id::{RoomId, StaffId};
use std::io::{IsTerminal, Read};
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
    /// Login name; upper and lower case do not matter
    #[arg(long)]
    name: String,
    /// Name as shown
    #[arg(long)]
    display: String,
    /// Read the password, at least 12 characters, from standard input (the only way: it stays out of the shell's history)
    #[arg(long, required = true)]
    password_stdin: bool,
    /// Id of a room that is open to this member, as `sitting list` prints it; may be repeated
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
        let password = typed_password()?;
        let name = self.name.trim().to_lowercase();
        ensure!(
            !name.is_empty() && !self.display.trim().is_empty(),
            "tên đăng nhập và tên hiển thị không được trống / login name and display name must not be blank"
        );
        let hash = password::hash(&password)?;
        let config = Config::read(&self.config)?;
        let db = Db::open(&config.data.database).await?;
        let known = store::by_name(db.reader(), &name).await?.is_some();
        let member = store::Member {
            id: StaffId::from_random(Randomness::system().bytes()?),
            name,
            display_name: self.display.trim().to_owned(),
            all_rooms: self.all_rooms,
        };
        self.put(&db, &member, &hash).await?;
        db.close().await;
        println!("{}", self.told(&member, known));
        Ok(ExitCode::SUCCESS)
    }

    async fn put(&self, db: &Db, member: &store::Member, hash: &str) -> Result<()> {
        let object = format!("staff:{}", member.name);
        let act = Act {
            at: Clock::start().now(),
            actor: "command",
            act: "staff.add",
            object: &object,
            detail: "{}",
        };
        let mut tx = db.write().await?;
        store::put(&mut tx, member, hash).await?;
        for room in &self.room {
            let found = store::room_of(db.reader(), store::Kind::Room, &room.to_string()).await?;
            ensure!(
                found.is_some(),
                "--room {room}: không có phòng này, xem `exam-server sitting list` / no such room, see `exam-server sitting list`"
            );
            store::grant(&mut tx, &member.name, *room).await?;
        }
        audit::store::append(&mut tx, &act).await?;
        Ok(tx.commit().await?)
    }

    fn told(&self, member: &store::Member, known: bool) -> String {
        let what = if known {
            "đã đổi / changed"
        } else {
            "mới / new"
        };
        let rooms = match (self.all_rooms, self.room.len()) {
            (true, _) => "mọi phòng / all rooms".to_owned(),
            (false, 0) => "không thêm phòng nào; dùng --room hoặc --all-rooms / no room added; use --room or --all-rooms".to_owned(),
            (false, count) => format!("thêm {count} phòng / {count} rooms added"),
        };
        format!("staff {} ({what}): {rooms}", member.name)
    }
}

/// The password from standard input, which must not be a keyboard: it would be shown while typed.
fn typed_password() -> Result<String> {
    ensure!(
        !std::io::stdin().is_terminal(),
        "mật khẩu phải được đưa qua ống, không gõ trên màn hình / pipe the password in, it must not be typed on the screen:\n  \
         read -rs MK && printf %s \"$MK\" | exam-server staff add … --password-stdin"
    );
    let mut password = String::new();
    std::io::stdin()
        .read_to_string(&mut password)
        .context("standard input")?;
    let password = password.trim_end_matches(['\r', '\n']);
    ensure!(
        password.chars().filter(|c| !c.is_whitespace()).count() >= SHORTEST_PASSWORD,
        "mật khẩu phải có ít nhất {SHORTEST_PASSWORD} ký tự, không kể dấu cách / the password must have at least {SHORTEST_PASSWORD} characters, blanks not counted"
    );
    Ok(password.to_owned())
}
