//! The characters of a run as identifiers, numbers and operators. Must never join what the author kept apart in two
//! constructs.

use super::Node;
use crate::xml;
use roxmltree::Node as Xml;

/// Word's letter styles (`m:sty`, `m:scr`, `m:nor`).
#[derive(Clone, Copy)]
struct Style {
    bold: bool,
    upright: bool,
    script: Script,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Roman,
    Calligraphic,
    Fraktur,
    DoubleStruck,
    SansSerif,
    Monospace,
}

/// Adds the tokens of `m:r` (or of a Word run in a formula).
pub(super) fn run(node: Xml<'_, '_>, into: &mut Vec<Node>) {
    let text: String = xml::elements(node)
        .map(|part| match part.tag_name().name() {
            "t" => xml::text(part),
            "br" | "tab" => " ".to_owned(),
            "sym" => symbol(part).map(String::from).unwrap_or_default(),
            _ => String::new(),
        })
        .collect();
    let properties = xml::child(node, "rPr");
    let has = |name| properties.is_some_and(|p| super::structure::is_on(p, name, false));
    if has("nor") {
        into.push(Node::token("mtext", text.replace(' ', "\u{a0}")));
        return;
    }
    let value = |name| properties.and_then(|p| super::structure::value(p, name));
    let style = Style {
        bold: matches!(value("sty"), Some("b" | "bi")),
        upright: matches!(value("sty"), Some("p" | "b")),
        script: match value("scr") {
            Some("script") => Script::Calligraphic,
            Some("fraktur") => Script::Fraktur,
            Some("double-struck") => Script::DoubleStruck,
            Some("sans-serif") => Script::SansSerif,
            Some("monospace") => Script::Monospace,
            _ => Script::Roman,
        },
    };
    tokens(&text, style, into);
}

fn symbol(node: Xml<'_, '_>) -> Option<char> {
    u32::from_str_radix(xml::attribute(node, "char")?, 16)
        .ok()
        .and_then(char::from_u32)
}

fn tokens(text: &str, style: Style, into: &mut Vec<Node>) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_numeric() {
            number_length(rest)
        } else if first.is_alphabetic() && style.upright && style.script == Script::Roman {
            rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (part, after) = rest.split_at(length);
        rest = after;
        if part.chars().all(char::is_whitespace) {
            into.push(Node::token("mtext", "\u{a0}"));
            continue;
        }
        let styled: String = part.chars().map(|c| letter(c, style)).collect();
        into.push(if first.is_numeric() {
            Node::token("mn", styled)
        } else if first.is_alphabetic() {
            let token = Node::token("mi", styled);
            if style.upright && part.chars().count() == 1 && style.script == Script::Roman && !style.bold {
                token.with("mathvariant", "normal")
            } else {
                token
            }
        } else {
            Node::token("mo", styled)
        });
    }
}

/// Digits with a decimal sign between them: `1,5`, `0.033`.
fn number_length(text: &str) -> usize {
    let digits = |text: &str| text.find(|c: char| !c.is_numeric()).unwrap_or(text.len());
    let whole = digits(text);
    let after = text[whole..].strip_prefix([',', '.']).map_or(0, digits);
    if after == 0 { whole } else { whole + 1 + after }
}

/// A letter in its style, from Unicode's mathematical alphanumeric symbols: MathML Core has no other way.
fn letter(c: char, style: Style) -> char {
    let bold = u32::from(style.bold);
    let base = match style.script {
        Script::Roman if style.bold && style.upright => (0x1_d400, Some(0x1_d7ce)),
        Script::Roman if style.bold => (0x1_d468, Some(0x1_d7ce)),
        Script::Roman => return c,
        Script::Calligraphic => (0x1_d49c + bold * 0x34, None),
        Script::Fraktur => (0x1_d504 + bold * 0x68, None),
        Script::DoubleStruck => (0x1_d538, Some(0x1_d7d8)),
        Script::SansSerif => (0x1_d5a0 + bold * 0x34, Some(0x1_d7e2 + bold * 10)),
        Script::Monospace => (0x1_d670, Some(0x1_d7f6)),
    };
    let code = u32::from(c);
    let styled = match c {
        'A'..='Z' => Some(base.0 + code - 0x41),
        'a'..='z' => Some(base.0 + code - 0x61 + 26),
        '0'..='9' => base.1.map(|zero| zero + code - 0x30),
        _ => None,
    };
    styled.map_or(c, |code| {
        exception(code).or_else(|| char::from_u32(code)).unwrap_or(c)
    })
}

/// The letters that Unicode had before it had the block.
fn exception(code: u32) -> Option<char> {
    const HOLES: [(u32, char); 24] = [
        (0x1_d49d, 'ℬ'),
        (0x1_d4a0, 'ℰ'),
        (0x1_d4a1, 'ℱ'),
        (0x1_d4a3, 'ℋ'),
        (0x1_d4a4, 'ℐ'),
        (0x1_d4a7, 'ℒ'),
        (0x1_d4a8, 'ℳ'),
        (0x1_d4ad, 'ℛ'),
        (0x1_d4ba, 'ℯ'),
        (0x1_d4bc, 'ℊ'),
        (0x1_d4c4, 'ℴ'),
        (0x1_d506, 'ℭ'),
        (0x1_d50b, 'ℌ'),
        (0x1_d50c, 'ℑ'),
        (0x1_d515, 'ℜ'),
        (0x1_d51d, 'ℨ'),
        (0x1_d53a, 'ℂ'),
        (0x1_d53f, 'ℍ'),
        (0x1_d545, 'ℕ'),
        (0x1_d547, 'ℙ'),
        (0x1_d548, 'ℚ'),
        (0x1_d549, 'ℝ'),
        (0x1_d551, 'ℤ'),
        (0x1_d455, 'ℎ'),
    ];
    HOLES
        .iter()
        .find(|(hole, _)| *hole == code)
        .map(|(_, letter)| *letter)
}
