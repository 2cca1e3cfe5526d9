//! PostgreSQL's programs: where they are, and as whom they run. `initdb` and the server refuse to be root.

use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The oldest version that serves.
const OLDEST: u32 = 15;

/// Where the programs are, and as whom they run.
#[derive(Debug)]
pub struct Programs {
    folder: PathBuf,
    /// Another user, where this process is root.
    user: Option<&'static str>,
}

impl Programs {
    /// Those of the newest installed version.
    pub fn find() -> Result<Self> {
        let folder =
            folder().context("PostgreSQL 15 or newer is not installed: `cargo xtask setup` installs it")?;
        Ok(Self {
            folder,
            user: ordinary_user(),
        })
    }

    /// A program.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A program as the user that may run it.
    pub fn run(&self, name: &str) -> Command {
        let mut words = self.words(name).into_iter();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).current_dir("/");
        command
    }

    /// The same as a line for a shell.
    pub fn line(&self, name: &str) -> String {
        self.words(name).join(" ")
    }

    fn words(&self, name: &str) -> Vec<String> {
        let program = self.path(name).to_string_lossy().into_owned();
        let Some(user) = self.user else {
            return vec![program];
        };
        let words = [
            "setpriv",
            "--reuid",
            user,
            "--regid",
            user,
            "--clear-groups",
            "--",
        ];
        words.map(str::to_owned).into_iter().chain([program]).collect()
    }

    /// Makes a folder the user's.
    pub fn give(&self, folder: &Path) -> Result<()> {
        let Some(user) = self.user else { return Ok(()) };
        quiet(Command::new("chown").arg(user).arg(folder))
    }
}

/// As Debian installs them, or in the path.
fn folder() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql")
        .ok()
        .into_iter()
        .flatten();
    let newest = installed
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|version| *version >= OLDEST)
        .max();
    if let Some(version) = newest {
        return Some(PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")));
    }
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    folder.join("initdb").exists().then_some(folder)
}

/// Debian's own user for it, or nobody.
fn ordinary_user() -> Option<&'static str> {
    let id = |arguments: &[&str]| {
        Command::new("id")
            .args(arguments)
            .stderr(Stdio::null())
            .output()
            .ok()
    };
    if !id(&["-u"])?.stdout.starts_with(b"0\n") {
        return None;
    }
    let known = id(&["-u", "postgres"]).is_some_and(|output| output.status.success());
    Some(if known { "postgres" } else { "nobody" })
}

/// Runs a program to its end; what it said only where it failed.
pub fn quiet(command: &mut Command) -> Result<()> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// Starts a program that outlives this one and holds none of its files.
pub fn detached(command: &mut Command) -> Result<()> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{command:?}"))?;
    ensure!(child.id() > 0);
    Ok(())
}
