//! Outside judges: programs that share no code with ours, installed for the purpose and run over what we made. Beside the
//! everyday checks, because they take their time.

use crate::shell::{cargo, outside, root, run, target};
use crate::{pages, setup};
use anyhow::Result;
use clap::{Args, Subcommand};
use std::fs;
use std::process::Command;

/// Have strangers examine what we made.
#[derive(Debug, Args)]
pub struct Judge {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The server's web surface: schemathesis over the OpenAPI document as many callers, testssl.sh over TLS
    Web(Web),
}

#[derive(Debug, Args)]
struct Web {
    /// Most examples for each operation and caller
    #[arg(long, default_value_t = 300)]
    examples: u32,
    /// Most seconds for each caller; there are ten
    #[arg(long, default_value_t = 300)]
    seconds: u32,
}

impl Judge {
    /// Installs, builds and judges; fails when a judge found something.
    pub fn run(self) -> Result<()> {
        match self.what {
            What::Web(web) => web.run(),
        }
    }
}

impl Web {
    fn run(self) -> Result<()> {
        setup::everything()?;
        setup::web_judges()?;
        schemathesis()?;
        pages::build()?;
        run(cargo().args(["build", "--locked", "--workspace", "--bins"]))?;
        run(Command::new(target().join("debug/web-judge"))
            .args(["--examples", &self.examples.to_string()])
            .args(["--seconds", &self.seconds.to_string()])
            .arg("--reports")
            .arg(target().join("judged")))
    }
}

/// schemathesis in a virtual environment of its own, with exactly the versions of the list.
fn schemathesis() -> Result<()> {
    let folder = outside("schemathesis");
    let list = root().join("tests/judges/schemathesis.txt");
    let noted = folder.join("installed.txt");
    if fs::read(&noted).ok() == fs::read(&list).ok() {
        return Ok(());
    }
    println!("Fetching schemathesis: it tries every operation of the OpenAPI document");
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    run(Command::new(folder.join("bin/pip"))
        .args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--requirement",
        ])
        .arg(&list))?;
    fs::copy(list, noted)?;
    Ok(())
}
