//! A real PC/SC service with a virtual reader and a tray of cards, in namespaces of its own.
//!
//! Owns the processes: `pcscd`, its virtual reader and `virtual-card` live in one network, mount and process namespace
//! and are gone when this handle, or the program that holds it, is gone. Nothing of it is visible to a `pcscd` of the
//! PC or from the network, although the virtual reader listens on every address. Must not read cards.

use std::{
    env,
    io::{BufRead, BufReader, Lines, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::programs::program;

/// Packages (Debian, Ubuntu) without which no service can be started.
pub const PACKAGES: [&str; 4] = ["pcscd", "vsmartcard-vpcd", "util-linux", "iproute2"];
/// How long the service may take to come up, or to end.
const PATIENCE: Duration = Duration::from_secs(15);

/// Runs inside the namespaces, where $1 is the folder for the socket and the rest is the tray's command line. The tray
/// becomes the first process: when it ends, the kernel ends everything else in there.
const INSIDE: &str = r#"
set -e
folder=$1; shift
mount -t tmpfs tmpfs /run
mkdir /run/pcscd
mount --bind "$folder" /run/pcscd
if [ -d /dev/bus/usb ]; then mount -t tmpfs tmpfs /dev/bus/usb; fi
PATH=$PATH:/usr/sbin:/sbin
ip link set lo up
# Without it the reader's driver waits 40 ms for an acknowledgement in each exchange.
ip route change local 127.0.0.1 dev lo src 127.0.0.1 table local proto kernel scope host quickack 1 || true
pcscd --foreground </dev/null >"$folder/pcscd.log" 2>&1 &
exec "$@"
"#;

/// A running reader service. Dropping it ends every process of it.
#[derive(Debug)]
pub struct ReaderService {
    folder: TempDir,
    process: Child,
    commands: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl ReaderService {
    /// Starts the service with `cards` cards made from `seed`.
    ///
    /// # Errors
    ///
    /// As `start_with`, or the program is not built.
    pub fn start(seed: u64, cards: usize) -> Result<Self> {
        Self::start_with(&program("virtual-card")?, seed, cards)
    }

    /// Starts the service with a given `virtual-card` program.
    ///
    /// # Errors
    ///
    /// A package is missing, or the namespaces, the tray or `pcscd` did not start.
    pub fn start_with(tray: &Path, seed: u64, cards: usize) -> Result<Self> {
        if let Some(missing) = missing_package() {
            bail!(
                "the virtual reader needs the package {missing}: apt-get install {}",
                PACKAGES.join(" ")
            );
        }
        let folder = tempfile::Builder::new().prefix("reader-").tempdir()?;
        let mut process = namespaces(is_root()?)
            .args(["sh", "-c", INSIDE, "sh"])
            .arg(folder.path())
            .arg(tray)
            .args(["--seed", &seed.to_string(), "--cards", &cards.to_string()])
            .arg("--trust-out")
            .arg(folder.path().join("csca.pem"))
            .arg("--crl-out")
            .arg(folder.path().join("csca.crl"))
            .arg("--roster-out")
            .arg(folder.path().join("roster.xlsx"))
            .arg("--roster-out")
            .arg(folder.path().join("roster.csv"))
            .arg("--citizens-out")
            .arg(folder.path().join("citizens.json"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .context("cannot start unshare (package util-linux)")?;
        let commands = process.stdin.take();
        let output = process
            .stdout
            .take()
            .context("the tray's output is not connected")?;
        let answers = BufReader::new(output).lines();
        let mut service = Self {
            folder,
            process,
            commands,
            answers,
        };
        service.answer().context("the tray of cards did not start")?;
        service.wait_for_socket()?;
        Ok(service)
    }

    /// Lays a card on the reader: `insert("7")`, `insert("7 short-only clone")`; the words are `card::WORDS`.
    ///
    /// # Errors
    ///
    /// The tray's answer: no such card or word, or the reader does not take it.
    pub fn insert(&mut self, order: &str) -> Result<()> {
        self.command(&format!("insert {order}")).map(drop)
    }

    /// Takes the card away, if one is there.
    ///
    /// # Errors
    ///
    /// The tray has ended.
    pub fn remove(&mut self) -> Result<()> {
        self.command("remove").map(drop)
    }

    /// Gives the tray one command and takes its answer without the leading `ok`.
    ///
    /// # Errors
    ///
    /// The tray's answer after `error`, or that it has ended.
    pub fn command(&mut self, line: &str) -> Result<String> {
        let commands = self.commands.as_mut().context("the tray was stopped")?;
        writeln!(commands, "{line}").context("the tray of cards has ended")?;
        self.answer()
    }

    /// Path of the service's socket, for the environment of a program that reads cards.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("pcscd.comm")
    }

    /// The variable which tells PC/SC programs where the socket is; set it for a `Command`, not for the whole process.
    pub fn environment(&self) -> (&'static str, PathBuf) {
        ("PCSCLITE_CSOCK_NAME", self.socket())
    }

    /// The test authority's certificate, for `exam-server trust add`.
    pub fn trust(&self) -> PathBuf {
        self.folder.path().join("csca.pem")
    }

    /// The test authority's revocation list.
    pub fn revocation_list(&self) -> PathBuf {
        self.folder.path().join("csca.crl")
    }

    /// The roster of all cards as `roster.xlsx` or `roster.csv`.
    pub fn roster(&self, ending: &str) -> PathBuf {
        self.folder.path().join(format!("roster.{ending}"))
    }

    /// All citizens as JSON: card, number, CAN, name, birth, sex, QR text.
    pub fn citizens(&self) -> PathBuf {
        self.folder.path().join("citizens.json")
    }

    /// What `pcscd` said, for the report of a failed test.
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("pcscd.log")
    }

    fn answer(&mut self) -> Result<String> {
        let line = self.answers.next().context("the tray of cards has ended")??;
        match line.split_once(' ') {
            Some(("ok", rest)) => Ok(rest.to_owned()),
            _ => bail!("{}", line.trim_start_matches("error ")),
        }
    }

    fn wait_for_socket(&mut self) -> Result<()> {
        let start = Instant::now();
        while !self.socket().exists() {
            ensure!(
                start.elapsed() < PATIENCE,
                "pcscd did not come up, see {}",
                self.log().display()
            );
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for ReaderService {
    fn drop(&mut self) {
        drop(self.commands.take());
        let start = Instant::now();
        while matches!(self.process.try_wait(), Ok(None)) {
            if start.elapsed() > PATIENCE {
                // `unshare --kill-child` takes the tray, and with it everything inside, along.
                let _already = self.process.kill();
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The package which is missing on this machine, if any.
pub fn missing_package() -> Option<&'static str> {
    let program = |name: &str| {
        let paths = env::var_os("PATH").unwrap_or_default();
        let system = ["/usr/sbin", "/sbin"].map(PathBuf::from);
        env::split_paths(&paths)
            .chain(system)
            .any(|folder| folder.join(name).is_file())
    };
    let driver = Path::new("/etc/reader.conf.d/vpcd").is_file();
    [
        ("pcscd", program("pcscd")),
        ("vsmartcard-vpcd", driver),
        ("util-linux", program("unshare")),
        ("iproute2", program("ip")),
    ]
    .into_iter()
    .find(|(_, present)| !present)
    .map(|(package, _)| package)
}

/// An ordinary user first becomes root of a user namespace, where the system allows it.
fn namespaces(root: bool) -> Command {
    let mut command = Command::new("unshare");
    if !root {
        command.args(["--user", "--map-root-user"]);
    }
    command.args(["--net", "--mount", "--pid", "--fork", "--kill-child=KILL"]);
    command
}

fn is_root() -> Result<bool> {
    Ok(Path::new("/proc/self")
        .metadata()
        .context("/proc is not mounted")?
        .uid()
        == 0)
}
