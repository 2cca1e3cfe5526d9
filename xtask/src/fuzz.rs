//! `cargo xtask fuzz`: runs the fuzz targets for a while each and says how many inputs they took and what they found.
//!
//! The fuzz crates are no members of the workspace, because libFuzzer wants flags that only a nightly compiler takes. New
//! inputs go to the build folder; what is found is put into a crate's `corpus/` by hand, and replayed by ordinary tests.

use crate::shell::{present, root, target};
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Crates with a folder `fuzz`.
const CRATES: [&str; 3] = ["certs", "checkin-agent", "question-bank"];

/// More memory than this is a finding, in MB.
const MEMORY: u32 = 1024;

/// A longer run of one input is a finding, in seconds.
const PATIENCE: u32 = 10;

/// Run fuzz targets.
#[derive(Debug, Args)]
pub struct Fuzz {
    /// Which one, as `cargo xtask fuzz --list` names them; all of them if it is left out
    target: Option<String>,
    /// How long each, in seconds
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Name the targets
    #[arg(long)]
    list: bool,
}

/// One target.
struct Target {
    /// The crate's folder `fuzz`.
    folder: PathBuf,
    name: String,
}

impl Target {
    fn label(&self) -> String {
        let owner = self.folder.parent().and_then(Path::file_name).unwrap_or_default();
        format!("{}/{}", owner.to_string_lossy(), self.name)
    }
}

impl Fuzz {
    /// Runs what was asked for; an error when anything was found.
    pub fn run(self) -> Result<()> {
        let mut targets = targets()?;
        if let Some(wanted) = &self.target {
            targets.retain(|target| target.name == *wanted || target.label() == *wanted);
            ensure!(
                !targets.is_empty(),
                "there is no fuzz target {wanted}: cargo xtask fuzz --list"
            );
        }
        if self.list {
            for target in &targets {
                println!("{}", target.label());
            }
            return Ok(());
        }
        ensure!(
            present("cargo-fuzz"),
            "cargo-fuzz is missing: cargo install --locked cargo-fuzz (about two minutes)"
        );
        let mut found = Vec::new();
        for target in &targets {
            let (executions, clean) = fuzz(target, self.seconds)?;
            println!(
                "{:40} {executions:>12} inputs  {}",
                target.label(),
                if clean { "nothing found" } else { "FOUND" }
            );
            if !clean {
                found.push(target.label());
            }
        }
        if found.is_empty() {
            return Ok(());
        }
        bail!(
            "found something: {}; the inputs lie in that crate's fuzz/artifacts",
            found.join(", ")
        )
    }
}

fn targets() -> Result<Vec<Target>> {
    let mut targets = Vec::new();
    for name in CRATES {
        let folder = root().canonicalize()?.join(name).join("fuzz");
        for entry in fs::read_dir(folder.join("fuzz_targets"))? {
            if let Some(name) = entry?.path().file_stem() {
                targets.push(Target {
                    folder: folder.clone(),
                    name: name.to_string_lossy().into_owned(),
                });
            }
        }
    }
    targets.sort_by_key(Target::label);
    Ok(targets)
}

/// How many inputs were run, and whether all of them went well.
fn fuzz(target: &Target, seconds: u32) -> Result<(u64, bool)> {
    pin_versions(&target.folder)?;
    let grown = target_folder().join("corpus").join(target.label());
    fs::create_dir_all(&grown)?;
    let mut process = command(target, &grown, seconds)
        .spawn()
        .context("cargo fuzz cannot be started")?;
    let output = process.stderr.take().context("its messages are not connected")?;
    let mut executions = 0;
    for line in BufReader::new(output).lines() {
        let line = line?;
        if let Some(count) = line.strip_prefix("stat::number_of_executed_units:") {
            executions = count.trim().parse().unwrap_or(0);
        } else if !line.starts_with(['#', '\t']) && !line.starts_with("stat::") && !line.starts_with("INFO:")
        {
            println!("  {line}");
        }
    }
    let clean = process.wait()?.success();
    ensure!(!clean || executions > 0, "{} did not run", target.label());
    Ok((executions, clean))
}

/// The first corpus takes what is new, the second is the crate's own. Without a sanitizer: none of our crates has unsafe code, and
/// what is looked for (panics, hangs, memory without bounds, false acceptance) shows without one.
fn command(target: &Target, grown: &Path, seconds: u32) -> Command {
    let mut command = Command::new("cargo");
    command
        .args(["fuzz", "run", "--sanitizer", "none", "--fuzz-dir"])
        .arg(&target.folder)
        .arg("--target-dir")
        .arg(target_folder())
        .arg(&target.name)
        .arg(grown)
        .arg(target.folder.join("corpus").join(&target.name))
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-timeout={PATIENCE}"))
        .args(["-print_final_stats=1", "-max_len=8192"])
        .env("RUSTC_BOOTSTRAP", "1")
        .current_dir(&target.folder)
        .stderr(Stdio::piped());
    // A variable of the cargo that started us would be taken for a setting by the next one.
    command
        .env_remove("CARGO_MANIFEST_DIR")
        .env_remove("CARGO_TARGET_DIR");
    command
}

fn target_folder() -> PathBuf {
    target().join("fuzz")
}

/// The versions of the workspace, where the fuzz crate has none yet.
fn pin_versions(folder: &Path) -> Result<()> {
    let own = folder.join("Cargo.lock");
    if !own.exists() {
        fs::copy(root().join("Cargo.lock"), own)?;
    }
    Ok(())
}
