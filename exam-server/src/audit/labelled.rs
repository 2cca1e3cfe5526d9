//! Every act that the server's source writes has words in both languages: pages and exports would show a bare name else.

use exam_protocol::audit::label::{ACTS, of};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Texts that look like an act and are none: columns named in errors, a file.
const NO_ACTS: [&str; 4] = ["audit.pub", "checkin.status", "checkin.challenge", "room.state"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the source folder is there") {
        let path = entry.expect("the source folder can be read").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            // What tests write need not be a real act.
            if name != "tests" {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|one| one == "rs")
            && !["tests.rs", "matrix.rs", "trial.rs", "labelled.rs"].contains(&&*name)
        {
            found.push(path);
        }
    }
}

/// Text literals of the form `group.name` whose group is one of acts.
fn acts(text: &str) -> BTreeSet<String> {
    let groups: BTreeSet<&str> = ACTS
        .iter()
        .filter_map(|label| label.name.split('.').next())
        .collect();
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.split('"')
        .skip(1)
        .step_by(2)
        .chain(code.split('"').skip(2).step_by(2))
        .filter(|literal| {
            literal
                .split_once('.')
                .is_some_and(|(group, name)| groups.contains(group) && plain(name))
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_act_in_the_source_has_words_in_both_languages() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut written = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source file can be read");
        written.extend(acts(&text));
    }
    assert!(written.len() > 60, "the acts are not found: {written:?}");
    let nameless: Vec<_> = written
        .iter()
        .filter(|name| of(name).is_none() && !NO_ACTS.contains(&name.as_str()))
        .collect();
    assert!(
        nameless.is_empty(),
        "name these in exam-protocol/src/audit/label.rs: {nameless:?}"
    );
    let unused: Vec<_> = ACTS
        .iter()
        .filter(|label| !written.contains(label.name))
        .map(|label| label.name)
        .collect();
    assert!(unused.is_empty(), "nothing writes these: {unused:?}");
}
