//! ARCHITECTURE.md names only what exists, and every crate and slice of the server.

use crate::shell::root;
use anyhow::Result;
use std::fs;

/// Compares the map with the tree.
pub fn check() -> Result<Vec<String>> {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md"))?;
    let mut faults: Vec<String> = paths(&map)
        .filter(|path| !root().join(path).exists())
        .map(|path| format!("ARCHITECTURE.md: {path} does not exist"))
        .collect();
    for place in places()? {
        if !map.contains(&format!("`{place}")) {
            faults.push(format!("ARCHITECTURE.md: {place} is not on the map"));
        }
    }
    Ok(faults)
}

/// What stands in backquotes and looks like a path.
fn paths(map: &str) -> impl Iterator<Item = &str> {
    map.split('`')
        .skip(1)
        .step_by(2)
        .filter(|text| text.contains('/') && !text.contains([' ', '{', '<', '*', ':']))
}

/// Folders of crates, and the server's slices.
fn places() -> Result<Vec<String>> {
    let mut places = Vec::new();
    for entry in fs::read_dir(root())? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").exists() {
            places.push(format!("{}/", entry.file_name().to_string_lossy()));
        }
    }
    for entry in fs::read_dir(root().join("exam-server/src"))? {
        let entry = entry?;
        if entry.path().is_dir() {
            places.push(format!("exam-server/src/{}", entry.file_name().to_string_lossy()));
        }
    }
    places.sort();
    Ok(places)
}
