//! Third-party samples of GIFT and Moodle XML: every file is read, or refused for the reason that docs/formats.md
//! gives. The files stay outside the repository; without them the test says so and passes.

use question_bank::import;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn samples(folder: &str, extension: &str) -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/samples")
        .join(folder);
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: no samples in {}", folder.display());
        return None;
    };
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    files.sort();
    Some(files)
}

/// A line for each file: its questions by kind, or its faults in English.
fn table(files: &[PathBuf]) -> String {
    let mut table = String::new();
    for path in files {
        let result = match import::any(&fs::read(path).expect("the sample can be read")) {
            Ok(import) => {
                let mut kinds: BTreeMap<_, usize> = BTreeMap::new();
                for item in &import.items {
                    *kinds.entry(item.kind.kind()).or_default() += 1;
                }
                let kinds: Vec<String> = kinds
                    .iter()
                    .map(|(kind, count)| format!("{count} {}", kind.name_en()))
                    .collect();
                format!("{}; {} notes", kinds.join(", "), import.notes.len())
            }
            Err(faults) => {
                let faults = faults
                    .iter()
                    .map(|f| format!("line {}: {}", f.line.unwrap_or(0), f.message_en));
                format!("REFUSED {}", faults.collect::<Vec<_>>().join(" | "))
            }
        };
        writeln!(
            table,
            "{}: {result}",
            path.file_name().unwrap_or_default().display()
        )
        .expect("writing into a string cannot fail");
    }
    table
}

#[test]
fn gift_samples() {
    if let Some(files) = samples("gift", "gift") {
        insta::assert_snapshot!(table(&files), @r#"
    TFTwoFeedback.gift: 3 single choice; 0 notes
    categorySpecialCharacter.gift: REFUSED line 0: the file has no questions
    description1.gift: REFUSED line 1: a text without a question: put it into the question, or give it a title as the stem of a true/false group (“Câu 13”, followed by “Câu 13a”, “Câu 13b”…)
    descriptionWithID.gift: REFUSED line 2: a text without a question: put it into the question, or give it a title as the stem of a true/false group (“Câu 13”, followed by “Câu 13a”, “Câu 13b”…)
    escapeEquals.gift: 1 single choice; 0 notes
    essay1.gift: 1 essay; 0 notes
    formatExamples.gift: 1 single choice; 0 notes
    mc1.gift: 1 single choice; 0 notes
    mc2.gift: 1 single choice; 0 notes
    mc4.gift: 1 single choice; 0 notes
    mc5.gift: 4 single choice; 0 notes
    mcHTMLComment.gift: 1 single choice; 0 notes
    multiLineFeedback1.gift: 2 single choice; 0 notes
    multipleAnswersFloat.gift: 1 multiple response; 0 notes
    newlineAndLaTeX.gift: 1 essay; 0 notes
    shortAnswerNotMatching.gift: 2 single choice; 0 notes
    shortFirstEmbedded.gift: 2 short answer; 0 notes
    shortFirstEmbeddedUnderline.gift: 2 short answer; 0 notes
    symbolsAll.gift: 1 single choice; 1 notes
    tag_two_tags.gift: 1 essay; 0 notes
    tf2.gift: 2 single choice; 0 notes
    totara_moodle_backslash.gift: 1 essay; 0 notes
    totara_moodle_essay.gift: 1 essay; 0 notes
    totara_moodle_truefalse_true_answer2.gift: 1 single choice; 0 notes
    "#);
    }
}

#[test]
fn moodle_xml_samples() {
    if let Some(files) = samples("moodle-xml", "xml") {
        insta::assert_snapshot!(table(&files), @r#"
    multianswer.xml: REFUSED line 12: question type “cloze” is not supported
    multichoice.xml: REFUSED line 12: the question links to an attached file, which is not supported
    nested_categories.xml: 1 single choice; 0 notes
    nested_categories_with_questions.xml: 4 single choice, 1 essay; 0 notes
    sample_questions_with_old_image_tag.xml: REFUSED line 16: question type “cloze” is not supported
    truefalse.xml: 2 single choice; 0 notes
    "#);
    }
}

#[test]
fn aiken_samples() {
    if let Some(files) = samples("aiken", "txt") {
        insta::assert_snapshot!(table(&files), @r"
    aiken_errors.txt: REFUSED line 3: there must be two options or more, A, B, C… in order | line 7: there must be two options or more, A, B, C… in order | line 18: this line is neither an option (“A.” or “A)”) nor “ANSWER:”
    questions.aiken.txt: 2 single choice; 0 notes
    ");
    }
}
