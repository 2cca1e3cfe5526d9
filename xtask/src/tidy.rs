//! Rules of the house as checks: which crate may know which, sizes, file heads, and a map that can't rot.

mod arrows;
mod sizes;
mod heads;
mod map;
mod functions;
mod words;

use crate::shell::root;
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// A source file, read once for all rules.
pub struct Source {
    /// Path from the workspace's root.
    pub path: String,
    /// Its lines.
    pub lines: Vec<String>,
    /// How many lines stand before the inline tests.
    pub code_lines: usize,
}

/// Runs all rules and names every breach.
pub fn check(report: bool) -> Result<()> {
    let sources = sources()?;
    let mut faults = arrows::check()?;
    faults.extend(sizes::check(&sources, report));
    faults.extend(functions::check(&sources, report));
    faults.extend(heads::check(&sources));
    faults.extend(map::check()?);
    faults.extend(words::check(&sources)?);
    if faults.is_empty() {
        return Ok(());
    }
    for fault in &faults {
        println!("{fault}");
    }
    bail!("{} breaches of the rules of the house", faults.len())
}

fn sources() -> Result<Vec<Source>> {
    let mut paths = Vec::new();
    collect(&root(), &mut paths)?;
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !name.starts_with("target") && name != "node_modules" {
                collect(&path, paths)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Source> {
    let text = fs::read_to_string(path)?;
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let code_lines = lines
        .iter()
        .position(|line| line == "#[cfg(test)]")
        .unwrap_or(lines.len());
    let path = path.strip_prefix(root())?.to_string_lossy().into_owned();
    Ok(Source {
        path,
        lines,
        code_lines,
    })
}

impl Source {
    /// Files that hold nothing but tests are measured by a wider limit.
    pub fn is_test(&self) -> bool {
        self.path.ends_with("tests.rs")
            || self.path.contains("/tests/")
            || self.path.starts_with("tests/tests/")
    }
}
