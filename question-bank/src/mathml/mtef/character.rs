//! A character of MTEF as a MathML token. Must never show a private code as a letter of some font.

use super::Node;
use super::record::Character;

/// Styles of typefaces ("`MathType` MTEF v.5", FONT_STYLE_DEF).
mod style {
    pub(super) const TEXT: u8 = 1;
    pub(super) const FUNCTION: u8 = 2;
    pub(super) const VECTOR: u8 = 7;
    pub(super) const TEXT_FAR_EAST: u8 = 12;
}

/// What a character is in a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Letters of running text.
    Text,
    /// Letters of a function's name.
    Function,
    Number,
    Other,
}

pub(super) fn class(character: &Character) -> Class {
    let c = unicode(character.code);
    match character.typeface {
        style::TEXT | style::TEXT_FAR_EAST => Class::Text,
        style::FUNCTION if c.is_alphabetic() => Class::Function,
        _ if c.is_ascii_digit() => Class::Number,
        _ => Class::Other,
    }
}

/// The character itself, without embellishments.
pub(super) fn token(character: &Character) -> Node {
    let c = unicode(character.code);
    let text = c.to_string();
    if c == '\u{a0}' || c.is_whitespace() {
        Node::token("mtext", "\u{a0}")
    } else if c.is_ascii_digit() {
        Node::token("mn", text)
    } else if c.is_alphabetic() || c == '∞' {
        let token = Node::token("mi", text);
        if character.typeface == style::VECTOR {
            token.with("mathvariant", "bold")
        } else {
            token
        }
    } else if matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | '|') {
        Node::token("mo", text).with("stretchy", "false")
    } else {
        Node::token("mo", text)
    }
}

/// `MTCode` is Unicode but for a private area, of which spaces are known; the rest is shown as unknown.
pub(super) fn unicode(code: u16) -> char {
    match code {
        0xef00..=0xef0f => '\u{a0}',
        // A plain minus of a keyboard is a minus in mathematics.
        0x2d => '−',
        0xeb05 => '\u{21cc}',
        0xeb01..=0xeb04 => '↔',
        0xed10 => 'ⅆ',
        0xed12 => 'ⅈ',
        0xed16 => 'ℯ',
        0xe000..=0xf8ff => '\u{fffd}',
        code => char::from_u32(u32::from(code)).unwrap_or('\u{fffd}'),
    }
}
