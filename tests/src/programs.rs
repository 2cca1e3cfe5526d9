//! Finds the programs under test: they lie beside whatever runs, in cargo's build folder. Builds nothing itself.

use anyhow::{Context, Result, ensure};
use std::env::current_exe;
use std::path::PathBuf;

/// Path of one of our programs, `exam-server` for instance.
///
/// # Errors
/// When it has not been built; says how to.
pub fn program(name: &str) -> Result<PathBuf> {
    let own = current_exe().context("where is this program?")?;
    let mut folder = own.parent().context("this program has no folder")?;
    // Tests and examples lie one deeper than programs.
    if folder
        .file_name()
        .is_some_and(|last| last == "deps" || last == "examples")
    {
        folder = folder.parent().context("no build folder")?;
    }
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    ensure!(
        path.is_file(),
        "{} is not built: run `cargo build --workspace --bins`",
        path.display()
    );
    Ok(path)
}
