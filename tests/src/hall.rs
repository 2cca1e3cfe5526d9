//! An exam hall: a whole installation in a throw-away folder, made and run by the programs themselves.
//!
//! Everything goes through the command line, as an administrator would do it. The server is a process of its own, so
//! that a test can kill it.

mod staff;
mod station;

pub use staff::NewStaff;
pub use station::Station;

use crate::citizens::{RosterFile, invent};
use crate::door::Door;
use crate::programs::program;
use anyhow::{Context, Result, bail, ensure};
use exam_protocol::id::{ExamId, RoomId, SiteId, SittingId};
use exam_test_database::{Cluster, Database};
use serde::Deserialize;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::time::Duration;
use tempfile::TempDir;

/// What is to be sat.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Exam title.
    pub title: String,
    /// Subject.
    pub subject: String,
    /// Minutes allowed.
    pub minutes: u32,
    /// Names of the rooms.
    pub rooms: Vec<String>,
    /// Roster file.
    pub roster: PathBuf,
    /// Files of questions.
    pub papers: Vec<PathBuf>,
    /// The marking scheme; the even one without.
    pub scheme: Option<PathBuf>,
    /// Certificates of card issuers to trust.
    pub anchors: Vec<PathBuf>,
}

impl Plan {
    /// 45 minutes of mathematics in one room, P01, with the questions of the demonstration.
    pub fn one_room(roster: PathBuf) -> Self {
        Self {
            title: "Kiểm tra".into(),
            subject: "Toán".into(),
            minutes: 45,
            rooms: vec!["P01".into()],
            roster,
            papers: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/papers/demo-toan.gift")],
            scheme: None,
            anchors: Vec::new(),
        }
    }
}

/// The sitting as `exam create` made it.
#[derive(Clone, Debug, Deserialize)]
pub struct Sitting {
    /// The exam.
    pub exam: ExamId,
    /// The site.
    pub site: SiteId,
    /// The sitting.
    pub sitting: SittingId,
    /// Its rooms.
    pub rooms: Vec<Room>,
}

/// A room of the sitting.
#[derive(Clone, Debug, Deserialize)]
pub struct Room {
    /// The room.
    pub id: RoomId,
    /// Its name.
    pub name: String,
}

/// An installation. Its server ends and its folder goes with it. Its data is in a SQLite file, or in a PostgreSQL of this run
/// of tests (`EXAM_TEST_DATABASE=postgresql`).
#[derive(Debug)]
pub struct Hall {
    folder: TempDir,
    address: SocketAddr,
    server: Option<Child>,
    database: Option<Database>,
}

impl Hall {
    /// Makes an installation for `localhost` on a free port.
    ///
    /// # Errors
    /// When a program is not built or refuses.
    pub fn make() -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        Self::make_at(port)
    }

    /// Makes an installation for `localhost` on a given port.
    ///
    /// # Errors
    /// When a program is not built or refuses.
    pub fn make_at(port: u16) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("exam-hall-").tempdir()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let hall = Self {
            folder,
            address,
            server: None,
            database: exam_test_database::wanted()
                .then(|| Cluster::of_this_run()?.empty())
                .transpose()?,
        };
        let (dir, listen) = (text(&hall.path("server")), address.to_string());
        let mut init = vec!["init", "--dir", &dir, "--listen", &listen];
        let url = hall.database.as_ref().map(Database::url);
        init.extend(url.iter().flat_map(|url| ["--database", url]));
        hall.run("exam-server", &init)?;
        if url.is_some() {
            hall.server_command(&["database", "prepare"])?;
        }
        Ok(hall)
    }

    /// A path in the hall's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The exam CA's certificate.
    pub fn exam_ca(&self) -> PathBuf {
        self.path("server/exam-ca.pem")
    }

    /// The configuration file.
    pub fn config(&self) -> PathBuf {
        self.path("server/exam-server.toml")
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.path("server/exam.sqlite")
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server's doors.
    ///
    /// # Errors
    /// When the exam CA can't be read.
    pub fn door(&self) -> Result<Door> {
        Door::new(self.address, &self.exam_ca())
    }

    /// Changes a setting that stands in the configuration as `name = value`; before the server starts.
    ///
    /// # Errors
    /// When there is no such setting.
    pub fn setting(&self, name: &str, value: &str) -> Result<()> {
        let path = self.config();
        let before = std::fs::read_to_string(&path)?;
        let begins = format!("{name} = ");
        ensure!(
            before.lines().any(|line| line.starts_with(&begins)),
            "no setting {name}"
        );
        let lines = before.lines().map(|line| {
            if line.starts_with(&begins) {
                format!("{begins}{value}\n")
            } else {
                format!("{line}\n")
            }
        });
        Ok(std::fs::write(&path, lines.collect::<String>())?)
    }

    /// Makes exam, roster, paper and trust anchors. The sitting is planned for now.
    ///
    /// # Errors
    /// What the programs say.
    pub fn prepare(&self, plan: &Plan) -> Result<Sitting> {
        self.prepare_at(plan, &this_minute()?)
    }

    /// Makes exam, roster, paper and trust anchors, planned for any time: `2026-01-05T07:30+07:00`.
    ///
    /// # Errors
    /// What the programs say.
    pub fn prepare_at(&self, plan: &Plan, starts_at: &str) -> Result<Sitting> {
        let minutes = plan.minutes.to_string();
        let mut create = vec![
            "exam",
            "create",
            "--title",
            &plan.title,
            "--subject",
            &plan.subject,
        ];
        create.extend(["--duration-minutes", &minutes, "--starts-at", starts_at, "--json"]);
        for room in &plan.rooms {
            create.extend(["--room", room]);
        }
        let sitting: Sitting = serde_json::from_str(&self.server_command(&create)?)?;
        let id = sitting.sitting.to_string();
        self.server_command(&["roster", "import", &text(&plan.roster), "--sitting", &id])?;
        let papers: Vec<String> = plan.papers.iter().map(|path| text(path)).collect();
        let mut import = vec!["paper", "import"];
        import.extend(papers.iter().map(String::as_str));
        import.extend(["--sitting", &id]);
        let scheme = plan.scheme.as_deref().map(text);
        import.extend(scheme.iter().flat_map(|path| ["--scheme", path]));
        self.server_command(&import)?;
        for anchor in &plan.anchors {
            self.server_command(&["trust", "add", &text(anchor)])?;
        }
        Ok(sitting)
    }

    /// A sitting of mathematics in one room, of the questions of the demonstration, with invented candidates.
    ///
    /// # Errors
    /// When a command fails.
    pub fn prepare_one_room(&self, seed: u64, candidates: usize) -> Result<Sitting> {
        let roster = self.path("roster.xlsx");
        std::fs::write(&roster, RosterFile::Xlsx.write(&invent(seed, candidates))?)?;
        self.prepare(&Plan::one_room(roster))
    }

    /// An exam of one room with neither candidates nor questions: for what happens before there are any.
    ///
    /// # Errors
    /// When the command fails.
    pub fn create_exam(&self) -> Result<()> {
        let starts_at = this_minute()?;
        let mut create = vec!["exam", "create", "--title", "Thi thử", "--subject", "Toán"];
        create.extend(["--duration-minutes", "45", "--starts-at", &starts_at]);
        create.extend(["--room", "P01", "--json"]);
        self.server_command(&create).map(drop)
    }

    /// Replaces a line of the configuration file; nothing happens where it was replaced before.
    ///
    /// # Errors
    /// When there is no such line.
    pub fn set(&self, from: &str, to: &str) -> Result<()> {
        let config = std::fs::read_to_string(self.config())?;
        ensure!(config.contains(from) || config.contains(to), "no setting {from}");
        Ok(std::fs::write(self.config(), config.replace(from, to))?)
    }

    /// Runs a command of `exam-server` on this installation and gives what it printed.
    ///
    /// # Errors
    /// What the program says.
    pub fn server_command(&self, arguments: &[&str]) -> Result<String> {
        let config = text(&self.config());
        let with_config: Vec<&str> = arguments.iter().copied().chain(["--config", &config]).collect();
        self.run("exam-server", &with_config)
    }

    /// Runs one of our programs and gives what it printed.
    ///
    /// # Errors
    /// What the program says.
    pub fn run(&self, name: &str, arguments: &[&str]) -> Result<String> {
        let output = Command::new(program(name)?)
            .args(arguments)
            .output()
            .with_context(|| name.to_owned())?;
        let shown = arguments.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        ensure!(
            output.status.success(),
            "{name} {shown}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Runs a command of `exam-server`, whatever becomes of it, with these variables in its environment.
    ///
    /// # Errors
    /// When the program is not built.
    pub fn try_command(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Result<Output> {
        Command::new(program("exam-server")?)
            .args(arguments)
            .envs(environment.iter().copied())
            .output()
            .context("exam-server")
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Errors
    /// When it ends or does not answer within 20 s; with the end of its log.
    pub async fn start(&mut self) -> Result<()> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.path("server.log"))?;
        let child = Command::new(program("exam-server")?)
            .args(["serve", "--config", &text(&self.config())])
            .stderr(log)
            .spawn()?;
        self.server = Some(child);
        let door = self.door()?;
        for _ in 0..200 {
            let health = door
                .http()
                .get(door.url(exam_protocol::route::HEALTH))
                .send()
                .await;
            if health.is_ok_and(|response| response.status().is_success()) {
                return Ok(());
            }
            if let Some(status) = self
                .server
                .as_mut()
                .and_then(|child| child.try_wait().transpose())
                .transpose()?
            {
                bail!("the server ended with {status}: {}", self.log_end());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the server does not answer: {}", self.log_end())
    }

    /// Process id of the running server.
    pub fn server_id(&self) -> Option<u32> {
        self.server.as_ref().map(Child::id)
    }

    /// Ends the server with SIGKILL, as a power button would.
    ///
    /// # Errors
    /// When it is not running.
    pub fn kill(&mut self) -> Result<()> {
        let mut child = self.server.take().context("the server is not running")?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// Tells the server to stop and waits until it has.
    ///
    /// # Errors
    /// When it is not running or ends with a fault.
    pub async fn stop(&mut self) -> Result<()> {
        let mut child = self.server.take().context("the server is not running")?;
        let told = Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .status()?;
        ensure!(told.success(), "SIGTERM was not taken");
        let status = tokio::task::spawn_blocking(move || child.wait()).await??;
        ensure!(
            status.success(),
            "the server ended with {status}: {}",
            self.log_end()
        );
        Ok(())
    }

    /// The last lines of the server's log.
    pub fn log_end(&self) -> String {
        let log = std::fs::read_to_string(self.path("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Hall {
    fn drop(&mut self) {
        if let Some(child) = self.server.as_mut() {
            // Already gone is as good.
            let _gone = child.kill();
            let _status = child.wait();
        }
    }
}

/// The present minute as `exam create` reads it.
///
/// # Errors
/// When the system has no `date`.
pub fn this_minute() -> Result<String> {
    let output = Command::new("date").args(["-u", "+%Y-%m-%dT%H:%MZ"]).output()?;
    ensure!(output.status.success(), "date failed");
    Ok(String::from_utf8(output.stdout)?.trim().replace('Z', "+00:00"))
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
