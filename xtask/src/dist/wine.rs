//! Trying checkin-agent.exe under Debian's wine: its command line, configurations, and its life as a service.
//!
//! Shows that the program starts on something like Windows; a reader and a card are not there. Must not build the program.

use crate::setup::{self, Package};
use crate::shell::{cargo, present, root, run, target};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const WINE: [Package; 1] = [Package("wine64", "starts programs for Windows")];
const PROGRAM: &str = "checkin-agent.exe";

/// Rust's standard library asks this library of Windows for randomness, and Debian's wine has none: a stand-in for trying alone.
const SHIM: &str = "#include <windows.h>
#include <ntsecapi.h>
BOOLEAN WINAPI ProcessPrng(PBYTE data, SIZE_T length) { return RtlGenRandom(data, (ULONG)length); }
";

/// The service installed, started, looked at, stopped and removed, as docs/windows.md tells; `{}` is the folder.
const SERVICE: &str = "sc create TruongThiTry binPath= \"{}\\checkin-agent.exe run --service --config {}\\station.toml --log {}\\agent.log\"\r
net start TruongThiTry\r
ping -n 3 127.0.0.1\r
sc query TruongThiTry\r
net stop TruongThiTry\r
ping -n 2 127.0.0.1\r
sc query TruongThiTry\r
sc delete TruongThiTry\r
";

/// A command line and what must come of it.
struct Case {
    arguments: &'static [&'static str],
    /// Must stand in its output, in this order.
    says: &'static [&'static str],
    /// Whether it must succeed; a wine without a smart card service cannot satisfy `doctor`.
    succeeds: bool,
}

const CASES: [Case; 6] = [
    Case {
        arguments: &[PROGRAM, "--version"],
        says: &["checkin-agent"],
        succeeds: true,
    },
    Case {
        arguments: &[PROGRAM, "--help"],
        says: &["doctor"],
        succeeds: true,
    },
    Case {
        arguments: &[PROGRAM, "doctor", "--json"],
        says: &["\"pcsc\"", "\"ready\": false"],
        succeeds: false,
    },
    // The certificates of this configuration are there and good; the server is not.
    Case {
        arguments: &[PROGRAM, "doctor", "--config", "station.toml"],
        says: &["✓", "127.0.0.1:1"],
        succeeds: false,
    },
    Case {
        arguments: &[PROGRAM, "run", "--config", "broken.toml"],
        says: &["reeder"],
        succeeds: false,
    },
    Case {
        arguments: &["cmd", "/c", "service.bat"],
        says: &[
            "started successfully",
            "RUNNING",
            "stopped successfully",
            "STOPPED",
        ],
        succeeds: true,
    },
];

/// Starts the program in every way; an error when one did not go as expected.
pub fn attempt(program: &Path) -> Result<()> {
    ensure!(
        program.is_file(),
        "{} is not built: cargo xtask dist",
        program.display()
    );
    setup::install(&WINE)?;
    let place = target().join("wine-try");
    let folder = prepare(&place, program)?;
    let mut failed = 0;
    for case in &CASES {
        let as_expected = start(&folder, case)?;
        println!(
            "{:5} {}",
            if as_expected { "ok" } else { "WRONG" },
            case.arguments.join(" ")
        );
        failed += usize::from(!as_expected);
    }
    let log = fs::read_to_string(folder.join("agent.log")).unwrap_or_default();
    let served = log.contains("station started") && log.contains("station stopped");
    println!("{:5} the service's log", if served { "ok" } else { "WRONG" });
    ensure!(failed == 0 && served, "under wine not everything was as expected");
    Ok(())
}

/// A fresh folder with the program, the stand-in, a desk's papers, two configurations and the service's life.
fn prepare(place: &Path, program: &Path) -> Result<PathBuf> {
    let folder = place.join("run");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    fs::copy(program, folder.join(PROGRAM))?;
    certs(&["ca", "init", "--name", "Thu", "--dir"], &folder.join("ca"))?;
    let authority = folder.join("ca").to_string_lossy().into_owned();
    let desk = [
        "ca",
        "issue",
        "desk",
        "--name",
        "Cua",
        "--server",
        "wss://127.0.0.1:1",
        "--dir",
        &authority,
        "--out",
    ];
    certs(&desk, &folder.join("desk"))?;
    for file in fs::read_dir(folder.join("desk"))? {
        let file = file?;
        fs::copy(file.path(), folder.join(file.file_name()))?;
    }
    let settings = fs::read_to_string(folder.join("station.toml"))?;
    fs::write(
        folder.join("broken.toml"),
        format!("{settings}\nreeder = \"x\"\n"),
    )?;
    let windows_path = format!("Z:{}", folder.display()).replace('/', "\\");
    fs::write(folder.join("service.bat"), SERVICE.replace("{}", &windows_path))?;
    let source = place.join("bcryptprimitives.c");
    fs::write(&source, SHIM)?;
    run(Command::new("x86_64-w64-mingw32-gcc")
        .args(["-shared", "-o"])
        .arg(folder.join("bcryptprimitives.dll"))
        .arg(&source)
        .arg("-ladvapi32"))?;
    Ok(folder)
}

fn certs(arguments: &[&str], path: &Path) -> Result<()> {
    let mut command = cargo();
    command
        .args(["run", "--quiet", "--locked", "-p", "certs", "--"])
        .args(arguments)
        .arg(path);
    run(command.current_dir(root()).stdout(Stdio::null()))
}

fn start(folder: &Path, case: &Case) -> Result<bool> {
    let wine = if present("wine64") {
        "wine64"
    } else {
        "/usr/lib/wine/wine64"
    };
    let output = Command::new(wine)
        .args(case.arguments)
        .current_dir(folder)
        .env("WINEPREFIX", folder.with_file_name("prefix"))
        .env("WINEDEBUG", "-all")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{wine} cannot be started"))?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    for line in text.lines() {
        println!("      {line}");
    }
    let mut rest = &*text;
    let said = case.says.iter().all(|word| {
        rest.find(word).is_some_and(|at| {
            rest = &rest[at + word.len()..];
            true
        })
    });
    Ok(said && (output.status.success() || !case.succeeds))
}
