//! The machine readable zone of the card: TD1 with Vietnam's use of its fields (`cccd.md` 3.1); and of a passport, TD3.
//!
//! Owns check digits and transliteration. Must not draw the citizen.

use unicode_normalization::UnicodeNormalization;

use super::{Citizen, Day, Sex};

/// Expiry of a card that does not expire.
const NO_EXPIRY: Day = Day::new(2099, 12, 31);

/// The three lines of 30 characters.
pub fn machine_readable_zone(citizen: &Citizen) -> [String; 3] {
    let document = &citizen.number[3..];
    let upper = format!(
        "IDVNM{document}{}{}<<{}",
        check_digit(document),
        citizen.number,
        check_digit(&citizen.number)
    );
    let birth = citizen.birth.mrz();
    let expiry = expiry(citizen).mrz();
    let sex = if citizen.sex == Sex::Male { 'M' } else { 'F' };
    let (birth_digit, expiry_digit) = (check_digit(&birth), check_digit(&expiry));
    let composite = format!(
        "{}{birth}{birth_digit}{expiry}{expiry_digit}{}",
        &upper[5..],
        "<".repeat(11)
    );
    let middle = format!(
        "{birth}{birth_digit}{sex}{expiry}{expiry_digit}VNM{}{}",
        "<".repeat(11),
        check_digit(&composite)
    );
    [upper, middle, name_line(&citizen.name, 30)]
}

/// The two lines of 44 characters of a passport with the same number, dates and name (ICAO Doc 9303 part 4, 4.2).
pub fn passport_zone(citizen: &Citizen) -> [String; 2] {
    let sex = if citizen.sex == Sex::Male { 'M' } else { 'F' };
    let information = mrz_information(citizen);
    let personal = format!("{:<<14}", citizen.number);
    let (number, dates) = information.split_at(10);
    let (birth, expiry) = dates.split_at(7);
    let personal = format!("{personal}{}", check_digit(&personal));
    let composite = check_digit(&format!("{number}{birth}{expiry}{personal}"));
    [
        format!("P<VNM{}", name_line(&citizen.name, 39)),
        format!("{number}VNM{birth}{sex}{expiry}{personal}{composite}"),
    ]
}

/// Document number, birth and expiry with their check digits: what BAC's keys are made of.
pub fn mrz_information(citizen: &Citizen) -> String {
    let document = &citizen.number[3..];
    [document, &citizen.birth.mrz(), &expiry(citizen).mrz()]
        .map(|field| format!("{field}{}", check_digit(field)))
        .concat()
}

/// The check digit with the weights 7, 3, 1 (ICAO Doc 9303 part 3, 4.9).
pub fn check_digit(field: &str) -> char {
    let value = |character: char| character.to_digit(36).unwrap_or(0);
    let sum: u32 = field
        .chars()
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(c, weight)| value(c) * weight)
        .sum();
    char::from_digit(sum % 10, 10).expect("a remainder of ten is a digit")
}

fn expiry(citizen: &Citizen) -> Day {
    citizen.expires.unwrap_or(NO_EXPIRY)
}

/// Surname, two fillers, the other names, filled to the line's length.
fn name_line(name: &str, length: usize) -> String {
    let plain: String = name
        .nfd()
        .filter_map(|character| match character {
            'Đ' | 'đ' => Some('D'),
            ' ' => Some('<'),
            letter if letter.is_ascii_alphabetic() => Some(letter.to_ascii_uppercase()),
            _ => None,
        })
        .collect();
    let line = plain.replacen('<', "<<", 1);
    format!("{:<<length$}", &line[..line.len().min(length)])
}
