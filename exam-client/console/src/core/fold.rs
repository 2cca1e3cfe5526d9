//! Vietnamese text made comparable for searching: lower case, without diacritics.
//!
//! It must not be used for showing names, only for finding them.

/// Lower case without diacritics: "Nguyễn Thị Ánh Đào" becomes "nguyen thi anh dao".
///
/// Takes composed letters and combining marks alike (the forms that different keyboards and files use).
pub fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .filter_map(base_letter)
        .collect()
}

/// The letter without its marks; nothing for a combining mark (U+0300 to U+036F).
fn base_letter(letter: char) -> Option<char> {
    Some(match letter {
        '\u{300}'..='\u{36f}' => return None,
        'à' | 'á' | 'ả' | 'ã' | 'ạ' | 'ă' | 'ằ' | 'ắ' | 'ẳ' | 'ẵ' | 'ặ' | 'â' | 'ầ' | 'ấ' | 'ẩ' | 'ẫ'
        | 'ậ' => 'a',
        'è' | 'é' | 'ẻ' | 'ẽ' | 'ẹ' | 'ê' | 'ề' | 'ế' | 'ể' | 'ễ' | 'ệ' => 'e',
        'ì' | 'í' | 'ỉ' | 'ĩ' | 'ị' => 'i',
        'ò' | 'ó' | 'ỏ' | 'õ' | 'ọ' | 'ô' | 'ồ' | 'ố' | 'ổ' | 'ỗ' | 'ộ' | 'ơ' | 'ờ' | 'ớ' | 'ở' | 'ỡ'
        | 'ợ' => 'o',
        'ù' | 'ú' | 'ủ' | 'ũ' | 'ụ' | 'ư' | 'ừ' | 'ứ' | 'ử' | 'ữ' | 'ự' => 'u',
        'ỳ' | 'ý' | 'ỷ' | 'ỹ' | 'ỵ' => 'y',
        'đ' => 'd',
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_names_whatever_the_keyboard_did() {
        assert_eq!(fold("Nguyễn Thị Ánh ĐÀO"), "nguyen thi anh dao");
        assert_eq!(fold("PHẠM QUỲNH NHƯ Ý"), "pham quynh nhu y");
        assert_eq!(fold("Nguye\u{302}\u{303}n"), "nguyen");
        assert_eq!(fold("01 000-001"), "01 000-001");
    }
}
