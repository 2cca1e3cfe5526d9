//! Starting other programs.

use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folder that cargo builds into.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Where a program that is not ours, and that tests or judges need, is installed: never among the sources.
pub fn outside(name: &str) -> PathBuf {
    target().join("outside").join(name)
}

/// The cargo that runs us, so that the same toolchain goes on.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Variables of the cargo that started us would be taken for settings by the next one.
    command.env_remove("CARGO_MANIFEST_DIR");
    command
}

/// Runs a program to its end; an exit code other than 0 is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let name = describe(command);
    let status = command
        .status()
        .with_context(|| format!("{name}: can't be started"))?;
    ensure!(status.success(), "{name}: {status}");
    Ok(())
}

/// Hands this process over to a program, so that Ctrl-C reaches it alone and it can clean up.
#[cfg(unix)]
pub fn become_program(mut command: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(error).with_context(|| describe(&command))
}

/// Runs a program as the last thing that this process does.
#[cfg(not(unix))]
pub fn become_program(mut command: Command) -> Result<()> {
    run(&mut command)
}

/// Whether a program can be found.
pub fn present(program: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else {
        return false;
    };
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn describe(command: &Command) -> String {
    let parts = std::iter::once(command.get_program()).chain(command.get_args());
    parts
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
