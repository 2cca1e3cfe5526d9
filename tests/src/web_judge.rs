//! What strangers say about the server's web surface: schemathesis reads the OpenAPI document and tries every door as
//! several people, testssl.sh examines TLS. Filters no finding; `cargo xtask judge web` installs the programs and calls this.

mod doors;
mod schemathesis;
mod testssl;
mod trial;

use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::PathBuf;

/// How thorough the judges are.
#[derive(Clone, Debug)]
pub struct Thoroughness {
    /// Most examples for each operation and pass.
    pub examples: u32,
    /// Most seconds for each pass.
    pub seconds: u32,
    /// Where reports go.
    pub reports: PathBuf,
}

/// Starts a hall and has it judged.
///
/// # Errors
/// When a program is missing, or a judge found something.
pub async fn judge(how: &Thoroughness) -> Result<()> {
    fs::create_dir_all(&how.reports).with_context(|| how.reports.display().to_string())?;
    let trial = trial::Trial::open().await?;
    let mut faults = 0;
    for pass in trial.passes()? {
        let verdict = schemathesis::run(&trial, &pass, how).await?;
        println!("{verdict}");
        faults += verdict.faults;
    }
    let verdict = testssl::run(&trial.crowd.hall, how).await?;
    println!("{verdict}");
    faults += verdict.faults();
    fs::copy(
        trial.crowd.hall.path("server.log"),
        how.reports.join("server.log"),
    )?;
    ensure!(
        faults == 0,
        "the judges found {faults} faults; their reports are in {}",
        how.reports.display()
    );
    println!("nothing found; the reports are in {}", how.reports.display());
    Ok(())
}
