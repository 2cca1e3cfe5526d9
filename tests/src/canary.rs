//! Canaries: values that must not turn up, and the search for them in whatever form a program may have written them. Never
//! prints a value, only its name.

use anyhow::{Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

/// Fewest bytes of a form: what is shorter turns up by chance.
const SHORTEST: usize = 8;

/// Bytes of a long value that are looked for: a log may hold its beginning alone.
const LONGEST: usize = 24;

/// Values to look for.
#[derive(Debug, Default)]
pub struct Canaries {
    forms: Vec<(String, Vec<u8>)>,
    by_beginning: HashMap<[u8; SHORTEST], Vec<usize>>,
}

impl Canaries {
    /// Plants a value: as it stands, in hexadecimal digits, in base 64, as a list of numbers, and as JSON escapes it.
    ///
    /// # Errors
    /// When it is too short to be told from chance.
    pub fn plant(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<()> {
        let value = value.as_ref();
        ensure!(value.len() >= SHORTEST, "{name} is too short to look for");
        self.form(name, value.to_vec());
        if let Ok(text) = std::str::from_utf8(value)
            && !text.is_ascii()
        {
            self.form(&format!("{name}, escaped"), escaped(text).into_bytes());
        }
        let value = &value[..value.len().min(LONGEST)];
        self.form(&format!("{name}, hexadecimal"), hex::encode(value).into_bytes());
        self.form(
            &format!("{name}, HEXADECIMAL"),
            hex::encode_upper(value).into_bytes(),
        );
        let numbers: Vec<String> = value.iter().map(u8::to_string).collect();
        self.form(&format!("{name}, numbers"), numbers.join(", ").into_bytes());
        self.form(&format!("{name}, JSON numbers"), numbers.join(",").into_bytes());
        for shift in 0..3 {
            for form in base64(value, shift) {
                if form.len() >= SHORTEST {
                    self.form(&format!("{name}, base 64"), form);
                }
            }
        }
        Ok(())
    }

    /// Plants pieces of something long, such as an image: a log may hold any part of it.
    ///
    /// # Errors
    /// When it is too short.
    pub fn plant_pieces(&mut self, name: &str, value: &[u8]) -> Result<()> {
        for (number, piece) in value.chunks_exact(LONGEST).enumerate() {
            // Runs of one byte are in every file.
            let different: BTreeSet<&u8> = piece.iter().collect();
            if number % 8 == 3 && different.len() > 12 {
                self.plant(name, piece)?;
            }
        }
        Ok(())
    }

    fn form(&mut self, name: &str, form: Vec<u8>) {
        let Some(beginning) = form.first_chunk::<SHORTEST>() else {
            return;
        };
        let number = self.forms.len();
        self.by_beginning.entry(*beginning).or_default().push(number);
        self.forms.push((name.to_owned(), form));
    }

    /// How many forms are looked for.
    pub fn len(&self) -> usize {
        self.forms.len()
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }

    /// The names of the values that stand somewhere in these bytes.
    pub fn found(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for (at, beginning) in bytes.array_windows::<SHORTEST>().enumerate() {
            for number in self.by_beginning.get(beginning).into_iter().flatten() {
                let (name, form) = &self.forms[*number];
                if bytes[at..].starts_with(form) {
                    found.insert(name.as_str());
                }
            }
        }
        found
    }
}

/// `\u1ec5` for what is not ASCII, as JSON may write it.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if c.is_ascii() {
            escaped.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                write!(escaped, "\\u{unit:04x}").expect("a string takes everything");
            }
        }
    }
    escaped
}

/// The characters that stand for these bytes alone where they follow `shift` others.
fn base64(value: &[u8], shift: usize) -> [Vec<u8>; 2] {
    let padded = [vec![0; shift], value.to_vec()].concat();
    let (first, last) = ((shift * 8).div_ceil(6), padded.len() * 8 / 6);
    [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)]
        .map(|text| text.as_bytes()[first..last].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_value_in_every_form_and_nothing_else() {
        let mut canaries = Canaries::default();
        canaries
            .plant("key", [0xc5; 9].map(|b: u8| b.rotate_left(1)))
            .unwrap();
        canaries.plant("name", "Nguyễn Thị Hạnh").unwrap();
        let key = [0x8b_u8; 9];
        for bytes in [
            key.to_vec(),
            format!("x{}x", hex::encode(key)).into_bytes(),
            format!("{key:?}").into_bytes(),
            STANDARD_NO_PAD
                .encode([&b"ab"[..], &key, b"c"].concat())
                .into_bytes(),
            URL_SAFE_NO_PAD
                .encode([&b"a"[..], &key, b"cd"].concat())
                .into_bytes(),
        ] {
            assert_eq!(canaries.found(&bytes).len(), 1, "{bytes:?}");
        }
        assert_eq!(
            canaries
                .found(br#"{"name":"Nguy\u1ec5n Th\u1ecb H\u1ea1nh"}"#)
                .len(),
            1
        );
        assert!(canaries.found(b"Nguyen Thi Hanh 8b8b8b8b").is_empty());
        assert!(canaries.plant("short", b"1234567").is_err());
    }
}
