//! An exam hall: a whole installation in a throw-away folder, made and run by the programs themselves.
//!
//! Everything goes through the command line, as an administrator would do it. The server is a process of its own, so
//! that a test can kill it.

mod node;
mod sitting;
mod staff;
mod station;

pub use node::Node;
pub use sitting::{Plan, Room, Sitting, this_minute};
pub use staff::NewStaff;
pub use station::Station;

use crate::door::Door;
use crate::programs::program;
use anyhow::{Context, Result, bail, ensure};
use exam_test_database::{Cluster, Database};
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::time::Duration;
use tempfile::TempDir;

/// An installation. Its server ends and its folder goes with it. Its data is in a SQLite file, or in a PostgreSQL of this run
/// of tests (`EXAM_TEST_DATABASE=postgresql`).
#[derive(Debug)]
pub struct Hall {
    folder: TempDir,
    address: SocketAddr,
    server: Option<Child>,
    /// Goes with the hall.
    _database: Option<Database>,
    /// URL of the database for the server, unless it is a file.
    url: Option<String>,
    environment: Vec<(String, String)>,
}

impl Hall {
    /// Makes an installation for `localhost` on a free port.
    ///
    /// # Errors
    /// When a program is not built or refuses.
    pub fn make() -> Result<Self> {
        Self::make_at(free_port()?)
    }

    /// Makes an installation for `localhost` on a given port.
    ///
    /// # Errors
    /// When a program is not built or refuses.
    pub fn make_at(port: u16) -> Result<Self> {
        Self::make_with(tempfile::Builder::new().prefix("exam-hall-").tempdir()?, port)
    }

    /// Makes an installation for `localhost` on a free port, in a new folder of this one.
    ///
    /// # Errors
    /// When a program is not built or refuses.
    pub fn make_in(parent: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("exam-hall-").tempdir_in(parent)?;
        Self::make_with(folder, free_port()?)
    }

    /// Makes an installation for `localhost` on a PostgreSQL of this run, whatever other tests of the run use.
    ///
    /// # Errors
    /// When a program is not built or refuses, or there is no PostgreSQL.
    pub fn make_shared() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("exam-hall-").tempdir()?;
        Self::make_on((folder, free_port()?), Some(Cluster::of_this_run()?.empty()?))
    }

    /// Makes an installation for `localhost` on a database that is there already: empty, at this URL for the server's role, and
    /// owned by `exam_owner`.
    ///
    /// # Errors
    /// When a program is not built or refuses.
    pub fn make_at_url(url: &str) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("exam-hall-").tempdir()?;
        Self::make_at_place((folder, free_port()?), (None, Some(url.to_owned())))
    }

    fn make_with(folder: TempDir, port: u16) -> Result<Self> {
        let database = exam_test_database::wanted().then(|| Cluster::of_this_run()?.empty());
        Self::make_on((folder, port), database.transpose()?)
    }

    fn make_on(place: (TempDir, u16), database: Option<Database>) -> Result<Self> {
        let url = database.as_ref().map(Database::url);
        Self::make_at_place(place, (database, url))
    }

    fn make_at_place(
        (folder, port): (TempDir, u16),
        (database, url): (Option<Database>, Option<String>),
    ) -> Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let hall = Self {
            folder,
            address,
            server: None,
            _database: database,
            url: url.clone(),
            environment: vec![],
        };
        let (dir, listen) = (text(&hall.path("server")), address.to_string());
        let mut init = vec!["init", "--dir", &dir, "--listen", &listen];
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

    /// Sets a variable in the environment of the server when it is started next.
    pub fn set_environment(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
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
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
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

    /// Ends the server with SIGKILL where it has not ended by itself.
    ///
    /// # Errors
    /// When it can't be ended.
    pub fn end_if_running(&mut self) -> Result<()> {
        if let Some(mut child) = self.server.take() {
            child.kill()?;
            child.wait()?;
        }
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

    /// Waits until the server's log has a line with this text, after `earlier` others.
    ///
    /// # Errors
    /// When there is none within a minute.
    pub async fn wait_for_log(&self, text: &str, earlier: usize) -> Result<()> {
        for _ in 0..600 {
            let log = std::fs::read_to_string(self.path("server.log"))?;
            if log.matches(text).count() > earlier {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the log does not say \"{text}\": {}", self.log_end())
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

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
