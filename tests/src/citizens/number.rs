//! The 12-digit personal number and places (Circular 07/2016/TT-BCA, art. 7 and annex 1).
//!
//! Must not hold the number of a real person: the last six digits are drawn.

use super::Sex;
use crate::dice::Dice;

/// A province with its code in personal numbers.
#[derive(Debug)]
pub struct Province {
    /// Three digits.
    pub code: &'static str,
    /// Name as on cards issued before the mergers of 2025.
    pub name: &'static str,
}

const PROVINCES: &[Province] = &[
    Province {
        code: "001",
        name: "Hà Nội",
    },
    Province {
        code: "022",
        name: "Quảng Ninh",
    },
    Province {
        code: "022",
        name: "Quảng Ninh",
    },
    Province {
        code: "024",
        name: "Bắc Giang",
    },
    Province {
        code: "031",
        name: "Hải Phòng",
    },
    Province {
        code: "033",
        name: "Hưng Yên",
    },
    Province {
        code: "038",
        name: "Thanh Hóa",
    },
    Province {
        code: "040",
        name: "Nghệ An",
    },
    Province {
        code: "046",
        name: "Thừa Thiên Huế",
    },
    Province {
        code: "048",
        name: "Đà Nẵng",
    },
    Province {
        code: "066",
        name: "Đắk Lắk",
    },
    Province {
        code: "079",
        name: "Hồ Chí Minh",
    },
    Province {
        code: "092",
        name: "Cần Thơ",
    },
    Province {
        code: "096",
        name: "Cà Mau",
    },
];
const COMMUNES: &[&str] = &[
    "Phường Mẫu Một",
    "Phường Mẫu Hai",
    "Xã Mẫu Ba",
    "Xã Mẫu Bốn",
    "Thị trấn Mẫu Năm",
    "Phường Mẫu Sáu",
];
const STREETS: &[&str] = &[
    "Phố Hoa Sữa",
    "Đường Bằng Lăng",
    "Phố Phượng Vĩ",
    "Đường Cây Gạo",
    "Ngõ Tre Xanh",
];

/// A province.
pub fn province(dice: &mut Dice) -> &'static Province {
    dice.pick(PROVINCES)
}

/// A commune that does not exist.
pub fn commune(dice: &mut Dice) -> &'static str {
    let commune: &&str = dice.pick(COMMUNES);
    commune
}

/// A street.
pub fn street(dice: &mut Dice) -> &'static str {
    let street: &&str = dice.pick(STREETS);
    street
}

/// Province, century with sex, year of birth, six drawn digits.
pub fn draw(dice: &mut Dice, province: &str, birth_year: u16, sex: Sex) -> String {
    let century = (birth_year / 100 - 19) * 2 + u16::from(sex == Sex::Female);
    format!(
        "{province}{century}{:02}{:06}",
        birth_year % 100,
        dice.below(1_000_000)
    )
}
