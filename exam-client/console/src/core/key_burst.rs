//! Tells a proctor's key from a scanner's while a dialog is open. Reads no clock and knows no browser event.
//!
//! A QR scanner types like a keyboard, blanks and Enter included, wherever the cursor is. What it types must not
//! confirm anything.

use exam_protocol::time::Millis;

/// No other key may have come for this long before a key that confirms. Scanners leave milliseconds between keys.
pub const QUIET_BEFORE_CONFIRM: Millis = Millis(500);

/// Where a key is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// A field of several lines, where blanks and Enter are text.
    Text,
    /// A field of one line, where Enter sends the form.
    Line,
    /// A button or anything else, where blank and Enter press it.
    Button,
}

impl KeyPlace {
    /// The place by the name of its element.
    pub fn of_tag(tag: &str) -> Self {
        match tag.to_ascii_uppercase().as_str() {
            "TEXTAREA" => Self::Text,
            "INPUT" | "SELECT" => Self::Line,
            _ => Self::Button,
        }
    }
}

/// The keys that an open dialog has seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyBurst {
    last: Option<Millis>,
}

impl KeyBurst {
    /// Takes a key (`KeyboardEvent.key`, W3C UI Events) at the time `now` and says whether it may do what it does there.
    /// Any key starts the quiet time anew, one that was held back as well: some scanners end with two.
    pub fn allows(&mut self, key: &str, place: KeyPlace, now: Millis) -> bool {
        let quiet = self.last.is_none_or(|last| now - last >= QUIET_BEFORE_CONFIRM);
        self.last = Some(now);
        quiet || !confirms(key, place)
    }
}

/// Whether a key confirms something at this place.
fn confirms(key: &str, place: KeyPlace) -> bool {
    match place {
        KeyPlace::Text => false,
        KeyPlace::Line => key == "Enter",
        KeyPlace::Button => matches!(key, "Enter" | " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types a text key by key, `gap` apart, and gives the keys that were held back.
    fn held_back(burst: &mut KeyBurst, keys: &[&str], place: KeyPlace, gap: i64) -> Vec<String> {
        let mut now = 10_000;
        let mut held = Vec::new();
        for key in keys {
            now += gap;
            if !burst.allows(key, place, Millis(now)) {
                held.push((*key).to_owned());
            }
        }
        held
    }

    const SCAN: [&str; 8] = ["0", "1", "|", "A", " ", "B", "Enter", "Enter"];

    #[test]
    fn a_scan_presses_no_button() {
        for gap in [0, 1, 10, 50, 499] {
            let held = held_back(&mut KeyBurst::default(), &SCAN, KeyPlace::Button, gap);
            assert_eq!(held, [" ", "Enter", "Enter"], "{gap} ms apart");
        }
    }

    #[test]
    fn a_scan_into_a_line_keeps_its_blanks_and_sends_nothing() {
        let held = held_back(&mut KeyBurst::default(), &SCAN, KeyPlace::Line, 10);
        assert_eq!(held, ["Enter", "Enter"]);
    }

    #[test]
    fn text_of_several_lines_takes_every_key() {
        let held = held_back(&mut KeyBurst::default(), &SCAN, KeyPlace::Text, 10);
        assert_eq!(held, Vec::<String>::new());
    }

    #[test]
    fn people_confirm_by_keyboard() {
        let mut burst = KeyBurst::default();
        assert!(burst.allows("Enter", KeyPlace::Button, Millis(0)));
        assert!(burst.allows("Tab", KeyPlace::Button, Millis(2_000)));
        assert!(!burst.allows("Enter", KeyPlace::Button, Millis(2_499)));
        assert!(burst.allows(" ", KeyPlace::Button, Millis(2_999)));
    }

    #[test]
    fn a_key_in_a_field_counts_for_the_button_after_it() {
        let mut burst = KeyBurst::default();
        assert!(burst.allows("a", KeyPlace::Text, Millis(0)));
        assert!(!burst.allows("Enter", KeyPlace::Button, Millis(20)));
    }

    #[test]
    fn places_are_told_by_their_element() {
        assert_eq!(KeyPlace::of_tag("TEXTAREA"), KeyPlace::Text);
        assert_eq!(KeyPlace::of_tag("input"), KeyPlace::Line);
        assert_eq!(KeyPlace::of_tag("BUTTON"), KeyPlace::Button);
        assert_eq!(KeyPlace::of_tag("DIALOG"), KeyPlace::Button);
    }
}
