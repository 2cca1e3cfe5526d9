//! Turns a page's two catalogues, `vi.toml` and `en.toml`, into one Rust function for each text. Used in build scripts.
//!
//! This crate must never run in a page: what is missing or unequal in the two languages is found when the page is built.
//!
//! # How a page uses it
//! `texts/vi.toml` and `texts/en.toml` hold tables of texts; `{name}` is a place to fill in, `{{` and `}}` are braces:
//! ```toml
//! [exam]
//! # Said politely by screen readers.
//! minutes_left = "Còn {minutes} phút"
//! ```
//! `Cargo.toml`: `[build-dependencies] exam-texts.workspace = true`; `build.rs`: `fn main() { exam_texts::build("texts") }`;
//! and in the page a file `texts.rs` with
//! ```ignore
//! //! The page's texts, generated from `texts/vi.toml` and `texts/en.toml`.
//! include!(concat!(env!("OUT_DIR"), "/texts.rs"));
//! ```
//! A text without places becomes `texts::exam::title(language) -> &'static str`, one with places
//! `texts::exam::minutes_left(language, minutes) -> String`; arguments stand in alphabetical order and are anything that
//! implements `Display`. `language` is `exam_browser::language::Language`. Keep `mod texts` private: then the compiler
//! warns of texts that nobody shows.

mod catalogue;
mod code;

use std::path::Path;
use std::{env, fs, process};

/// Something wrong with the catalogues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: file and key, "vi.toml: exam.title".
    pub place: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for Fault {}

/// Writes `texts.rs` to `OUT_DIR` from `vi.toml` and `en.toml` in `folder`. Ends the build with a message for each fault.
pub fn build(folder: &str) {
    println!("cargo::rerun-if-changed={folder}");
    if let Err(faults) = write(Path::new(folder)) {
        for fault in faults {
            println!("cargo::error={fault}");
        }
        process::exit(1);
    }
}

fn write(folder: &Path) -> Result<(), Vec<Fault>> {
    let vietnamese = read(&folder.join("vi.toml"))?;
    let english = read(&folder.join("en.toml"))?;
    let code = generate(&vietnamese, &english)?;
    let out =
        env::var_os("OUT_DIR").ok_or_else(|| fault("OUT_DIR", "not set: call this from a build script"))?;
    let target = Path::new(&out).join("texts.rs");
    fs::write(&target, code).map_err(|e| fault(&target.display().to_string(), &e.to_string()))
}

fn read(path: &Path) -> Result<String, Vec<Fault>> {
    fs::read_to_string(path).map_err(|e| fault(&path.display().to_string(), &e.to_string()))
}

fn fault(place: &str, message: &str) -> Vec<Fault> {
    vec![Fault {
        place: place.to_owned(),
        message: message.to_owned(),
    }]
}

/// The Rust code for two catalogues.
///
/// # Errors
/// All faults of both catalogues: broken TOML, a key that is missing on one side, a key that is no Rust name, an empty
/// text, places to fill in that differ.
pub fn generate(vietnamese: &str, english: &str) -> Result<String, Vec<Fault>> {
    let texts = catalogue::pair(vietnamese, english)?;
    Ok(code::write(&texts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(vietnamese: &str, english: &str) -> Vec<String> {
        generate(vietnamese, english)
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn makes_a_function_for_each_text() {
        let code = generate(
            "[exam]\ntitle = \"Bài \\\"thi\\\"\"\nleft = \"Còn {minutes} phút {{x}}\"",
            "[exam]\ntitle = \"Exam\"\nleft = \"{minutes} minutes left\"",
        )
        .unwrap();
        assert!(code.contains("pub mod exam {"));
        assert!(code.contains("pub fn title(language: Language) -> &'static str {"));
        assert!(code.contains("Language::Vietnamese => \"Bài \\\"thi\\\"\","));
        assert!(
            code.contains("pub fn left(language: Language, minutes: impl core::fmt::Display) -> String {")
        );
        assert!(code.contains("Language::Vietnamese => format!(\"Còn {minutes} phút {{x}}\"),"));
    }

    #[test]
    fn names_what_is_missing_on_either_side() {
        assert_eq!(
            faults("a = \"x\"\nb = \"y\"", "b = \"y\"\nc = \"z\""),
            [
                "en.toml: a: missing; vi.toml has it",
                "vi.toml: c: missing; en.toml has it"
            ]
        );
    }

    #[test]
    fn refuses_what_cannot_become_a_function() {
        assert_eq!(faults("type = \"x\"", "type = \"x\"").len(), 2);
        assert_eq!(faults("Title = \"x\"", "Title = \"x\"").len(), 2);
        assert_eq!(faults("a = \" \"", "a = \"x\""), ["vi.toml: a: empty text"]);
        assert_eq!(faults("a = 3", "a = \"x\"")[0], "vi.toml: a: not a text");
        assert!(faults("a = \"{n}\"", "a = \"{m}\"")[0].contains("en.toml: a: fills in {m}, vi.toml {n}"));
        assert!(faults("a = \"{n\"", "a = \"{n\"")[0].contains("brace"));
        assert!(faults("a = \"x\"\na = \"y\"", "a = \"x\"")[0].starts_with("vi.toml: line 2"));
    }
}
