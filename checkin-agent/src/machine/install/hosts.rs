//! The hosts file: one marked line for the server's name. Every other line stays as it is.

use super::super::door::Address;
use super::super::manifest::{Entry, Manifest};
use super::super::{MachineError, platform};
use std::path::Path;

/// Ends our lines.
const MARK: &str = "# truong-thi";

/// Adds the server's name with its address.
///
/// # Errors
/// [`MachineError::File`].
pub fn add(root: &Path, server: &Address, manifest: &mut Manifest) -> Result<String, MachineError> {
    let path = platform::hosts_file(root);
    let Some(address) = server.at else {
        return Ok(path.display().to_string());
    };
    let line = format!("{address} {} {MARK}", server.host);
    let text = std::fs::read_to_string(&path).map_err(|error| MachineError::file(&path, error))?;
    if text.lines().any(|there| there == line) {
        return Ok(format!("đã có / is there already: {line}"));
    }
    manifest.note(Entry::Hosts {
        path: path.clone(),
        line: line.clone(),
    })?;
    let end = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let all = format!("{text}{end}{line}\n");
    std::fs::write(&path, all).map_err(|error| MachineError::file(&path, error))?;
    Ok(format!("{}: {line}", path.display()))
}

/// Takes the line out again.
///
/// # Errors
/// [`MachineError::File`].
pub fn remove(path: &Path, line: &str) -> Result<String, MachineError> {
    let text = std::fs::read_to_string(path).map_err(|error| MachineError::file(path, error))?;
    let kept: String = text
        .split_inclusive('\n')
        .filter(|there| there.trim_end_matches(['\r', '\n']) != line)
        .collect();
    if kept != text {
        std::fs::write(path, kept).map_err(|error| MachineError::file(path, error))?;
    }
    Ok(format!("✓ gỡ khỏi / removed from {}: {line}", path.display()))
}
