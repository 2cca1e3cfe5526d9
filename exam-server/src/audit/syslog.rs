//! Records as syslog messages (RFC 5424), framed by octet counting (RFC 6587, section 3.4.1; RFC 5425, section 4.3).
//!
//! Texts of reasons never leave: what a collector has can't be erased from here.

use super::chain::Record;
use exam_protocol::time::Timestamp;
use std::fmt::Write;
use time::OffsetDateTime;

/// Facility 13 (log audit), severity 5 (notice).
const PRIORITY: u8 = 13 * 8 + 5;

/// Our structured data; 32473 is the enterprise number set aside for examples (RFC 5612).
const STRUCTURED_DATA: &str = "audit@32473";

/// Most characters of the host name and of the message id (RFC 5424, section 6).
const LONGEST_HOST: usize = 255;
const LONGEST_MESSAGE_ID: usize = 32;

/// A framed message.
pub fn frame(record: &Record, host: &str) -> Vec<u8> {
    let message = message(record, host);
    [format!("{} ", message.len()).as_bytes(), message.as_bytes()].concat()
}

fn message(record: &Record, host: &str) -> String {
    let mut text = format!(
        "<{PRIORITY}>1 {} {} exam-server - {} [{STRUCTURED_DATA}",
        timestamp(record.at),
        printable(host, LONGEST_HOST),
        printable(&record.act, LONGEST_MESSAGE_ID),
    );
    let place = &record.location;
    let (sequence, hash) = (record.sequence.to_string(), hex::encode(record.hash));
    let reason = record.reason_hash.map(hex::encode).unwrap_or_default();
    let parameters = [
        ("sequence", sequence.as_str()),
        ("actor", &record.actor.who),
        ("address", &record.actor.address),
        ("object", &record.object),
        ("organisation", &place.organisation),
        ("exam", &place.exam),
        ("site", &place.site),
        ("room", &place.room),
        ("was", &record.was),
        ("became", &record.became),
        ("reasonHash", &reason),
        ("hash", &hash),
    ];
    for (name, value) in parameters.into_iter().filter(|(_, value)| !value.is_empty()) {
        write!(text, " {name}=\"{}\"", escaped(value)).expect("a string takes everything");
    }
    text.push(']');
    text
}

/// RFC 3339 in UTC with milliseconds.
fn timestamp(at: Timestamp) -> String {
    let nanoseconds = i128::from(at.0) * 1_000_000;
    let Ok(at) = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds) else {
        return "-".into();
    };
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    )
}

/// Printable US-ASCII without spaces, or the nil value.
fn printable(text: &str, longest: usize) -> String {
    let kept: String = text
        .chars()
        .filter(char::is_ascii_graphic)
        .take(longest)
        .collect();
    if kept.is_empty() { "-".into() } else { kept }
}

/// Escapes `"`, `\` and `]` (RFC 5424, section 6.3.3). A control character can't pass for the end of a line further on.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '"' | '\\' | ']' => text.extend(['\\', c]),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => text.push('\u{fffd}'),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::chain::{Act, Actor, Extra, GENESIS};
    use proptest::prelude::*;

    fn record(object: &str, act: &str) -> Record {
        let act = Act {
            at: Timestamp(1_764_000_000_123),
            actor: &Actor::server(),
            act,
            object,
            was: "",
            became: "",
            reason: "tên một người",
        };
        Record::after(&GENESIS, 7, &act, Extra::default())
    }

    #[test]
    fn is_a_message_of_the_standard() {
        let frame = String::from_utf8(frame(&record("room:1", "room.start"), "máy chủ 1")).unwrap();
        let (length, message) = frame.split_once(' ').unwrap();
        assert_eq!(length.parse(), Ok(message.len()));
        let expected = "<109>1 2025-11-24T16:00:00.123Z mych1 exam-server - room.start [audit@32473 sequence=\"7\" \
                        actor=\"server\" object=\"room:1\" reasonHash=\"";
        assert!(message.starts_with(expected), "{message}");
        assert!(!message.contains("tên"), "the reason's text stays here");
    }

    /// A reader of structured data of its own: unescapes one value up to its closing quote.
    fn unescape(text: &str) -> (String, &str) {
        let (mut value, mut escaped) = (String::new(), false);
        for (at, c) in text.char_indices() {
            match c {
                _ if escaped => {
                    value.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                '"' => return (value, &text[at + 1..]),
                c => value.push(c),
            }
        }
        panic!("no closing quote")
    }

    proptest! {
        #[test]
        fn nothing_breaks_out_of_its_place(object: String, act: String) {
            let message = message(&record(&object, &act), "h");
            prop_assert!(!message.chars().any(char::is_control));
            let header: Vec<&str> = message.splitn(7, ' ').collect();
            prop_assert_eq!(header.len(), 7);
            prop_assert!(header[5].len() <= LONGEST_MESSAGE_ID);
            let Some(at) = message.find(" object=\"") else {
                prop_assert!(object.is_empty());
                return Ok(());
            };
            let (value, rest) = unescape(&message[at + 9..]);
            let kept = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
            prop_assert_eq!(value, object.replace(kept, "\u{fffd}"));
            prop_assert!(rest.starts_with(" reasonHash=\""));
        }
    }
}
