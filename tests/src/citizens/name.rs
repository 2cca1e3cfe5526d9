//! Vietnamese names for people who do not exist.
//!
//! Must not take the name of a real person from anywhere.

use super::Sex;
use crate::dice::Dice;

/// What a card may say about a face (*đặc điểm nhân dạng*).
pub const FEATURES: &[&str] = &[
    "Nốt ruồi cách 1cm trên sau đuôi mày trái",
    "Sẹo chấm cách 2cm dưới sau mép phải",
    "Nốt ruồi cách 0,5cm dưới trước mắt phải",
    "Sẹo thẳng dài 1cm trên sau cánh mũi trái",
    "Nốt ruồi giữa cằm",
];

const SURNAMES: &[&str] = &[
    "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ",
    "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đoàn", "Trịnh",
];
const MIDDLE_MALE: &[&str] = &[
    "Văn", "Đức", "Minh", "Quang", "Hữu", "Công", "Gia", "Anh", "Xuân", "Tuấn", "Thành", "Đình",
];
const GIVEN_MALE: &[&str] = &[
    "Hùng",
    "Dũng",
    "Sơn",
    "Khánh",
    "Bảo",
    "Phúc",
    "Đạt",
    "Huy",
    "Nam",
    "Long",
    "Tùng",
    "Kiên",
    "Việt",
    "Trường",
    "Khôi",
    "Quân",
    "Thắng",
    "Lâm",
];
const MIDDLE_FEMALE: &[&str] = &[
    "Thị",
    "Ngọc",
    "Thu",
    "Phương",
    "Thanh",
    "Khánh",
    "Thùy",
    "Bảo",
    "Hồng",
    "Mai",
    "Thị Kim",
    "Thị Mỹ",
];
const GIVEN_FEMALE: &[&str] = &[
    "Lan", "Hương", "Trang", "Linh", "Huyền", "Ngân", "Thảo", "Yến", "Chi", "Hà", "Nhung", "Ánh", "Đào",
    "Quỳnh", "Vy", "Trâm", "Diệp", "Hạnh",
];

/// A full name.
pub fn draw(dice: &mut Dice, sex: Sex) -> String {
    let surname = (*dice.pick(SURNAMES)).to_owned();
    with_surname(dice, &surname, sex)
}

/// A full name in a family.
pub fn with_surname(dice: &mut Dice, surname: &str, sex: Sex) -> String {
    let (middle, given) = match sex {
        Sex::Male => (MIDDLE_MALE, GIVEN_MALE),
        Sex::Female => (MIDDLE_FEMALE, GIVEN_FEMALE),
    };
    let middle = *dice.pick(middle);
    let given = dice.pick(given);
    format!("{surname} {middle} {given}")
}
