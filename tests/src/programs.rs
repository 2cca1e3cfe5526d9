//! Finds the programs under test: they lie beside whatever runs, in cargo's build folder. Builds nothing itself.

use anyhow::{Context, Result, ensure};
use std::env::current_exe;
use std::path::PathBuf;

/// Path of one of our programs, `exam-server` for instance.
///
/// # Errors
/// When it has not been built; says how to.
pub fn program(name: &str) -> Result<PathBuf> {
    let path = folder()?.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    ensure!(
        path.is_file(),
        "{} is not built: run `cargo build --workspace --bins`",
        path.display()
    );
    Ok(path)
}

/// Path in the folder into which `cargo xtask setup` installs what is not ours: the OpenID provider of the tests, for
/// instance.
///
/// # Errors
/// When it is not installed; says how to.
pub fn outside(name: &str) -> Result<PathBuf> {
    let build = folder()?;
    let path = build
        .parent()
        .context("no build folder")?
        .join("outside")
        .join(name);
    ensure!(
        path.exists(),
        "{} is not installed: run `cargo xtask setup`",
        path.display()
    );
    Ok(path)
}

/// Where our programs lie.
fn folder() -> Result<PathBuf> {
    let own = current_exe().context("where is this program?")?;
    let mut folder = own.parent().context("this program has no folder")?;
    // Tests and examples lie one deeper than programs.
    let inner = ["deps", "examples"];
    if folder
        .file_name()
        .is_some_and(|last| inner.iter().any(|one| last == *one))
    {
        folder = folder.parent().context("no build folder")?;
    }
    Ok(folder.to_owned())
}
