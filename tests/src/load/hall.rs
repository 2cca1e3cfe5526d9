//! The installation of a load run: a rehearsal with its candidates let in, and a server that runs.

use super::Options;
use crate::console::Console;
use crate::door::Door;
use crate::hall::{Hall, Node, Sitting, this_minute};
use crate::programs::program;
use anyhow::{Context, Result};
use exam_protocol::bytes::Bytes;
use exam_protocol::console::RoomAction;
use exam_protocol::id::{AttemptId, RoomId};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Most candidates in a room, by the exam regulations.
const ROOM_SIZE: usize = 24;

/// Requests that the proctors have under way at once.
const PROCTORS: usize = 8;

/// A ticket that the command gave.
#[derive(Clone, Debug, Deserialize)]
pub struct Ticket {
    /// To claim the seat with.
    pub ticket: String,
}

/// A line of `exam-server export journal`.
#[derive(Deserialize)]
struct ExportedLine {
    attempt: AttemptId,
    /// Not there for a line that stands beside the journal.
    entry: Option<Bytes>,
}

/// The installation.
pub struct LoadHall {
    hall: Hall,
    others: Vec<Node>,
    sitting: Sitting,
    console: Console,
    tickets: Vec<Ticket>,
}

impl LoadHall {
    /// Makes it, lets the candidates in, starts the server and opens the rooms.
    ///
    /// # Errors
    /// What the programs say.
    pub async fn open(options: &Options) -> Result<Self> {
        let hall = match (&options.database, options.nodes) {
            (Some(url), _) => Hall::make_at_url(url)?,
            (None, 1) => Hall::make()?,
            (None, _) => Hall::make_shared()?,
        };
        let mut load = Self::open_in(hall, options.candidates).await?;
        for _ in 1..options.nodes {
            load.others.push(load.hall.add_node().await?);
        }
        Ok(load)
    }

    /// The same in an installation that is there already, without a server that runs.
    ///
    /// # Errors
    /// What the programs say.
    pub async fn open_in(mut hall: Hall, candidates: usize) -> Result<Self> {
        // All candidates come from this one address.
        hall.set_environment("EXAM__HTTP__CONNECTIONS_PER_ADDRESS", "100000");
        let sitting = hall.rehearsal(&rooms(candidates))?;
        let proctor = hall.add_staff_without_factor("giamthi", "Nguyễn Thị Hạnh")?;
        let (id, count) = (sitting.sitting.to_string(), candidates.to_string());
        let seat = ["rehearsal", "seat", "--sitting", &id, "--candidates", &count];
        let said = hall.server_command(&[&seat[..], &["--official", "giamthi", "--json"]].concat())?;
        // Forms are dealt to the candidates who are there.
        hall.import_demonstration(&id)?;
        hall.start().await?;
        let load = Self {
            console: Console::login(&hall.door()?, &proctor).await?,
            tickets: serde_json::from_str(&said)?,
            sitting,
            others: vec![],
            hall,
        };
        load.act(RoomAction::Open).await?;
        Ok(load)
    }

    /// The server's doors.
    ///
    /// # Errors
    /// When the exam CA can't be read.
    pub fn door(&self) -> Result<Door> {
        self.hall.door()
    }

    /// The doors of all nodes.
    ///
    /// # Errors
    /// When the exam CA can't be read.
    pub fn doors(&self) -> Result<Vec<Door>> {
        let others = self.others.iter().map(Node::door);
        std::iter::once(self.hall.door()).chain(others).collect()
    }

    /// The candidates' tickets.
    pub fn tickets(&self) -> &[Ticket] {
        &self.tickets
    }

    /// Process id of the server.
    ///
    /// # Errors
    /// When it is not running.
    pub fn server_id(&self) -> Result<u32> {
        self.hall.server_id().context("no server")
    }

    /// Process ids of all nodes.
    ///
    /// # Errors
    /// When the first is not running.
    pub fn server_ids(&self) -> Result<Vec<u32>> {
        Ok(std::iter::once(self.server_id()?)
            .chain(self.others.iter().map(Node::id))
            .collect())
    }

    /// A folder on the same disk as the database.
    pub fn folder(&self) -> PathBuf {
        self.hall.path("")
    }

    /// Does the same in all rooms, a few at once.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn act(&self, action: RoomAction) -> Result<()> {
        let rooms: Vec<RoomId> = self.sitting.rooms.iter().map(|room| room.id).collect();
        stream::iter(rooms)
            .map(|room| self.console.act(room, action.clone(), ""))
            .buffer_unordered(PROCTORS)
            .try_for_each(|_| async { Ok(()) })
            .await
    }

    /// Stops the server as an administrator would.
    ///
    /// # Errors
    /// When it is not running or ends with a fault.
    pub async fn stop(&mut self) -> Result<()> {
        self.hall.stop().await
    }

    /// The installation, to break it.
    pub fn hall(&mut self) -> &mut Hall {
        &mut self.hall
    }

    /// The database file.
    pub fn database_file(&self) -> PathBuf {
        self.hall.database()
    }

    /// Every line that is stored, as the export says.
    ///
    /// # Errors
    /// What the program says.
    pub fn exported_journal(&self) -> Result<BTreeSet<(AttemptId, Vec<u8>)>> {
        let (_, arguments) = self.export_command()?;
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        read_journal(&self.hall.run("exam-server", &arguments)?)
    }

    /// The program that exports every stored line, and its arguments.
    ///
    /// # Errors
    /// When it is not built.
    pub fn export_command(&self) -> Result<(PathBuf, Vec<String>)> {
        let sitting = self.sitting.sitting.to_string();
        let config = self.hall.config().to_string_lossy().into_owned();
        let arguments = ["export", "journal", "--sitting", &sitting, "--config", &config];
        Ok((program("exam-server")?, arguments.map(str::to_owned).to_vec()))
    }

    /// How many lines the server stored with one sync, on average: it says so when it stops.
    ///
    /// # Errors
    /// When the log does not say.
    pub fn lines_of_a_commit(&self) -> Result<usize> {
        let log = std::fs::read_to_string(self.hall.path("server.log"))?;
        let counts = log.lines().rev().find_map(|line| {
            let fields = line.contains("journal closed").then_some(line)?;
            Some((number(fields, "lines=")?, number(fields, "commits=")?))
        });
        let (lines, commits) = counts.context("the server did not say how often it committed")?;
        Ok((lines / commits.max(1)).max(1))
    }
}

/// Reads what `exam-server export journal` printed.
///
/// # Errors
/// When a line is not one of the journal.
pub fn read_journal(printed: &str) -> Result<BTreeSet<(AttemptId, Vec<u8>)>> {
    let lines = printed.lines().filter_map(|line| {
        let line: ExportedLine = match serde_json::from_str(line) {
            Ok(line) => line,
            Err(error) => return Some(Err(error.into())),
        };
        Some(Ok((line.attempt, line.entry?.0)))
    });
    lines.collect()
}

fn number(text: &str, name: &str) -> Option<usize> {
    let (_, after) = text.split_once(name)?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn rooms(candidates: usize) -> Vec<String> {
    (1..=candidates.div_ceil(ROOM_SIZE))
        .map(|room| format!("P{room:04}"))
        .collect()
}

impl Hall {
    /// A sitting of a rehearsal.
    fn rehearsal(&self, rooms: &[String]) -> Result<Sitting> {
        let now = this_minute()?;
        let mut create = vec![
            "exam",
            "create",
            "--rehearsal",
            "--title",
            "Diễn tập",
            "--subject",
            "Toán",
        ];
        create.extend(["--duration-minutes", "90", "--starts-at", &now, "--json"]);
        create.extend(rooms.iter().flat_map(|room| ["--room", room]));
        Ok(serde_json::from_str(&self.server_command(&create)?)?)
    }

    /// The paper of the demonstration.
    fn import_demonstration(&self, sitting: &str) -> Result<()> {
        let paper = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/papers/demo-toan.gift");
        let paper = paper.to_str().context("a path that is text")?;
        let import = ["paper", "import", paper, "--sitting", sitting];
        self.server_command(&import).map(drop)
    }
}
