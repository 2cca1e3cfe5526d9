//! Weights of Moodle's formats: percents with up to five decimals, such as 33.33333 or -100.

/// A weight in hundredths of a percent.
pub(super) type Weight = i32;

/// All of the marks.
pub(super) const FULL: Weight = 10_000;

/// Reads `-?[0-9]{1,3}(\.[0-9]{1,7})?`, rounded to hundredths of a percent, from -100 to 100.
pub(super) fn parse(text: &str) -> Option<Weight> {
    let text = text.trim();
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let well_formed =
        |part: &str, most: usize| part.len() <= most && part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !well_formed(whole, 3) || !well_formed(fraction, 7) {
        return None;
    }
    let thousandths: i32 = format!("{whole}{}", &format!("{fraction:0<7}")[..3])
        .parse()
        .ok()?;
    let weight = (thousandths + 5) / 10;
    (weight <= FULL).then_some(if negative { -weight } else { weight })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_of_moodle() {
        let table = [
            ("100", Some(10_000)),
            ("33.33333", Some(3_333)),
            ("66.66667", Some(6_667)),
            ("-100", Some(-10_000)),
            ("0.0000000", Some(0)),
            ("5", Some(500)),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), expected, "{text}");
        }
        for bad in ["", "x", "101", "1e2", "50%", "--5", "1.2.3", "1000"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
