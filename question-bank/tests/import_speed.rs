//! How long a Word file of 10,000 questions takes (docs/performance.md). In a release build the limit is held; a debug
//! build reads a tenth of it and only prints.

use question_bank::import;
use std::io::{Cursor, Write};
use std::time::{Duration, Instant};
use zip::write::SimpleFileOptions;

const QUESTIONS: usize = if cfg!(debug_assertions) { 1_000 } else { 10_000 };
const LIMIT: Duration = Duration::from_secs(5);

/// A bank as a teacher keeps it: each question with a formula in the stem and in an option, raised letters, an
/// underlined answer.
fn word_file() -> Vec<u8> {
    let run = |properties: &str, text: &str| {
        format!("<w:r><w:rPr>{properties}</w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r>")
    };
    let formula = "<m:oMath><m:f><m:num><m:r><m:t>x+1</m:t></m:r></m:num><m:den><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e>\
                   <m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:den></m:f></m:oMath>";
    let mut body = String::new();
    for number in 1..=QUESTIONS {
        let stem = run("<w:b/>", &format!("Câu {number}. ")) + &run("", "Cho hàm số y = ") + formula;
        let stem = format!("<w:p>{stem}{}</w:p>", run("", " xác định trên khoảng nào?"));
        body.push_str(&stem);
        let options = run("", "A. ")
            + formula
            + "<w:r><w:tab/></w:r>"
            + &run("<w:u w:val=\"single\"/>", "B")
            + &run("", &format!(". {number} m"))
            + &run("<w:vertAlign w:val=\"superscript\"/>", "2")
            + "<w:r><w:tab/></w:r>"
            + &run("", "C. 3")
            + "<w:r><w:tab/></w:r>"
            + &run("", "D. Không tồn tại");
        let options = format!("<w:p>{options}</w:p>");
        body.push_str(&options);
    }
    let document = format!(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
         xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\"><w:body>{body}</w:body></w:document>"
    );
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive
        .start_file("word/document.xml", SimpleFileOptions::default())
        .expect("writing into memory");
    archive
        .write_all(document.as_bytes())
        .expect("writing into memory");
    archive.finish().expect("writing into memory").into_inner()
}

#[test]
fn ten_thousand_questions_in_five_seconds() {
    let file = word_file();
    let start = Instant::now();
    let found = import::docx(&file).expect("the file is read");
    let took = start.elapsed();
    println!("{QUESTIONS} questions, {} kB: {took:?}", file.len() >> 10);
    assert_eq!((found.questions.len(), found.doubts.len()), (QUESTIONS, 0));
    assert!(cfg!(debug_assertions) || took <= LIMIT, "{took:?}");
}
