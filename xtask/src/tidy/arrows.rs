//! Which crate of ours may use which: the arrows of ARCHITECTURE.md.

use crate::shell::root;
use anyhow::Result;
use std::fs;

/// Folder, and the crates of ours that it may depend on.
const ARROWS: [(&str, &[&str]); 13] = [
    ("exam-protocol", &[]),
    // `exam-test-corpus` is for tests only, here and below.
    ("certs", &["exam-test-corpus"]),
    ("question-bank", &["certs", "exam-protocol", "exam-test-corpus"]),
    ("checkin-agent", &["certs", "exam-protocol", "exam-test-corpus"]),
    (
        "exam-server",
        // The last for its tests only.
        &["question-bank", "certs", "exam-protocol", "exam-test-database"],
    ),
    ("exam-client/texts", &[]),
    ("exam-client/browser", &["exam-protocol", "exam-texts"]),
    (
        "exam-client/candidate",
        &["certs", "exam-protocol", "exam-browser", "exam-texts"],
    ),
    (
        "exam-client/console",
        &["question-bank", "exam-protocol", "exam-browser", "exam-texts"],
    ),
    (
        "tests",
        &[
            "certs",
            "exam-protocol",
            "question-bank",
            "exam-server",
            "checkin-agent",
            "exam-test-database",
        ],
    ),
    ("tests/corpus", &[]),
    ("tests/postgresql", &[]),
    ("xtask", &[]),
];

const OURS: [&str; 11] = [
    "certs",
    "checkin-agent",
    "exam-browser",
    "exam-client",
    "exam-console",
    "exam-protocol",
    "exam-server",
    "exam-test-corpus",
    "exam-test-database",
    "exam-texts",
    "question-bank",
];

/// Compares each manifest with the arrows, and the workspace's members with the list.
pub fn check() -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let workspace = fs::read_to_string(root().join("Cargo.toml"))?;
    for member in members(&workspace) {
        if !ARROWS.iter().any(|(folder, _)| *folder == member) {
            faults.push(format!(
                "Cargo.toml: {member} has no arrows in xtask/src/tidy/arrows.rs"
            ));
        }
    }
    for (folder, allowed) in ARROWS {
        let path = format!("{folder}/Cargo.toml");
        let manifest = fs::read_to_string(root().join(&path))?;
        let used = dependencies(&manifest).filter(|name| OURS.contains(&name.as_str()));
        faults.extend(
            used.filter(|name| !allowed.contains(&name.as_str()))
                .map(|name| format!("{path}: {folder} must not know {name}")),
        );
    }
    Ok(faults)
}

fn members(workspace: &str) -> Vec<String> {
    let list = workspace
        .split("members = [")
        .nth(1)
        .and_then(|rest| rest.split(']').next())
        .unwrap_or("");
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Names of all dependencies, whatever their section.
fn dependencies(manifest: &str) -> impl Iterator<Item = String> + '_ {
    let mut inside = false;
    manifest.lines().filter_map(move |line| {
        if line.starts_with('[') {
            inside = line.contains("dependencies");
            return None;
        }
        let name = line.split(['=', '.', ' ']).next()?;
        (inside && !name.is_empty() && !name.starts_with('#')).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_manifests_as_people_write_them() {
        let manifest = "[package]\nname = \"x\"\n[dependencies]\n# no\ncerts = { workspace = true }\nserde.workspace = true\n[dev-dependencies]\nquestion-bank.workspace = true\n[[bin]]\nname = \"y\"\n";
        let names: Vec<_> = dependencies(manifest).collect();
        assert_eq!(names, ["certs", "serde", "question-bank"]);
        assert_eq!(members("members = [\n \"a\",\n \"b/c\",\n]"), ["a", "b/c"]);
    }
}
