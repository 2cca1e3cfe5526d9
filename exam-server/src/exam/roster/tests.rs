//! Whole files in, candidates or findings out.

use super::citizen::Sex;
use super::*;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

fn read(bytes: &[u8]) -> Result<Roster, Vec<Finding>> {
    super::read(bytes, Day::new(2026, 6, 11).unwrap())
}

fn rows(read: &Result<Roster, Vec<Finding>>) -> Vec<(Option<u32>, &str)> {
    let findings = match read {
        Ok(roster) => &roster.warnings,
        Err(faults) => faults,
    };
    findings
        .iter()
        .map(|finding| (finding.row, finding.message_en.as_str()))
        .collect()
}

/// A list as a school exports it: titles, header on row 4, numbers as numbers, dates as dates and as text.
fn school_workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Ghi chú").unwrap();
    let date = Format::new().set_num_format("dd/mm/yyyy");
    let sheet = workbook.add_worksheet().set_name("DS").unwrap();
    sheet
        .merge_range(0, 0, 0, 5, "SỞ GIÁO DỤC VÀ ĐÀO TẠO", &Format::new())
        .unwrap();
    sheet.write(1, 0, "DANH SÁCH HỌC SINH LỚP 12.6").unwrap();
    let header = [
        "STT",
        "Họ đệm",
        "Tên",
        "Ngày sinh",
        "Giới tính",
        "Tên cha",
        "SĐT liên hệ",
        "Lớp học",
        "Số định danh cá nhân",
    ];
    sheet.write_row(3, 0, header).unwrap();
    let people = [
        ("Nguye\u{302}\u{303}n Văn", "An", "Nam", 22_208_001_234_f64),
        ("Lê  Thị", "Bình", "nữ", 1_308_001_235.0),
    ];
    for (row, (family, given, sex, number)) in (4..).zip(people) {
        sheet.write(row, 0, row - 3).unwrap();
        sheet.write(row, 1, family).unwrap();
        sheet.write(row, 2, given).unwrap();
        sheet
            .write_with_format(row, 3, ExcelDateTime::from_ymd(2008, 9, 5).unwrap(), &date)
            .unwrap();
        sheet.write(row, 4, sex).unwrap();
        sheet.write(row, 5, "Cha").unwrap();
        sheet.write(row, 6, "0912345678").unwrap();
        sheet.write(row, 7, "12A6").unwrap();
        sheet.write(row, 8, number).unwrap();
    }
    sheet.write(7, 1, "Danh sách gồm 2 học sinh").unwrap();
    workbook.save_to_buffer().unwrap()
}

#[test]
fn reads_a_schools_workbook() {
    let roster = read(&school_workbook()).unwrap();
    let [first, second] = roster.entries.as_slice() else {
        panic!("{roster:?}")
    };
    assert_eq!(first.name, "Nguyễn Văn An");
    assert_eq!(first.citizen_number.as_str(), "022208001234");
    assert_eq!(first.birth_date, "2008-09-05");
    assert_eq!(
        (first.sex, first.class.as_str(), first.row),
        (Sex::Male, "12A6", 5)
    );
    assert_eq!(
        (second.name.as_str(), second.citizen_number.as_str()),
        ("Lê Thị Bình", "001308001235")
    );
    let warnings = rows(&Ok(roster.clone())).len();
    assert_eq!(
        warnings, 3,
        "two restored numbers and the line below the list: {:?}",
        roster.warnings
    );
}

#[test]
fn reads_csv_in_every_encoding_and_with_every_separator() {
    let text = "STT,SBD,Họ và tên,Ngày sinh,Giới tính,CCCD\n1,0101,Nguyễn Văn An,5-9-2008,Nam,022208001234\n";
    let expected = read(text.as_bytes()).unwrap();
    assert_eq!(expected.entries[0].candidate_number, "0101");
    for separator in [",", ";", "\t"] {
        let text = text.replace(',', separator);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let variants = [
            text.clone().into_bytes(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe", little.as_slice()].concat(),
            [b"\xfe\xff", big.as_slice()].concat(),
            little,
            big,
        ];
        for bytes in variants {
            assert_eq!(read(&bytes).unwrap(), expected, "separator {separator:?}");
        }
    }
}

#[test]
fn names_every_fault_with_its_row() {
    let text = "STT;SBD;Họ và tên;Ngày sinh;Giới tính;Số CCCD\n\
                1;1;A B;2008;x;022208100001\n\
                2;2;C D;31/2/2008;Nam;12345\n\
                3;3;;5/9/2008;?;022208100003\n";
    let read = read(text.as_bytes());
    let expected = [
        (
            Some(2),
            "the birth date has only a year; day and month are needed",
        ),
        (Some(3), "the citizen number is not 12 digits"),
        (
            Some(3),
            "the birth date can't be read; write day/month/year, e.g. 05/09/2008",
        ),
        (Some(4), "the sex can't be read; write Nam or Nữ"),
        (Some(4), "the name is missing"),
    ];
    assert_eq!(rows(&read), expected);
}

#[test]
fn a_number_that_begins_with_zero_lost_none() {
    let text = |number: &str| format!("SBD,Họ và tên,Ngày sinh,CCCD\n1,Lê An,5/9/2008,{number}\n");
    let message = |number: &str| read(text(number).as_bytes()).unwrap_err()[0].message.clone();
    assert_eq!(
        message("02220800123"),
        "số định danh có 11 chữ số và đã có số 0 ở đầu: thiếu chữ số"
    );
    assert_eq!(
        message("012345678"),
        "số định danh có 9 chữ số và đã có số 0 ở đầu: thiếu chữ số"
    );
    assert_eq!(message("2220800123x"), "số định danh không phải 12 chữ số");
    let restored = read(text("22208001234").as_bytes()).unwrap();
    assert_eq!(restored.entries[0].citizen_number.as_str(), "022208001234");
}

#[test]
fn nobody_was_born_tomorrow_or_lives_longer_than_anybody() {
    let born = |date: &str| {
        let text = format!("SBD,Họ và tên,Ngày sinh,CCCD\n1,Lê An,{date},022208001234\n");
        read(text.as_bytes())
            .map(|_| ())
            .map_err(|faults| faults[0].message_en.clone())
    };
    assert_eq!(born("11/6/2026"), Ok(()));
    assert_eq!(
        born("12/6/2026"),
        Err("the birth date 2026-06-12 is after today (2026-06-11)".into())
    );
    assert_eq!(born("11/6/1906"), Ok(()));
    assert_eq!(
        born("10/6/1906"),
        Err("the birth date 1906-06-10 is more than 120 years ago".into())
    );
}

#[test]
fn finds_people_who_stand_twice() {
    let text = "SBD,Họ và tên,Ngày sinh,CCCD\n\
                1,Lê An,5/9/2008,022208100001\n\
                2,Lê Bình,5/9/2008,022208100001\n\
                1,Lê Chi,5/9/2008,022208100003\n\
                4,LÊ  AN,05/09/2008,022208100004\n";
    let read = read(text.as_bytes());
    let expected = [
        (Some(3), "same citizen number as row 2"),
        (Some(4), "same candidate number as row 2"),
        (Some(5), "same name and birth date as row 2"),
    ];
    assert_eq!(rows(&read), expected);
}

#[test]
fn warns_where_the_number_says_something_else() {
    let text = "SBD,Họ và tên,Ngày sinh,Giới tính,CCCD\n1,Lê An,5/9/2007,Nữ,099208100001\n";
    let read = read(text.as_bytes());
    assert!(read.is_ok());
    assert_eq!(rows(&read).len(), 3, "{read:?}");
}

#[test]
fn gives_candidate_numbers_their_zeros_back() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet
        .write_row(0, 0, ["SBD", "Họ và tên", "", "Ngày sinh", "CCCD"])
        .unwrap();
    for row in 1..=3u32 {
        sheet.write(row, 0, 1_000_000 + row).unwrap();
        sheet.write(row, 1, "Trần Thị").unwrap();
        sheet.write(row, 2, format!("X{row}")).unwrap();
        sheet.write(row, 3, 39_696).unwrap();
        sheet.write(row, 4, format!("02230810000{row}")).unwrap();
    }
    let roster = read(&workbook.save_to_buffer().unwrap()).unwrap();
    assert_eq!(roster.entries[0].candidate_number, "01000001");
    assert_eq!(roster.entries[2].name, "Trần Thị X3");
    assert_eq!(roster.warnings.len(), 3);
}

#[test]
fn a_column_headed_female_marks_women_only() {
    let text = "Họ và tên,Ngày sinh,Nữ,CCCD\nLê An,5/9/2008,x,022308100001\nLê Bình,5/9/2008,,022208100002\n";
    let roster = read(text.as_bytes()).unwrap();
    assert_eq!(
        (roster.entries[0].sex, roster.entries[1].sex),
        (Sex::Female, Sex::Male)
    );
    assert_eq!(roster.warnings, []);
}

#[test]
fn says_what_is_wrong_with_the_whole_file() {
    let message = |bytes: &[u8]| read(bytes).unwrap_err()[0].message_en.clone();
    assert!(message(b"").contains("empty"));
    assert!(message(b"a,b,c\n1,2,3\n").contains("no header"));
    assert!(message("STT,Lớp,Trường\n1,2,3\n".as_bytes()).contains("missing column"));
    assert!(message("Họ và tên,Ngày sinh,CCCD\n".as_bytes()).contains("no candidate"));
    assert!(message(b"H\xe4").starts_with("byte 1: not UTF-8"));
    assert!(message(b"PK\x03\x04 broken").contains("can't be read"));
    let workbook = school_workbook();
    assert!(message(&workbook[..workbook.len() / 2]).contains("can't be read"));
}

proptest! {
    #[test]
    fn rubbish_never_panics(noise: Vec<u8>, text in "(STT|SBD|CCCD|Ngày sinh|Họ và tên|[,;\t\n\"x1-9/]){0,60}") {
        let _ = read(&noise);
        let _ = read(text.as_bytes());
        let _ = read(&[b"PK\x03\x04".as_slice(), &noise].concat());
    }
}
