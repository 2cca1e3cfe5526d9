//! A PostgreSQL server of its own for a run of tests: made from the distribution's programs in a temporary folder, reached by
//! a Unix socket, started by the first test that wants it and ended by a watchdog when the run is over, however that ends.
//! Each test gets a database of its own, copied from a template. Knows nothing of the product's tables.
//!
//! Tests use SQLite unless `EXAM_TEST_DATABASE=postgresql` is set. Durability is switched off: a crash of the machine may lose
//! everything here, which nothing that is tested on this server is about.

mod programs;

use anyhow::{Context, Result, ensure};
use programs::{Programs, quiet};
use std::fs::{self, File};
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// The role that owns the tables.
pub const OWNER: &str = "exam_owner";

/// The role as which the product's server connects.
pub const SERVER: &str = "exam_server";

const TEMPLATE: &str = "exam_template";

/// Whether this run of tests is one on PostgreSQL.
///
/// # Panics
/// When the variable holds anything but `sqlite` or `postgresql`: a run must not silently test something else.
pub fn wanted() -> bool {
    match std::env::var("EXAM_TEST_DATABASE").as_deref() {
        Ok("postgresql") => true,
        Ok("sqlite") | Err(_) => false,
        Ok(other) => panic!("EXAM_TEST_DATABASE={other}: sqlite or postgresql"),
    }
}

/// The server of this run.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    programs: Programs,
}

/// A database for one test; it goes with this value.
#[derive(Debug)]
pub struct Database {
    cluster: Cluster,
    name: String,
}

impl Cluster {
    /// The server of this run; started if this is the first test of the run. A run is what one test runner has started: all
    /// tests with the same parent process share a server.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub fn of_this_run() -> Result<Self> {
        let parent = parent_id();
        let folder = std::env::temp_dir().join(format!("exam-pg-{parent}-{}", started(parent)));
        fs::create_dir_all(&folder)?;
        let cluster = Self {
            programs: Programs::find()?,
            folder,
        };
        let _lock = cluster.lock()?;
        if !cluster.folder.join("ready").exists() {
            cluster.start(parent).with_context(|| cluster.log())?;
            File::create(cluster.folder.join("ready"))?;
        }
        Ok(cluster)
    }

    fn start(&self, parent: u32) -> Result<()> {
        let data = self.folder.join("data");
        fs::create_dir_all(&data)?;
        self.programs.give(&data)?;
        let data = data.to_str().context("the temporary folder's name")?;
        let socket = self.socket();
        quiet(self.programs.run("initdb").args([
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]))?;
        self.watch(parent, data)?;
        let settings = format!(
            "-c listen_addresses= -c unix_socket_directories={data} -c unix_socket_permissions=0777 -c fsync=off \
             -c full_page_writes=off -c max_connections=200 -c shared_buffers=48MB -c autovacuum=off"
        );
        let log = format!("{data}/server.log");
        quiet(
            self.programs
                .run("pg_ctl")
                .args(["start", "-w", "-D", data, "-l", &log, "-o", &settings]),
        )?;
        ensure!(Path::new(&socket).exists(), "{socket}: no socket");
        self.sql(
            "postgres",
            &format!("create role {OWNER} login; create role {SERVER} login"),
        )
    }

    /// Ends the server and removes its folder once the test runner has gone.
    fn watch(&self, parent: u32, data: &str) -> Result<()> {
        let stop = self.programs.line("pg_ctl");
        let folder = self.folder.display();
        let script = format!(
            "while kill -0 {parent} 2>/dev/null; do sleep 1; done; {stop} stop -m immediate -D {data}; rm -rf {folder}"
        );
        programs::detached(Command::new("setsid").args(["sh", "-c", &script]))
    }

    /// Held while the template is made.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn lock(&self) -> Result<File> {
        let file = File::create(self.folder.join("lock"))?;
        file.lock()?;
        Ok(file)
    }

    /// Whether the template is ready.
    pub fn has_template(&self) -> bool {
        self.folder.join("template").exists()
    }

    /// Begins the template: an empty database of the owner; its URL. Under the [`lock`](Self::lock).
    ///
    /// # Errors
    /// What the server says.
    pub fn begin_template(&self) -> Result<String> {
        self.sql("postgres", &format!("drop database if exists {TEMPLATE}"))?;
        self.sql("postgres", &format!("create database {TEMPLATE} owner {OWNER}"))?;
        Ok(self.url(OWNER, TEMPLATE))
    }

    /// Says that the template has its tables.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn end_template(&self) -> Result<()> {
        File::create(self.folder.join("template"))?;
        Ok(())
    }

    /// A new database like the template.
    ///
    /// # Errors
    /// What the server says.
    pub fn database(self) -> Result<Database> {
        self.copy(TEMPLATE)
    }

    /// A new database without tables.
    ///
    /// # Errors
    /// What the server says.
    pub fn empty(self) -> Result<Database> {
        self.copy("template0")
    }

    fn copy(self, template: &str) -> Result<Database> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("exam_{}_{number}", std::process::id());
        self.sql(
            "postgres",
            &format!("create database {name} template {template} owner {OWNER}"),
        )?;
        Ok(Database { cluster: self, name })
    }

    fn sql(&self, database: &str, text: &str) -> Result<()> {
        let socket = self.socket();
        quiet(Command::new(self.programs.path("psql")).args([
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            &self.folder.join("data").to_string_lossy(),
            "-U",
            "postgres",
            "-d",
            database,
            "-c",
            text,
        ]))
        .with_context(|| socket)
    }

    fn socket(&self) -> String {
        format!("{}/.s.PGSQL.5432", self.folder.join("data").display())
    }

    fn url(&self, role: &str, database: &str) -> String {
        let folder = self.folder.join("data");
        format!("postgres://{role}@localhost/{database}?host={}", folder.display())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("data/server.log")).unwrap_or_default()
    }
}

impl Database {
    /// Its URL for the product's server.
    pub fn url(&self) -> String {
        self.cluster.url(SERVER, &self.name)
    }

    /// Its URL for the owner of the tables.
    pub fn owner_url(&self) -> String {
        self.cluster.url(OWNER, &self.name)
    }

    /// Runs statements as the superuser.
    ///
    /// # Errors
    /// What the server says.
    pub fn sql(&self, text: &str) -> Result<()> {
        self.cluster.sql(&self.name, text)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let text = format!("drop database {} with (force)", self.name);
        if let Err(error) = self.cluster.sql("postgres", &text) {
            eprintln!("{}: not removed: {error:#}", self.name);
        }
    }
}

/// When a process started, in ticks since the machine did: tells it from a later one with the same number.
fn started(process: u32) -> String {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().nth(19).unwrap_or("0").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_comes_from_the_template_and_goes() {
        let cluster = Cluster::of_this_run().unwrap();
        let database = cluster.empty().unwrap();
        database
            .sql("create table t (a bigint); insert into t values (1)")
            .unwrap();
        assert!(database.sql("select * from no_such_table").is_err());
        let name = database.name.clone();
        drop(database);
        let again = Cluster::of_this_run().unwrap();
        assert!(again.sql(&name, "select 1").is_err());
    }
}
