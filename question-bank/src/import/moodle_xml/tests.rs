//! Moodle XML: text in, a summary of what was read out.

use super::*;
use crate::import::tests::{faults, summary};
use proptest::prelude::*;

fn quiz(questions: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<quiz>\n{questions}\n</quiz>")
}

fn read_xml(questions: &str) -> String {
    summary(moodle_xml(quiz(questions).as_bytes()))
}

/// A question with this name, type, stem and further elements.
fn question(kind: &str, name: &str, rest: &str) -> String {
    format!(
        "<question type=\"{kind}\"><name><text>{name}</text></name>\
         <questiontext format=\"html\"><text><![CDATA[<p>Hỏi {name}</p>]]></text></questiontext>{rest}</question>\n"
    )
}

fn answer(fraction: &str, text: &str) -> String {
    format!(
        "<answer fraction=\"{fraction}\" format=\"html\"><text>{text}</text><feedback><text>phản hồi</text></feedback></answer>"
    )
}

/// Rows and weights of a true/false group.
fn rows(columns: [&str; 2], truths: &[bool]) -> String {
    let mut xml = String::from(
        "<scoringmethod><text>subpoints</text></scoringmethod><shuffleanswers>true</shuffleanswers>",
    );
    for (number, right) in (1..).zip(truths) {
        let weight = |column: u8, right: bool| {
            let value = if right { "1.000" } else { "0.000" };
            format!(
                "<weight rownumber=\"{number}\" columnnumber=\"{column}\"><value>{value}</value></weight>"
            )
        };
        xml += format!(
            "<row number=\"{number}\"><optiontext format=\"html\"><text>Ý {number}</text></optiontext></row>"
        )
        .as_str();
        xml += &(weight(1, *right) + &weight(2, !right));
    }
    for (number, word) in (1..).zip(columns) {
        xml += format!("<column number=\"{number}\"><responsetext format=\"plain_text\"><text>{word}</text></responsetext></column>")
            .as_str();
    }
    xml
}

/// An essay with a picture in its text.
fn with_picture() -> String {
    let png =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let file = format!("<file name=\"a b.png\" path=\"/\" encoding=\"base64\">{png}</file>");
    format!(
        "<question type=\"essay\"><name><text>P</text></name><questiontext format=\"html\">\
         <text>&lt;img alt=\"hình\" src=\"@@PLUGINFILE@@/a%20b.png\"&gt;</text>{file}</questiontext></question>"
    )
}

#[test]
fn all_kinds() {
    let questions = [
        "<question type=\"category\"><category><text>$course$/top/Toán</text></category></question>"
            .to_owned(),
        question(
            "multichoice",
            "M1",
            &("<single>true</single>".to_owned() + &answer("100", "đúng") + &answer("0", "sai &amp;lt; 5")),
        ),
        question(
            "multichoice",
            "M2",
            &("<single>false</single><shuffleanswers>0</shuffleanswers>".to_owned()
                + &answer("50", "a")
                + &answer("50", "b")
                + &answer("-100", "c")),
        ),
        question("truefalse", "T", &(answer("0", "true") + &answer("100", "false"))),
        question(
            "shortanswer",
            "S",
            &("<usecase>1</usecase>".to_owned()
                + &answer("100", "NaCl")
                + &answer("33.33333", "muối*")
                + &answer("0", "*")),
        ),
        question(
            "numerical",
            "N",
            "<answer fraction=\"100\"><text>12.5</text><tolerance>0.05</tolerance></answer><tags><tag><text>entry:grid4</text></tag></tags>",
        ),
        question(
            "kprime",
            "K",
            &rows(["True", "False"], &[true, false, true, false]),
        ),
        question("mtf", "F", &rows(["Sai", "Đúng"], &[false, true])),
        question(
            "essay",
            "E",
            "<responsetemplate><text>mẫu</text></responsetemplate>",
        ),
        with_picture(),
    ];
    insta::assert_snapshot!(read_xml(&questions.concat()), @r#"
    M1 [Toán] @3: <p>Hỏi M1</p> → một: +đúng | -sai &lt; 5
    M2 [Toán] @4: <p>Hỏi M2</p> → nhiều: +a | +b | -c (không trộn)
    T [Toán] @5: <p>Hỏi T</p> → một: -Đúng! | +Sai! (không trộn)
    S [Toán] @6: <p>Hỏi S</p> → văn bản Aa None: NaCl 10000 | muối* 3333
    N [Toán] @7: <p>Hỏi N</p> → số Some(Grid(4)): 12,45…12,55 10000
    K [Toán] @8: <p>Hỏi K</p> → nhóm: Đ Ý 1 | S Ý 2 | Đ Ý 3 | S Ý 4
    F [Toán] @9: <p>Hỏi F</p> → nhóm: Đ Ý 1 | S Ý 2
    E [Toán] @10: <p>Hỏi E</p> → tự luận
    P [Toán] @11: <img src="media:0" alt="hình"> (1 hình) → tự luận
    ! dòng 10, câu «E»: mẫu trả lời bị bỏ
    "#);
}

#[test]
fn what_cannot_be_read_is_named() {
    let questions = [
        question("cloze", "1", ""),
        question("matching", "2", ""),
        question("chủng loại mới", "3", ""),
        question("description", "4", ""),
        question("multichoice", "5", &answer("abc", "x")),
        question("multichoice", "6", &(answer("100", "x") + &answer("50", "y"))),
        question("numerical", "7", "<answer fraction=\"100\"><text>1e3</text></answer>"),
        question("truefalse", "8", ""),
        question("mtf", "9", &rows(["Có", "Không"], &[true])),
        question("kprime", "10", &rows(["Đúng", "Sai"], &[true]).replace("0.000", "1.000")),
        "<question type=\"essay\"><name><text>11</text></name><questiontext format=\"html\"><text>&lt;img src=\"@@PLUGINFILE@@/a.png\"&gt;</text>\
         <file name=\"a.png\" encoding=\"base64\">!!!</file></questiontext></question>\n<lạ/>"
            .to_owned(),
    ];
    insta::assert_snapshot!(read_xml(&questions.concat()), @r#"
    ✗ dòng 3, câu «1»: dạng câu «cloze» (điền vào chỗ trống trong đoạn (cloze)) chưa được hỗ trợ
    ✗ dòng 4, câu «2»: dạng câu «matching» (ghép đôi) chưa được hỗ trợ
    ✗ dòng 5, câu «3»: dạng câu «chủng loại mới» (lạ) chưa được hỗ trợ
    ✗ dòng 6, câu «4»: đoạn văn không kèm câu hỏi: hãy đưa vào câu hỏi, hoặc đặt tên để làm phần dẫn của nhóm đúng – sai («Câu 13», tiếp theo là «Câu 13a», «Câu 13b»…)
    ✗ dòng 7, câu «5»: trọng số «abc» không hiểu được
    ✗ dòng 8, câu «6»: có phương án được một phần điểm trong câu chọn một; hãy cho 100 % hoặc 0 %
    ✗ dòng 9, câu «7»: «1e3» sai số «0» không phải số thập phân
    ✗ dòng 10, câu «8»: câu đúng – sai không cho biết đáp án
    ✗ dòng 11, câu «9»: nhóm đúng – sai phải có hai cột Đúng và Sai, ở đây là «có», «không»
    ✗ dòng 12, câu «10»: ý thứ 1 không cho biết đúng hay sai
    ✗ dòng 13, câu «11»: tệp đính kèm «a.png» bị hỏng (base64)
    ✗ dòng 13, câu «11»: không có hình «a.png» trong tệp
    ✗ dòng 14, câu «Câu 12»: phần tử <lạ> không hiểu được
    "#);
}

#[test]
fn hostile_files_are_refused() {
    let bomb =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE quiz [<!ENTITY a \"x\"><!ENTITY b \"&a;&a;\">]><quiz>&b;</quiz>";
    let outside = "<!DOCTYPE quiz SYSTEM \"file:///etc/passwd\"><quiz/>";
    for text in [bomb, outside] {
        assert!(faults(moodle_xml(text.as_bytes())).contains("DOCTYPE"), "{text}");
    }
    let deep = "<quiz>".repeat(200_000);
    assert!(faults(moodle_xml(deep.as_bytes())).contains("lồng nhau"));
    let flat = quiz(&"<question type=\"x\"/>".repeat(30_000));
    assert!(faults(moodle_xml(flat.as_bytes())).ends_with("lỗi nữa"));
    let deep_html = format!(
        "<question type=\"essay\"><questiontext format=\"html\"><text>{}</text></questiontext></question>",
        "&lt;b&gt;".repeat(50_000)
    );
    assert!(read_xml(&deep_html).contains("lồng nhau"));
}

#[test]
fn broken_files_name_the_line() {
    insta::assert_snapshot!(faults(moodle_xml(b"<quiz>\n<question>\n</quiz>")), @"dòng 3: XML bị hỏng: expected 'question' tag, not 'quiz' at 3:1");
    insta::assert_snapshot!(faults(moodle_xml(b"<html/>")), @"đây không phải tệp Moodle XML: phần tử gốc là <html>, không phải <quiz>");
    insta::assert_snapshot!(faults(moodle_xml(b"<?xml version=\"1.0\" encoding=\"windows-1258\"?><quiz/>")), @"dòng 1: bảng mã «windows-1258» không được nhận; hãy lưu lại tệp dưới dạng UTF-8");
    insta::assert_snapshot!(faults(moodle_xml(b"<quiz>&unknown;</quiz>")), @"dòng 1: XML bị hỏng: unknown entity reference 'unknown' at 1:7");
    insta::assert_snapshot!(faults(moodle_xml(b"<quiz/>")), @"tệp không có câu hỏi nào");
}

#[test]
fn descriptions_and_lettered_statements_are_a_group() {
    let true_false = |name: &str, right: &str, wrong: &str| {
        question("truefalse", name, &(answer("100", right) + &answer("0", wrong)))
    };
    let questions = [
        question("description", "Câu 1", ""),
        true_false("Câu 1a", "true", "false"),
        true_false("Câu 1b", "false", "true"),
    ];
    insta::assert_snapshot!(read_xml(&questions.concat()), @"Câu 1 @3: <p>Hỏi Câu 1</p> → nhóm: Đ <p>Hỏi Câu 1a</p> | S <p>Hỏi Câu 1b</p>");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = moodle_xml(&bytes);
    }

    #[test]
    fn any_elements_are_read_or_refused(inside in "(<question type=\"(multichoice|truefalse|kprime|numerical|essay|shortanswer)\">|</question>|<answer fraction=\"(100|0|-5|x)\">|</answer>|<text>|</text>|<questiontext format=\"(html|markdown)\">|</questiontext>|<row number=\"1\">|</row>|<file name=\"a\">|</file>|<single>|[a-z0-9&;<\\$ ]){0,30}") {
        let _ = moodle_xml(quiz(&inside).as_bytes());
    }

    #[test]
    fn mutated_files_are_read_or_refused(at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()) {
        let mut bytes = include_bytes!("../../../../tests/fixtures/papers/demo-toan.xml").to_vec();
        let place = at.index(bytes.len());
        bytes[place] = byte;
        bytes.truncate(bytes.len() - cut.index(40));
        let _ = moodle_xml(&bytes);
    }
}
