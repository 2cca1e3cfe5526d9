//! Rounding as the specification means it: of the decimal number that an author wrote, not of the float beside it.

/// To significant figures or to decimal places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rounding {
    Significant,
    Places,
}

impl Rounding {
    /// The attribute `roundingMode`; significant figures without one.
    pub(super) fn of(mode: Option<&str>) -> Option<Self> {
        match mode {
            Some("significantFigure" | "significantFigures") | None => Some(Self::Significant),
            Some("decimalPlaces") => Some(Self::Places),
            Some(_) => None,
        }
    }
}

/// Half away from zero; none for figures that make no sense.
pub(super) fn rounded(value: f64, how: Rounding, figures: i64) -> Option<f64> {
    if value == 0.0 {
        return Some(0.0);
    }
    // The shortest digits that mean this float: what the author or candidate typed.
    let shown = format!("{:e}", value.abs());
    let (mantissa, exponent) = shown.split_once('e')?;
    let exponent: i64 = exponent.parse().ok()?;
    let mut digits: Vec<u8> = mantissa
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|d| d - b'0')
        .collect();
    let kept = match how {
        Rounding::Significant if figures >= 1 => figures,
        Rounding::Places if figures >= 0 => exponent + 1 + figures,
        _ => return None,
    };
    if kept < 0 {
        return Some(0.0);
    }
    let kept = usize::try_from(kept).ok()?;
    let mut shift = 0;
    if kept < digits.len() {
        let up = digits[kept] >= 5;
        digits.truncate(kept);
        if up && !raise(&mut digits) {
            digits.insert(0, 1);
            shift = 1;
        }
    }
    let text: String = digits.iter().map(|d| char::from(d + b'0')).collect();
    if text.is_empty() {
        return Some(0.0);
    }
    let (first, rest) = text.split_at(1);
    let magnitude: f64 = format!("{first}.{rest}0e{}", exponent + shift).parse().ok()?;
    Some(magnitude.copysign(value))
}

/// Adds one at the last digit; false if a digit is needed in front.
fn raise(digits: &mut [u8]) -> bool {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return true;
        }
        *digit = 0;
    }
    false
}
