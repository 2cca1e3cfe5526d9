//! What each fuzz target does with its input, once: `fuzz_targets/` hands it to libFuzzer, `question-bank/tests/corpus.rs`
//! replays the corpus. An input may be refused in any way; it must not panic, hang, or give a question without a key.

use question_bank::bank::file;
use question_bank::import;
use question_bank::item::{Item, ItemKind};
use question_bank::mathml::{mtef, omml};
use question_bank::qti;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// A target: bytes in, nothing out.
pub type Target = fn(&[u8]);

/// All targets with the names of their folders in `corpus/`.
pub const TARGETS: [(&str, Target); 7] = [
    ("word_archive", word_archive),
    ("word_body", word_body),
    ("office_math", office_math),
    ("mathtype", mathtype),
    ("qti_item", qti_item),
    ("text_formats", text_formats),
    ("bank_file", bank_file),
];

/// A whole Word file.
pub fn word_archive(data: &[u8]) {
    if let Ok(found) = import::docx(data) {
        found
            .questions
            .iter()
            .for_each(|question| has_key(&question.item));
    }
}

/// What stands in the body of a Word file.
pub fn word_body(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let document =
        format!("<w:document xmlns:w=\"w\" xmlns:m=\"m\" xmlns:r=\"r\"><w:body>{text}</w:body></w:document>");
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive
        .start_file("word/document.xml", SimpleFileOptions::default())
        .and_then(|()| Ok(archive.write_all(document.as_bytes())?))
        .expect("writing into memory");
    word_archive(&archive.finish().expect("writing into memory").into_inner());
}

/// Formulas of Word.
pub fn office_math(data: &[u8]) {
    for formula in omml::formulas(&String::from_utf8_lossy(data)).unwrap_or_default() {
        let _ = formula.to_string();
    }
}

/// Equations of MathType, in an OLE object, a metafile or bare.
pub fn mathtype(data: &[u8]) {
    if let Ok(formula) = mtef::convert(data) {
        let _ = formula.to_string();
    }
}

/// QTI items with no response.
pub fn qti_item(data: &[u8]) {
    let _ = qti::score(&String::from_utf8_lossy(data), &serde_json::Map::new(), 1);
}

/// GIFT, Moodle XML, Aiken.
pub fn text_formats(data: &[u8]) {
    if let Ok(found) = import::any(data) {
        found.items.iter().for_each(has_key);
    }
}

/// Bank files: none of the fuzzer's making has a signature that fits.
pub fn bank_file(data: &[u8]) {
    let _ = file::read(data);
}

/// A question that is read has a right option.
fn has_key(item: &Item) {
    if let ItemKind::SingleChoice(choices) = &item.kind {
        assert!(choices.options.iter().any(|option| option.right), "{item:?}");
    }
}
