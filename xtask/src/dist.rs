//! `cargo xtask dist`: the programs that are handed out for other systems. Today: the check-in agent for Windows, which is where
//! desks mostly run.
//!
//! Builds with rustc's own target and Debian's linker, and tries the result under Debian's wine. Must not ship what only wine
//! needs.

use crate::setup::{self, Package};
use crate::shell::{cargo, present, root, run, target};
use anyhow::{Context, Result, ensure};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TARGET: &str = "x86_64-pc-windows-gnu";
const PROGRAM: &str = "checkin-agent.exe";
const LINKER: [Package; 1] = [Package("gcc-mingw-w64-x86-64", "links programs for Windows")];
const WINE: [Package; 1] = [Package("wine64", "starts programs for Windows")];

/// Rust's standard library asks this library of Windows for randomness, and Debian's wine has none: a stand-in for trying alone.
const SHIM: &str = "#include <windows.h>
#include <ntsecapi.h>
BOOLEAN WINAPI ProcessPrng(PBYTE data, SIZE_T length) { return RtlGenRandom(data, (ULONG)length); }
";

/// Build checkin-agent.exe for Windows.
#[derive(Debug, Args)]
pub struct Dist {
    /// Start the built program under wine: help, doctor and a configuration
    #[arg(long = "try")]
    attempt: bool,
    /// Quickly and unoptimised, into the same folder: for trying alone
    #[arg(long)]
    debug: bool,
}

impl Dist {
    /// Builds, or tries what was built.
    pub fn run(self) -> Result<()> {
        if self.attempt {
            return attempt();
        }
        setup::install(&LINKER)?;
        setup::rust_target(TARGET, "checkin-agent.exe is built for it")?;
        build(self.debug)
    }
}

fn folder() -> PathBuf {
    target().join("dist").join(TARGET)
}

fn build(debug: bool) -> Result<()> {
    let mut command = cargo();
    command.args(["build", "--locked", "-p", "checkin-agent", "--target", TARGET]);
    if !debug {
        command.arg("--release");
    }
    run(&mut command)?;
    let kind = if debug { "debug" } else { "release" };
    let built = target().join(TARGET).join(kind).join(PROGRAM);
    fs::create_dir_all(folder())?;
    fs::copy(&built, folder().join(PROGRAM)).with_context(|| format!("{} is not there", built.display()))?;
    fs::copy(
        root().join("checkin-agent/station.example.toml"),
        folder().join("station.example.toml"),
    )?;
    fs::copy(root().join("docs/windows.md"), folder().join("windows.md"))?;
    println!("{}", folder().display());
    Ok(())
}

/// A command line of the agent and what must come of it.
struct Case {
    arguments: &'static [&'static str],
    /// Must stand in its output.
    says: &'static str,
    /// Whether it must succeed; a wine without a smart card service cannot satisfy `doctor`.
    succeeds: bool,
}

const CASES: [Case; 5] = [
    Case {
        arguments: &["--version"],
        says: "checkin-agent",
        succeeds: true,
    },
    Case {
        arguments: &["--help"],
        says: "doctor",
        succeeds: true,
    },
    Case {
        arguments: &["doctor", "--json"],
        says: "reader",
        succeeds: false,
    },
    Case {
        arguments: &["doctor", "--config", "station.toml"],
        says: "station",
        succeeds: false,
    },
    Case {
        arguments: &["run", "--config", "broken.toml"],
        says: "reeder",
        succeeds: false,
    },
];

fn attempt() -> Result<()> {
    let program = folder().join(PROGRAM);
    ensure!(
        program.is_file(),
        "{} is not built: cargo xtask dist",
        program.display()
    );
    setup::install(&WINE)?;
    setup::install(&LINKER)?;
    let place = target().join("wine-try");
    let _old = fs::remove_dir_all(place.join("run"));
    let place = prepare(&place, &program)?;
    let mut failed = 0;
    for case in &CASES {
        let outcome = start(&place, case)?;
        println!(
            "{:5} {}",
            if outcome { "ok" } else { "WRONG" },
            case.arguments.join(" ")
        );
        failed += usize::from(!outcome);
    }
    ensure!(failed == 0, "{failed} of {} were not as expected", CASES.len());
    Ok(())
}

/// The program with the stand-in and two configurations, in a folder of their own.
fn prepare(place: &Path, program: &Path) -> Result<PathBuf> {
    let run_folder = place.join("run");
    fs::create_dir_all(&run_folder)?;
    fs::copy(program, run_folder.join(PROGRAM))?;
    let example = fs::read_to_string(root().join("checkin-agent/station.example.toml"))?;
    fs::write(run_folder.join("station.toml"), &example)?;
    fs::write(
        run_folder.join("broken.toml"),
        format!("{example}\nreeder = \"x\"\n"),
    )?;
    let source = place.join("bcryptprimitives.c");
    fs::write(&source, SHIM)?;
    run(Command::new("x86_64-w64-mingw32-gcc")
        .args(["-shared", "-o"])
        .arg(run_folder.join("bcryptprimitives.dll"))
        .arg(&source)
        .arg("-ladvapi32"))?;
    Ok(run_folder)
}

fn start(place: &Path, case: &Case) -> Result<bool> {
    let wine = if present("wine64") {
        "wine64"
    } else {
        "/usr/lib/wine/wine64"
    };
    let output = Command::new(wine)
        .arg(PROGRAM)
        .args(case.arguments)
        .current_dir(place)
        .env(
            "WINEPREFIX",
            place
                .join("../prefix")
                .canonicalize()
                .unwrap_or_else(|_| place.join("../prefix")),
        )
        .env("WINEDEBUG", "-all")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{wine} cannot be started"))?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let as_expected = text.contains(case.says) && (output.status.success() || !case.succeeds);
    println!(
        "{}",
        text.lines()
            .map(|line| format!("      {line}"))
            .collect::<Vec<_>>()
            .join("\n")
    );
    Ok(as_expected)
}
