//! Invented Vietnamese citizens, the same for the same seed: nobody here exists.
//!
//! Owns who they are and what is printed on their cards. Must not know chips, keys or readers.

mod day;
mod mrz;
mod name;
mod number;
mod portrait;
mod roster;

pub use day::Day;
pub use mrz::{check_digit, machine_readable_zone, mrz_information, passport_zone};
pub use portrait::{Colours, draw as draw_portrait};
pub use roster::{RosterFile, write_csv, write_xlsx};

use crate::dice::Dice;

/// Sex as the card names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// *Nam*.
    Male,
    /// *Nữ*.
    Female,
}

/// One citizen and what the card says about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citizen {
    /// Position in the list, from 0.
    pub index: usize,
    /// The 12-digit personal number.
    pub number: String,
    /// The nine-digit number of the paper card before, if there was one.
    pub old_number: Option<String>,
    /// Full name with diacritics.
    pub name: String,
    /// Day of birth.
    pub birth: Day,
    /// Sex.
    pub sex: Sex,
    /// *Quê quán*, place of origin.
    pub origin: String,
    /// Place of residence.
    pub residence: String,
    /// Ethnic group.
    pub ethnicity: String,
    /// What the card tells about the face.
    pub feature: String,
    /// Father's and mother's names.
    pub parents: [String; 2],
    /// Spouse's name.
    pub spouse: Option<String>,
    /// Day of issue.
    pub issued: Day,
    /// Last day of validity; `None` if the card never expires.
    pub expires: Option<Day>,
    /// Seed of everything else about this citizen, such as the portrait.
    pub seed: u64,
}

impl Sex {
    /// As printed on the card.
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::Male => "Nam",
            Self::Female => "Nữ",
        }
    }
}

impl Citizen {
    /// The card access number, printed on the card: the last six digits.
    pub fn can(&self) -> &str {
        &self.number[6..]
    }

    /// The QR code of the 2021 card (`cccd.md` 3.2).
    pub fn qr(&self) -> String {
        let old = self.old_number.as_deref().unwrap_or_default();
        let (number, name, sex) = (&self.number, &self.name, self.sex.vietnamese());
        let (birth, issued) = (self.birth.digits(), self.issued.digits());
        format!("{number}|{old}|{name}|{birth}|{sex}|{}|{issued}", self.residence)
    }
}

/// Invents `count` citizens; the first ones are the same whatever the count.
pub fn invent(seed: u64, count: usize) -> Vec<Citizen> {
    let mut all: Vec<Citizen> = Vec::with_capacity(count);
    for index in 0..count {
        let mut attempt = 0;
        let citizen = loop {
            let citizen = citizen(seed, index, attempt);
            let taken = |other: &Citizen| {
                other.number == citizen.number
                    || other.can() == citizen.can()
                    || other.name == citizen.name && index < 200
            };
            if !all.iter().any(taken) {
                break citizen;
            }
            attempt += 1;
        };
        all.push(citizen);
    }
    all
}

fn citizen(seed: u64, index: usize, attempt: u32) -> Citizen {
    let mut dice = Dice::new(seed, format!("citizen/{index}/{attempt}"));
    let sex = if dice.below(2) == 0 {
        Sex::Male
    } else {
        Sex::Female
    };
    let (birth, issued) = days(&mut dice, index);
    let province = number::province(&mut dice);
    let origin = format!("{}, {}", number::commune(&mut dice), province.name);
    let residence = format!(
        "Số {} {}, {origin}",
        1 + dice.below(250),
        number::street(&mut dice)
    );
    let father = name::draw(&mut dice, Sex::Male);
    let surname = father.split(' ').next().unwrap_or("Nguyễn").to_owned();
    let grown = birth.year < 1996;
    Citizen {
        index,
        number: number::draw(&mut dice, province.code, birth.year, sex),
        old_number: (birth.year < 2004).then(|| format!("{:09}", 10_000_000 + dice.below(900_000_000))),
        name: name::with_surname(&mut dice, &surname, sex),
        birth,
        sex,
        origin,
        residence,
        ethnicity: (*dice.pick(&["Kinh", "Kinh", "Kinh", "Kinh", "Tày", "Mường", "Dao", "Hoa"])).to_owned(),
        feature: (*dice.pick(name::FEATURES)).to_owned(),
        parents: [father, name::draw(&mut dice, Sex::Female)],
        spouse: grown.then(|| name::draw(&mut dice, if sex == Sex::Male { Sex::Female } else { Sex::Male })),
        issued,
        expires: day::expiry(birth, issued),
        seed: u64::from(dice.below(u32::MAX)),
    }
}

/// Most candidates are pupils of the last class; every sixth is older, one of them too old for a card to expire.
fn days(dice: &mut Dice, index: usize) -> (Day, Day) {
    let birth = match index % 24 {
        5 => Day::draw(dice, 1988, 1995),
        11 => Day::draw(dice, 2003, 2005),
        17 => Day::draw(dice, 1970, 1979),
        23 => Day::draw(dice, 1955, 1962),
        _ => Day::draw(dice, 2007, 2008),
    };
    let first = (birth.year + 14).max(2021);
    let mut issued = Day::draw(dice, first, first.max(2023));
    if issued.year == birth.year + 14 && (issued.month, issued.day) < (birth.month, birth.day) {
        issued = Day {
            year: birth.year + 14,
            ..birth
        };
    }
    (birth, issued)
}

#[cfg(test)]
mod tests;
