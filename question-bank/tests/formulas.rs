//! Third-party formulas: OMML with the meaning that texmath gives it, `MathType` objects with the MathML expected of
//! them. What is compared is structure and characters ([`normal`]). The files stay outside the repository; without them
//! the tests say so and pass.

#[path = "formula/native.rs"]
mod native;
#[path = "formula/normal.rs"]
mod normal;

use question_bank::mathml::{mtef, omml};
use std::fs;
use std::path::{Path, PathBuf};

fn samples(folder: &str) -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/samples")
        .join(folder);
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: no samples in {}", folder.display());
        return None;
    };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    Some(files)
}

fn report(name: &str, ours: &str, expected: &str, failures: &mut Vec<String>) {
    if ours != expected {
        eprintln!("{name}\n  ours     {ours}\n  expected {expected}");
        failures.push(name.to_owned());
    }
}

#[test]
fn omml_samples() {
    let Some(files) = samples("omml") else { return };
    let mut failures = Vec::new();
    for path in &files {
        let text = fs::read_to_string(path).expect("the sample can be read");
        let (source, meaning) = text.split_once(">>> native").expect("a sample has two parts");
        let source = source.trim_start_matches("<<< omml").trim();
        let ours = match omml::formulas(source) {
            Ok(formulas) => normal::of_mathml(&formulas.iter().map(ToString::to_string).collect::<String>()),
            Err(error) => error.to_string(),
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        report(&name, &ours, &native::normal(meaning), &mut failures);
    }
    assert_eq!(failures, Vec::<String>::new(), "of {}", files.len());
}

#[test]
fn mathtype_samples() {
    let Some(files) = samples("mathtype/input") else {
        return;
    };
    let mut failures = Vec::new();
    for path in &files {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let expected = path.with_file_name(format!("../expected/{name}.xml"));
        let expected = fs::read_to_string(expected).expect("the expectation can be read");
        let ours = match mtef::convert(&fs::read(path).expect("the sample can be read")) {
            Ok(formula) => normal::of_mathml(&formula.to_string()),
            Err(error) => error.to_string(),
        };
        report(&name, &ours, &normal::of_mathml(&expected), &mut failures);
    }
    // 450: the expectation has U+FFFD where the object says U+03A6.
    assert_eq!(failures, ["450"], "of {}", files.len());
}
