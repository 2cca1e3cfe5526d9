//! Writes the Rust code of a pair of catalogues. Must not read anything.

use crate::catalogue::{Text, Texts};
use std::fmt::Write as _;

/// The code of all texts: functions, and a module for each table.
pub(crate) fn write(texts: &Texts) -> String {
    let mut code = String::new();
    table(&mut code, texts);
    code
}

fn table(code: &mut String, texts: &Texts) {
    if !texts.texts.is_empty() {
        code.push_str("use exam_browser::language::Language;\n");
    }
    for (name, text) in &texts.texts {
        function(code, name, text);
    }
    for (name, inner) in &texts.tables {
        push(code, format_args!("/// Texts of `{name}`.\npub mod {name} {{\n"));
        table(code, inner);
        code.push_str("}\n");
    }
}

fn function(code: &mut String, name: &str, text: &Text) {
    let arguments = text.places.iter().fold(String::new(), |sum, place| {
        sum + ", " + place + ": impl core::fmt::Display"
    });
    let (result, open, close) = if text.places.is_empty() {
        ("&'static str", "", "")
    } else {
        ("String", "format!(", ")")
    };
    let doc = text.vietnamese.lines().collect::<Vec<_>>().join(" ");
    push(
        code,
        format_args!("/// {doc:?}\npub fn {name}(language: Language{arguments}) -> {result} {{\n"),
    );
    if text.vietnamese == text.english {
        push(
            code,
            format_args!(
                "    let _ = language;\n    {open}{:?}{close}\n}}\n",
                words(text, &text.english)
            ),
        );
        return;
    }
    code.push_str("    match language {\n");
    for (variant, spoken) in [("Vietnamese", &text.vietnamese), ("English", &text.english)] {
        push(
            code,
            format_args!(
                "        Language::{variant} => {open}{:?}{close},\n",
                words(text, spoken)
            ),
        );
    }
    code.push_str("    }\n}\n");
}

/// The literal: only a format string keeps its braces doubled.
fn words(text: &Text, spoken: &str) -> String {
    if text.places.is_empty() {
        spoken.replace("{{", "{").replace("}}", "}")
    } else {
        spoken.to_owned()
    }
}

fn push(code: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to memory cannot fail.
    let _ = code.write_fmt(line);
}
