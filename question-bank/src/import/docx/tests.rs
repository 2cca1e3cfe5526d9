//! Word files as teachers write them, made part by part; what is understood, what is listed as doubtful, and hostile
//! files.

use super::*;
use crate::item::{ItemKind, Kind, ShortKey};
use proptest::prelude::*;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// A Word file from the inside of its body and further parts.
fn word(body: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let document = format!(
        "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' \
         xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math' \
         xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships' \
         xmlns:o='urn:schemas-microsoft-com:office:office' xmlns:v='urn:schemas-microsoft-com:vml' \
         xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'><w:body>{body}</w:body></w:document>"
    );
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, data: &[u8]| {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(data).unwrap();
    };
    add("[Content_Types].xml", b"<Types/>");
    add("word/document.xml", document.as_bytes());
    for (name, data) in parts {
        add(name, data);
    }
    archive.finish().unwrap().into_inner()
}

/// A paragraph: `_x_` underlined, `!x!` red, `§x§` bold, `^x^` raised, `~x~` lowered, `\t` a tab.
fn p(text: &str) -> String {
    let mut runs = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let sign = rest.chars().next().unwrap();
        let properties = match sign {
            '_' => "<w:u w:val='single'/>",
            '!' => "<w:color w:val='FF0000'/>",
            '§' => "<w:b/>",
            '^' => "<w:vertAlign w:val='superscript'/>",
            '~' => "<w:vertAlign w:val='subscript'/>",
            _ => "",
        };
        let (part, after) = if properties.is_empty() {
            let end = rest.find(['_', '!', '§', '^', '~']).unwrap_or(rest.len());
            rest.split_at(end)
        } else {
            let end = rest[sign.len_utf8()..].find(sign).unwrap() + sign.len_utf8();
            (&rest[sign.len_utf8()..end], &rest[end + sign.len_utf8()..])
        };
        rest = after;
        // Word splits runs where it likes.
        let half = part.char_indices().nth(1).map_or(part.len(), |(at, _)| at);
        for piece in [&part[..half], &part[half..]] {
            let piece = crate::xml::escape(piece).replace('\t', "</w:t><w:tab/><w:t xml:space='preserve'>");
            let run =
                format!("<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{piece}</w:t></w:r>");
            runs.push_str(&run);
        }
    }
    format!("<w:p>{runs}</w:p>")
}

fn paper(lines: &[&str]) -> String {
    lines.iter().map(|line| p(line)).collect()
}

fn table(rows: &[&[&str]]) -> String {
    let row = |cells: &&[&str]| {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| format!("<w:tc>{}</w:tc>", p(cell)))
            .collect();
        format!("<w:tr>{}</w:tr>", cells.concat())
    };
    format!("<w:tbl>{}</w:tbl>", rows.iter().map(row).collect::<String>())
}

fn read(body: &str) -> WordFile {
    docx(&word(body, &[])).unwrap()
}

/// The letters of the right options, the truth values, or the accepted answers.
fn key(item: &Item) -> String {
    match &item.kind {
        ItemKind::SingleChoice(choices) | ItemKind::MultipleResponse(choices) => ('A'..)
            .zip(&choices.options)
            .filter(|(_, option)| option.right)
            .map(|(letter, _)| letter)
            .collect(),
        ItemKind::TrueFalseGroup(group) => {
            let letter = |right| if right { 'Đ' } else { 'S' };
            group.statements.iter().map(|s| letter(s.right)).collect()
        }
        ItemKind::ShortAnswer(short) => match &short.key {
            ShortKey::Number { accepted } => accepted[0].low.to_string(),
            ShortKey::Text { accepted, .. } => accepted[0].text.clone(),
        },
        ItemKind::Essay => "tự luận".to_owned(),
    }
}

fn keys(file: &WordFile) -> Vec<String> {
    assert_eq!(file.doubts.len(), 0, "{:?}", file.doubts);
    file.questions
        .iter()
        .map(|question| key(&question.item))
        .collect()
}

#[test]
fn a_paper_of_2025_in_three_parts() {
    let file = read(&paper(&[
        "SỞ GD&ĐT QUẢNG NINH",
        "Họ và tên thí sinh: ………",
        "§PHẦN I. Câu trắc nghiệm nhiều phương án lựa chọn.§ Thí sinh chỉ chọn một phương án.",
        "§Câu 1.§ [NB] Công thức của nước là",
        "A. HO.\t_B_. H~2~O.\tC. H~2~O~2~.\tD. OH.",
        "§Câu 2:§ Cho a<b. Khi đó",
        "A. a>b",
        "B. a=b",
        "!C!. a<b",
        "D. Cả A và B",
        "§PHẦN II. Câu trắc nghiệm đúng sai.§ Trong mỗi ý a), b), c), d) ở mỗi câu, thí sinh chọn đúng hoặc sai.",
        "§Câu 1.§ Cho hàm số.",
        "_a_) Đồng biến.",
        "b) Nghịch biến.",
        "_c_) Có cực trị.",
        "d) Không có.",
        "§PHẦN III. Câu trắc nghiệm trả lời ngắn.§",
        "§Câu 1.§ Tính 3 chia 2.",
        "Đáp án: 1,5",
        "Lời giải: vì 3 : 2.",
        "------ HẾT ------",
        "Cán bộ coi thi không giải thích gì thêm.",
    ]));
    assert_eq!(keys(&file), ["B", "C", "ĐSĐS", "1,5"]);
    let first = &file.questions[0];
    assert_eq!(first.tags, ["NB"]);
    assert_eq!(first.item.stem.as_str(), "Công thức của nước là");
    let ItemKind::SingleChoice(choices) = &first.item.kind else {
        panic!()
    };
    assert_eq!(choices.options[1].text.as_str(), "H<sub>2</sub>O.");
    let ItemKind::SingleChoice(choices) = &file.questions[1].item.kind else {
        panic!()
    };
    assert!(!choices.shuffle, "an option names letters");
    assert_eq!(file.questions[3].solution.as_str(), "vì 3 : 2.");
    assert!(!file.questions[3].item.stem.as_str().contains("vì"));
    assert_eq!(file.dropped.len(), 3);
    assert!(
        file.fidelity_report("đề.docx")
            .contains("4 câu đọc được, 0 câu cần xem lại")
    );
}

#[test]
fn keys_in_tables_go_to_their_part() {
    let body = paper(&[
        "PHẦN I. Nhiều phương án lựa chọn",
        "Câu 1. Một?",
        "A. 1\tB. 2\tC. 3\tD. 4",
        "Câu 2. Hai?",
        "A. 1\tB. 2\tC. 3\tD. 4",
        "PHẦN II. Đúng sai",
        "Câu 1. Xét:",
        "a) m",
        "b) n",
        "c) p",
        "d) q",
        "PHẦN III. Trả lời ngắn",
        "Câu 1. Số?",
        "HẾT",
        "ĐÁP ÁN",
        "PHẦN I",
    ]) + &table(&[&["Câu", "1", "2"], &["Đáp án", "C", "A"]])
        + &p("PHẦN II")
        + &table(&[
            &["Câu", "1"],
            &["a)", "Đ"],
            &["b)", "S"],
            &["c)", "S"],
            &["d)", "Đ"],
        ])
        + &p("PHẦN III")
        + &table(&[&["Câu", "1"], &["Đáp án", "-2,5"]]);
    assert_eq!(keys(&read(&body)), ["C", "A", "ĐSSĐ", "-2,5"]);
}

#[test]
fn keys_of_some_parts_only_go_to_those() {
    let body = paper(&[
        "PHẦN I. Nhiều phương án lựa chọn",
        "Câu 1. Một?",
        "A. 1\t_B_. 2\tC. 3\tD. 4",
        "PHẦN II. Đúng sai",
        "Câu 1. Xét:",
        "a) m",
        "b) n",
        "HẾT",
        "PHẦN II",
    ]) + &table(&[&["Câu", "1"], &["Đáp án", "ĐS"]]);
    assert_eq!(keys(&read(&body)), ["B", "ĐS"]);
}

#[test]
fn key_lists_and_cells_with_both() {
    let questions = paper(&[
        "Câu 1. Một?",
        "A. 1  B. 2  C. 3  D. 4",
        "Câu 2. Hai?",
        "A. 1 B. 2 C. 3 D. 4",
        "HẾT",
    ]);
    assert_eq!(keys(&read(&(questions.clone() + &p("1-D  2-B")))), ["D", "B"]);
    assert_eq!(
        keys(&read(&(questions.clone() + &table(&[&["1.D", "2.B"]])))),
        ["D", "B"]
    );
    assert_eq!(
        keys(&read(
            &(questions + &table(&[&["Câu", "Đáp án"], &["1", "D"], &["2", "B"]]))
        )),
        ["D", "B"]
    );
}

#[test]
fn automatic_numbers_are_text() {
    let item = |list: u8, level: u8, text: &str, mark: &str| {
        format!(
            "<w:p><w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{list}'/></w:numPr><w:rPr>{mark}</w:rPr></w:pPr>\
             <w:r><w:t>{text}</w:t></w:r></w:p>"
        )
    };
    let red = "<w:color w:val='C00000'/>";
    let mut body = String::new();
    for right in [1, 2] {
        body.push_str(&item(1, 0, "Chọn số", ""));
        for option in 0..4 {
            let mark = if option == right { red } else { "" };
            body.push_str(&item(1, 1, &format!("số {option}"), mark));
        }
    }
    let numbering = "<w:numbering xmlns:w='w'><w:abstractNum w:abstractNumId='7'>\
        <w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlText w:val='Câu %1.'/></w:lvl>\
        <w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='upperLetter'/><w:lvlText w:val='%2.'/></w:lvl>\
        </w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num></w:numbering>";
    let file = docx(&word(&body, &[("word/numbering.xml", numbering.as_bytes())])).unwrap();
    assert_eq!(keys(&file), ["B", "C"]);
    assert_eq!(file.questions[1].item.name, "Câu 2");
}

#[test]
fn what_is_doubtful_is_listed_and_not_guessed() {
    let options = "A. 1\tB. 2\tC. 3\tD. 4";
    for (lines, reason) in [
        (vec!["Câu 1. Không dấu?", options], "không có đáp án"),
        (
            vec!["Câu 1. Hai dấu?", "_A_. 1\t_B_. 2\tC. 3\tD. 4"],
            "gạch chân ở nhiều phương án: AB",
        ),
        (
            vec!["Câu 1. Trái nhau?", "_A_. 1\t!B!. 2\tC. 3\tD. 4"],
            "các dấu hiệu đáp án trái nhau",
        ),
        (
            vec!["Câu 1. Đáp án ngoài?", options, "Đáp án: E"],
            "không phải một phương án",
        ),
        (
            vec!["Câu 1. Trùng?", "_A_. 1\tB. 2\tC. 2\tD. 4"],
            "giống phương án",
        ),
        (
            vec!["Câu 1. Đậm hết?", "§A§. 1\t§B§. 2\t§C§. 3\t§D§. 4"],
            "không có đáp án",
        ),
        (vec!["Câu 1. Chỉ có câu dẫn"], "không rõ thuộc phần nào"),
    ] {
        let file = read(&paper(&lines));
        assert_eq!(file.questions.len(), 0, "{lines:?}");
        assert!(file.doubts[0].reasons[0].vi.contains(reason), "{:?}", file.doubts);
        assert_eq!(file.doubts[0].paragraph, 1);
    }
}

#[test]
fn shared_texts_stand_before_each_of_their_questions() {
    let file = read(&paper(&[
        "Read the passage and answer questions from 1 to 2.",
        "Hạ Long Bay is in Quảng Ninh.",
        "Question 1. Where?",
        "_A_. Quảng Ninh\tB. Huế\tC. Hà Nội\tD. Vinh",
        "Question 2. What?",
        "A. city\t_B_. bay\tC. river\tD. lake",
        "Question 3. Other?",
        "A. a\tB. b\t_C_. c\tD. d",
    ]));
    let shared: Vec<_> = file.questions.iter().map(|question| question.stimulus).collect();
    assert_eq!(shared, [Some(0), Some(0), None]);
    let items = file.into_import().unwrap().items;
    assert!(items[1].stem.as_str().contains("Hạ Long Bay") && items[1].stem.as_str().contains("What?"));
    assert!(!items[2].stem.as_str().contains("Hạ Long Bay"));
}

/// An OLE object with x² in MTEF 3, as Word keeps it.
fn mathtype() -> Vec<u8> {
    let mtef = [
        3, 1, 1, 3, 0, 1, 2, 131, b'x', 0, 3, 15, 0, 0, 0x11, 1, 2, 136, b'2', 0, 0, 0, 0, 0,
    ];
    let mut header = vec![0x1c, 0, 0, 0, 2, 0, 0, 0];
    header.extend(u32::try_from(mtef.len()).unwrap().to_le_bytes());
    header.resize(28, 0);
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    let mut stream = file.create_stream("Equation Native").unwrap();
    stream.write_all(&header).unwrap();
    stream.write_all(&mtef).unwrap();
    drop(stream);
    file.into_inner().into_inner()
}

#[test]
fn formulas_of_both_kinds_and_pictures_stay_in_their_places() {
    let png = [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(),
        &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    let body = "<w:p><w:r><w:t>Câu 1. Cho </w:t></w:r><m:oMath><m:r><m:t>y</m:t></m:r></m:oMath><w:r><w:t> và hình</w:t></w:r>\
        <w:r><w:drawing><a:blip r:embed='rId2'/></w:drawing></w:r></w:p>"
        .to_owned()
        + "<w:p><w:r><w:rPr><w:u w:val='single'/></w:rPr><w:t>A</w:t></w:r><w:r><w:t>. </w:t></w:r>\
        <w:r><w:object><o:OLEObject ProgID='Equation.DSMT4' r:id='rId1'/></w:object></w:r></w:p>"
        + &p("B. 2")
        + &p("C. 3")
        + &p("D. 4");
    let relations = "<Relationships><Relationship Id='rId1' Type='t/oleObject' Target='embeddings/oleObject1.bin'/>\
        <Relationship Id='rId2' Type='t/image' Target='media/image1.png'/></Relationships>";
    let file = docx(&word(
        &body,
        &[
            ("word/_rels/document.xml.rels", relations.as_bytes()),
            ("word/embeddings/oleObject1.bin", &mathtype()),
            ("word/media/image1.png", &png),
        ],
    ))
    .unwrap();
    assert_eq!(keys(&file), ["A"]);
    let item = &file.questions[0].item;
    assert!(
        item.stem.as_str().contains("<mi>y</mi>"),
        "{}",
        item.stem.as_str()
    );
    assert_eq!(item.stem.media(), [0]);
    let ItemKind::SingleChoice(choices) = &item.kind else {
        panic!()
    };
    let formula = choices.options[0].text.as_str();
    assert!(formula.contains("<msup><mi>x</mi><mn>2</mn></msup>"), "{formula}");
}

#[test]
fn old_fonts_and_fields_are_doubts() {
    let old =
        "<w:p><w:r><w:rPr><w:rFonts w:ascii='.VnTime'/></w:rPr><w:t>C©u 1. Câu 1. abc</w:t></w:r></w:p>";
    let body = p("Câu 1. Đọc") + old + &p("_A_. 1\tB. 2\tC. 3\tD. 4");
    assert!(read(&body).doubts[0].reasons[0].vi.contains("phông cũ"));
    let field =
        "<w:p><w:r><w:t>Câu 1. Tính </w:t></w:r><w:r><w:instrText>EQ \\f(1;2)</w:instrText></w:r></w:p>";
    assert!(
        read(&(field.to_owned() + &p("_A_. 1\tB. 2\tC. 3\tD. 4"))).doubts[0].reasons[0]
            .vi
            .contains("trường EQ")
    );
}

#[test]
fn hostile_files_are_refused() {
    let body = p("Câu 1. x") + &p("_A_. 1\tB. 2\tC. 3\tD. 4");
    let refused = |parts: &[(&str, &[u8])]| docx(&word(&body, parts)).unwrap_err()[0].message.clone();
    assert!(refused(&[("word/vbaProject.bin", b"x")]).contains("macro"));
    let outside: &[u8] = b"<Relationships><Relationship Id='r' Type='t/attachedTemplate' Target='http://x/y.dotm' TargetMode='External'/></Relationships>";
    assert!(refused(&[("word/_rels/document.xml.rels", outside)]).contains("bên ngoài"));
    assert!(refused(&[("../../etc/x", b"x")]).contains("đường dẫn"));
    let bomb = vec![b' '; 65 << 20];
    assert!(refused(&[("word/media/big.bin", &bomb)]).contains("quá lớn"));
    assert!(docx(b"PK\x03\x04 broken").is_err());
    let doctype = word("", &[]);
    assert!(
        docx(&doctype).unwrap_err()[0]
            .message
            .contains("không có câu hỏi")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever lines stand in a file: it ends, every question is an item or a doubt, and an item has one right option.
    #[test]
    fn any_lines_end(lines in proptest::collection::vec(proptest::sample::select(vec![
        "Câu 1. Hỏi?", "Câu 2: Hỏi gì?", "_A_. 1\tB. 2", "A. 1", "B. 2", "C. 3\tD. 4", "a) m", "_b_) n", "Đáp án: B", "PHẦN I",
        "PHẦN II. Đúng sai", "Lời giải: x", "HẾT", "1-A 2-B", "ĐÁP ÁN", "Dựa vào bảng, trả lời câu 1 đến câu 2", "chữ", "[<Ans=C>]",
    ]), 1..24)) {
        let starts = lines.iter().any(|line| line.starts_with("Câu"));
        match docx(&word(&paper(&lines), &[])) {
            Err(_) => prop_assert!(!starts || lines.iter().position(|l| *l == "HẾT") < lines.iter().position(|l| l.starts_with("Câu"))),
            Ok(file) => {
                prop_assert!(file.questions.len() + file.doubts.len() > 0);
                for question in &file.questions {
                    if question.item.kind.kind() == Kind::SingleChoice {
                        prop_assert_eq!(key(&question.item).chars().count(), 1);
                    }
                }
            }
        }
    }

    #[test]
    fn any_body_ends(body in "(<w:p>|</w:p>|<w:tbl>|</w:tbl>|<w:r>|</w:r>|<w:t>Câu 1</w:t>|<w:tc>|</w:tc>|<w:br/>|x){0,30}") {
        let _ = docx(&word(&body, &[]));
    }
}
