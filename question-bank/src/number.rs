//! Decimal numbers as candidates type them: exact values without floats, and the answer grid of 2025
//! (exam-domain 1.3: digits, a leading minus, one decimal comma, filled from the left).
//! Must never round a value.

use core::cmp::Ordering;
use core::fmt;

/// Most characters of a typed number ([`exam_protocol::paper::Entry::Number`]).
pub const MAX_NUMBER_CHARACTERS: usize = 32;

/// An exact decimal number; `0,5` and `0,50` are the same value, and so are `0` and `-0`. The default is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Decimal {
    negative: bool,
    /// Digits before the comma without leading zeros; empty for zero.
    integer: String,
    /// Digits after the comma without trailing zeros.
    fraction: String,
}

impl Decimal {
    /// Reads `-?[0-9]+([,.][0-9]+)?` of at most 32 characters; nothing else is a number.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_NUMBER_CHARACTERS {
            return None;
        }
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (integer, fraction) = match digits.split_once([',', '.']) {
            Some((integer, fraction)) => (integer, Some(fraction)),
            None => (digits, None),
        };
        if !all_digits(integer) || !fraction.is_none_or(all_digits) {
            return None;
        }
        Some(Self::of(negative, integer, fraction.unwrap_or_default()))
    }

    fn of(negative: bool, integer: &str, fraction: &str) -> Self {
        let integer = integer.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let zero = integer.is_empty() && fraction.is_empty();
        Self {
            negative: negative && !zero,
            integer,
            fraction,
        }
    }

    /// Digits after the comma.
    pub fn decimals(&self) -> usize {
        self.fraction.len()
    }

    /// The value times 10^`decimals`, if it is whole and fits.
    fn scaled(&self, decimals: usize) -> Option<i128> {
        let zeros = decimals.checked_sub(self.fraction.len())?;
        let digits = format!("0{}{}{}", self.integer, self.fraction, "0".repeat(zeros));
        let magnitude: i128 = digits.parse().ok()?;
        Some(if self.negative { -magnitude } else { magnitude })
    }

    /// A value from whole units of 10^-`decimals`.
    fn from_scaled(value: i128, decimals: usize) -> Self {
        let digits = format!("{:0>width$}", value.unsigned_abs(), width = decimals + 1);
        let (integer, fraction) = digits.split_at(digits.len() - decimals);
        Self::of(value < 0, integer, fraction)
    }

    /// `self - tolerance` and `self + tolerance`; none if the exact result has too many digits.
    pub fn around(&self, tolerance: &Decimal) -> Option<(Decimal, Decimal)> {
        let decimals = self.decimals().max(tolerance.decimals());
        let (value, tolerance) = (self.scaled(decimals)?, tolerance.scaled(decimals)?.checked_abs()?);
        let low = Self::from_scaled(value.checked_sub(tolerance)?, decimals);
        let high = Self::from_scaled(value.checked_add(tolerance)?, decimals);
        Some((low, high))
    }

    /// The middle of a range that ends at `high`, and how far its ends are from it. Ends with more digits than can be
    /// counted give the low end and no tolerance.
    pub fn middle_and_tolerance(&self, high: &Decimal) -> (Decimal, Decimal) {
        let decimals = self.decimals().max(high.decimals()) + 1;
        let ends = self.scaled(decimals).zip(high.scaled(decimals));
        let halves =
            ends.and_then(|(low, high)| Some((low.checked_add(high)? / 2, high.checked_sub(low)? / 2)));
        match halves {
            Some((middle, tolerance)) => (
                Self::from_scaled(middle, decimals),
                Self::from_scaled(tolerance, decimals),
            ),
            None => (self.clone(), Self::default()),
        }
    }

    fn magnitude_cmp(&self, other: &Self) -> Ordering {
        (self.integer.len().cmp(&other.integer.len()))
            .then_with(|| self.integer.cmp(&other.integer))
            .then_with(|| self.fraction.cmp(&other.fraction))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.magnitude_cmp(other),
            (true, true) => other.magnitude_cmp(self),
        }
    }
}

impl fmt::Display for Decimal {
    /// With a decimal comma, in the shortest form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        let integer = if self.integer.is_empty() {
            "0"
        } else {
            &self.integer
        };
        let comma = if self.fraction.is_empty() { "" } else { "," };
        write!(f, "{sign}{integer}{comma}{}", self.fraction)
    }
}

/// Whether `text` is a right filling of the answer grid: `^-?[0-9]+(,[0-9]+)?$`, at most `columns` characters, the
/// comma in column 2 or 3. The page shows "." as ",", so both are taken.
pub fn fits_grid(text: &str, columns: u8) -> bool {
    let comma = text.find([',', '.']);
    text.len() <= usize::from(columns)
        && comma.is_none_or(|at| at == 1 || at == 2)
        && Decimal::parse(text).is_some()
}

/// Whether some right filling of the grid has a value from `low` to `high`.
pub fn grid_reaches(low: &Decimal, high: &Decimal, columns: u8) -> bool {
    (0..usize::from(columns)).any(|decimals| {
        [false, true]
            .into_iter()
            .any(|negative| grid_class_reaches(low, high, columns, decimals, negative))
    })
}

/// One class of fillings: all with this sign and this number of decimals.
fn grid_class_reaches(low: &Decimal, high: &Decimal, columns: u8, decimals: usize, negative: bool) -> bool {
    let sign = usize::from(negative);
    let room = usize::from(columns).saturating_sub(sign + decimals + usize::from(decimals > 0));
    // The comma stands in column 2 or 3, so sign and whole part take one or two columns.
    let whole = if decimals > 0 { room.min(2 - sign) } else { room };
    if whole == 0 {
        return false;
    }
    let largest = Decimal::of(false, &"9".repeat(whole), &"9".repeat(decimals));
    let (least, most) = if negative {
        (
            Decimal {
                negative: true,
                ..largest
            },
            Decimal::of(false, "", ""),
        )
    } else {
        (Decimal::of(false, "", ""), largest)
    };
    let from = low.max(&least);
    let candidate = round_up(from, decimals);
    candidate.is_some_and(|value| value <= *high.min(&most))
}

/// The least value of at most `decimals` decimals that is not below `value`.
fn round_up(value: &Decimal, decimals: usize) -> Option<Decimal> {
    if value.decimals() <= decimals {
        return Some(value.clone());
    }
    let cut = Decimal::of(value.negative, &value.integer, &value.fraction[..decimals]);
    if cut >= *value {
        Some(cut)
    } else {
        Some(Decimal::from_scaled(
            cut.scaled(decimals)?.checked_add(1)?,
            decimals,
        ))
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn grid_takes_what_the_printed_grid_takes() {
        for good in [
            "75", "-1,5", "-0,5", "12,5", "0,75", "9999", "-999", "0", "0.5", "-9,9", "99,9", "9,99",
        ] {
            assert!(fits_grid(good, 4), "{good}");
        }
        for bad in [
            "", ",5", "5,", "-", "--1", "1-", "12345", "123,4", "-12,5", "1,2,3", "+1", "1 ", " 1", "1e2",
            "-,5", "١", "-1000",
        ] {
            assert!(!fits_grid(bad, 4), "{bad}");
        }
    }

    #[test]
    fn values_compare_exactly() {
        assert_eq!(decimal("0,5"), decimal("0.50"));
        assert_eq!(decimal("-0"), decimal("0,000"));
        assert!(
            decimal("-2") < decimal("-1,5")
                && decimal("-1,5") < decimal("0")
                && decimal("9,99") < decimal("10")
        );
        assert!(decimal("0,05") < decimal("0,5") && decimal("0,5") < decimal("0,51"));
        assert_eq!(decimal("007,10").to_string(), "7,1");
        assert_eq!(
            decimal("3,14").around(&decimal("0,005")),
            Some((decimal("3,135"), decimal("3,145")))
        );
        assert_eq!(
            decimal("0,1").around(&decimal("1")),
            Some((decimal("-0,9"), decimal("1,1")))
        );
    }

    #[test]
    fn keys_that_nobody_can_type_are_seen() {
        let reaches = |low: &str, high: &str| grid_reaches(&decimal(low), &decimal(high), 4);
        assert!(reaches("12,5", "12,5") && reaches("-0,5", "-0,5") && reaches("9999", "9999"));
        assert!(!reaches("0,125", "0,125") && !reaches("10000", "10000") && !reaches("-12,5", "-12,5"));
        assert!(reaches("3,135", "3,145") && !reaches("3,141", "3,149") && reaches("-0,001", "0,001"));
        assert!(reaches("-99999", "-999") && !reaches("-99999", "-1000"));
    }

    /// Every filling of four columns, by brute force.
    fn all_fillings() -> Vec<String> {
        let alphabet = ['-', ',', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
        let mut all: Vec<String> = vec![String::new()];
        let mut longer = all.clone();
        for _ in 0..4 {
            longer = longer
                .iter()
                .flat_map(|t| alphabet.iter().map(move |c| format!("{t}{c}")))
                .collect();
            all.extend(longer.iter().cloned());
        }
        all.retain(|text| fits_grid(text, 4));
        all
    }

    proptest! {
        #[test]
        fn reaching_agrees_with_trying_every_filling(value in -20_000i128..20_000, tolerance in 0i128..30, decimals in 0usize..4) {
            let (low, high) = (Decimal::from_scaled(value - tolerance, decimals), Decimal::from_scaled(value + tolerance, decimals));
            let tried = FILLINGS.with(|all| all.iter().any(|v| low <= *v && *v <= high));
            prop_assert_eq!(grid_reaches(&low, &high, 4), tried);
        }

        #[test]
        fn order_is_that_of_the_values(a in -1_000_000i128..1_000_000, b in -1_000_000i128..1_000_000, d in 0usize..6) {
            prop_assert_eq!(Decimal::from_scaled(a, d).cmp(&Decimal::from_scaled(b, d)), a.cmp(&b));
            let shown = Decimal::from_scaled(a, d);
            prop_assert_eq!(Decimal::parse(&shown.to_string()), Some(shown));
        }

        #[test]
        fn reading_never_panics(text in ".*") {
            let _ = (Decimal::parse(&text), fits_grid(&text, 4));
        }
    }

    thread_local! {
        static FILLINGS: Vec<Decimal> = all_fillings().iter().map(|t| decimal(t)).collect();
    }
}
