//! The invented citizens keep the rules of real cards.

use super::*;

#[test]
fn the_mrz_of_the_sample_in_our_notes() {
    let mut citizen = invent(1, 1).remove(0);
    citizen.number = "001090123456".into();
    citizen.name = "Nguyễn Văn Đa".into();
    citizen.sex = Sex::Male;
    citizen.birth = Day::new(1990, 1, 1);
    citizen.expires = day::expiry(citizen.birth, Day::new(2021, 4, 15));
    let [upper, middle, lower] = machine_readable_zone(&citizen);
    assert_eq!(upper, "IDVNM0901234562001090123456<<3");
    assert_eq!(middle, "9001011M3001019VNM<<<<<<<<<<<4");
    assert_eq!(lower, "NGUYEN<<VAN<DA<<<<<<<<<<<<<<<<");
    assert_eq!(mrz_information(&citizen), "090123456290010113001019");
    assert_eq!(citizen.can(), "123456");
}

#[test]
fn cards_end_at_the_age_the_law_names() {
    let cases = [
        ((1998, 6, 10), (2021, 6, 9), Some((2023, 6, 10))),
        ((1998, 6, 10), (2021, 6, 10), Some((2038, 6, 10))),
        ((1983, 3, 3), (2021, 3, 3), Some((2043, 3, 3))),
        ((1963, 8, 20), (2021, 8, 19), Some((2023, 8, 20))),
        ((1963, 8, 20), (2021, 8, 20), None),
        ((2008, 2, 29), (2022, 5, 1), Some((2033, 3, 1))),
        ((2010, 9, 9), (2024, 7, 2), Some((2035, 9, 9))),
    ];
    let day = |(year, month, day)| Day::new(year, month, day);
    for (birth, issued, expires) in cases {
        assert_eq!(day::expiry(day(birth), day(issued)), expires.map(day));
    }
}

#[test]
fn two_hundred_citizens_keep_the_rules() {
    let all = invent(20_26, 200);
    assert_eq!(all, invent(20_26, 200));
    assert_eq!(all[..24], invent(20_26, 24));
    for citizen in &all {
        let number = citizen.number.as_bytes();
        assert!(number.len() == 12 && number.iter().all(u8::is_ascii_digit));
        let century = if citizen.birth.year < 2000 { 0 } else { 2 };
        let sex = u8::from(citizen.sex == Sex::Female);
        assert_eq!(number[3] - b'0', century + sex);
        assert_eq!(&citizen.number[4..6], format!("{:02}", citizen.birth.year % 100));
        assert!(
            citizen.issued >= citizen.birth.in_year(citizen.birth.year + 14),
            "{citizen:?}"
        );
        assert!(citizen.issued >= Day::new(2021, 1, 1));
        assert!(citizen.expires.is_none_or(|day| day.year >= 2028), "{citizen:?}");
        assert_eq!(citizen.qr().split('|').count(), 7);
        assert!(machine_readable_zone(citizen).iter().all(|line| line.len() == 30));
    }
    let mut numbers: Vec<_> = all.iter().map(|citizen| &citizen.number).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 200);
}

#[test]
fn portraits_have_the_weight_of_photographs_and_differ() {
    let all: Vec<_> = invent(2026, 24).iter().map(draw_portrait).collect();
    for (position, picture) in all.iter().enumerate() {
        assert!(
            (6_000..=15_000).contains(&picture.len()),
            "{position}: {} bytes",
            picture.len()
        );
        assert!(all[..position].iter().all(|other| other != picture));
        let decoded = image::load_from_memory(picture).unwrap();
        assert_eq!((decoded.width(), decoded.height()), (240, 320));
    }
}

#[test]
fn the_workbook_has_the_damage_that_rosters_have() {
    use calamine::{Data, Reader, Xlsx};

    let all = invent(2026, 24);
    let bytes = std::io::Cursor::new(write_xlsx(&all).unwrap());
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(bytes).unwrap();
    let sheet = book.worksheet_range("Danh sách").unwrap();
    assert_eq!(sheet.get_value((3, 7)), Some(&Data::String("Số CCCD".into())));
    let rows: Vec<_> = sheet.rows().skip(4).collect();
    assert_eq!(rows.len(), 24);
    let mut shorter = 0;
    for (row, citizen) in rows.iter().zip(&all) {
        assert_eq!(row[2], Data::String(citizen.name.clone()));
        let Data::Float(number) = row[7] else {
            panic!("{:?} is no number", row[7])
        };
        assert_eq!(format!("{number:012}"), citizen.number);
        shorter += usize::from(citizen.number.starts_with('0'));
        assert_eq!(matches!(row[3], Data::DateTime(_)), citizen.index % 3 == 1);
    }
    assert!(shorter > 12, "most numbers lost a zero");
}

#[test]
fn the_text_file_says_the_same_as_the_workbook() {
    let all = invent(2026, 24);
    let text = String::from_utf8(write_csv(&all).unwrap()).unwrap();
    let lines: Vec<_> = text.trim_start_matches('\u{FEFF}').lines().collect();
    assert_eq!(lines.len(), 4 + 24);
    assert!(lines[3].starts_with("STT;SBD;Họ và tên;"));
    for (line, citizen) in lines[4..].iter().zip(&all) {
        let fields: Vec<_> = line.split(';').collect();
        assert_eq!(fields.len(), 12);
        assert_eq!(format!("{:0>12}", fields[7]), citizen.number);
    }
}
