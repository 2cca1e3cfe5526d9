//! Names of many machines from a few words: `P01-{01..24}, BAN-1`. Must not make codes.

/// The most names in one request ([`exam_protocol::machine::CodesRequest`]).
pub const MOST: usize = 100;

/// The names, with ranges like `PC {01..24}` written out; the width of the first number is kept.
pub fn expand(typed: &str) -> Vec<String> {
    let parts = typed
        .split([',', ';', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts.flat_map(range).take(MOST).collect()
}

fn range(part: &str) -> Vec<String> {
    let written_out = || {
        let (before, rest) = part.split_once('{')?;
        let (inside, after) = rest.split_once('}')?;
        let (first, last) = inside.split_once("..")?;
        let (from, until): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        let width = first.len();
        (from <= until).then(|| {
            (from..=until)
                .take(MOST)
                .map(|number| format!("{before}{number:0width$}{after}"))
                .collect()
        })
    };
    written_out().unwrap_or_else(|| vec![part.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_full_of_names_is_typed_in_one_line() {
        assert_eq!(
            expand("P1-{08..11}, BAN-1"),
            ["P1-08", "P1-09", "P1-10", "P1-11", "BAN-1"]
        );
        assert_eq!(expand("Máy {1..2} A"), ["Máy 1 A", "Máy 2 A"]);
    }

    #[test]
    fn what_is_no_range_stays_a_name_and_nothing_gets_too_long() {
        assert_eq!(expand("{x..3}; {5..2}; {}"), ["{x..3}", "{5..2}", "{}"]);
        assert_eq!(expand("{1..999999}").len(), MOST);
        assert!(expand(" , ").is_empty());
    }
}
