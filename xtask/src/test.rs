//! Every check, stage by stage, with its time.

use crate::shell::{cargo, present, run};
use crate::{pages, setup, tidy};
use anyhow::{Context, Result};
use clap::Args;
use std::process::Command;
use std::time::{Duration, Instant};

/// Run every test.
#[derive(Debug, Args)]
pub struct Test {
    /// Only the stages from this one on, by its number
    #[arg(long, default_value_t = 1)]
    from: usize,
}

/// A stage has a name and a thing to do.
type Stage = (&'static str, fn() -> Result<()>);

const STAGES: [Stage; 9] = [
    ("install what is missing", setup::everything),
    ("tidy", || tidy::check(true)),
    ("format", || run(cargo().args(["fmt", "--all", "--check"]))),
    ("pages", pages::build),
    ("lints", || {
        run(cargo().args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]))
    }),
    ("build", || {
        run(cargo().args(["build", "--workspace", "--all-targets", "--locked"]))
    }),
    ("tests, data in SQLite", || tests(&["--workspace"], "sqlite")),
    ("tests, data in PostgreSQL", || {
        tests(&ON_POSTGRESQL, "postgresql")
    }),
    ("a whole exam day", crate::demo::check),
];

/// What runs a second time with its data in PostgreSQL: the server's own tests, and whole servers where the database matters.
const ON_POSTGRESQL: [&str; 17] = [
    "-p",
    "exam-server",
    "-p",
    "exam-tests",
    "--lib",
    "--test",
    "admission",
    "--test",
    "four_eyes",
    "--test",
    "kill_and_restart",
    "--test",
    "login",
    "--test",
    "seat_refused",
    "--test",
    "take_over",
];

impl Test {
    /// Runs all stages; the first that fails ends it.
    pub fn run(self) -> Result<()> {
        let begin = Instant::now();
        let mut times = Vec::new();
        for (name, stage) in STAGES.into_iter().skip(self.from.saturating_sub(1)) {
            println!("── {name}");
            let start = Instant::now();
            let result = stage().with_context(|| format!("stage \"{name}\""));
            times.push((name, start.elapsed()));
            if result.is_err() {
                report(&times, begin.elapsed());
                return result;
            }
        }
        report(&times, begin.elapsed());
        Ok(())
    }
}

fn report(times: &[(&str, Duration)], all: Duration) {
    println!("── times");
    for (name, time) in times {
        println!("{:>7.1} s  {name}", time.as_secs_f32());
    }
    println!("{:>7.1} s  all", all.as_secs_f32());
}

/// nextest where it is installed, cargo's own runner elsewhere; the data in the named database.
fn tests(what: &[&str], database: &str) -> Result<()> {
    let (program, command): (_, &[&str]) = if present("cargo-nextest") {
        (Command::new("cargo"), &["nextest", "run"])
    } else {
        (cargo(), &["test"])
    };
    let mut program = program;
    program
        .args(command)
        .args(what)
        .args(["--locked", "--no-fail-fast"]);
    run(program.env("EXAM_TEST_DATABASE", database))
}
