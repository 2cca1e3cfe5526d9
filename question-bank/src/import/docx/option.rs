//! Options within a line: "A. … B. …", parted by tabs, wide blanks or by standing in order; statements "a)". Must never
//! take a letter that is not the next one.

use super::line::{Line, Style};

/// An option with its letter's style.
#[derive(Clone, Debug)]
pub(super) struct OptionDraft {
    pub(super) letter: char,
    pub(super) style: Style,
    /// A `*` in front, or "(đúng)" behind.
    pub(super) starred: bool,
    pub(super) lines: Vec<Line>,
}

/// Where an option begins.
#[derive(Clone, Copy)]
struct Start {
    /// The first character that is no text before.
    at: usize,
    letter_at: usize,
    text_at: usize,
    starred: bool,
}

/// The options of a line, beginning with `next`, and the text before them. None if the line has none.
pub(super) fn split(line: &Line, next: char, may_follow_text: bool) -> Option<(Line, Vec<OptionDraft>)> {
    let chars: Vec<char> = line.plain().chars().collect();
    let wide = starts(&chars, next, false);
    let narrow = starts(&chars, next, true);
    let starts = if narrow.len() > wide.len() && narrow.len() >= 3 && at_start(&chars, narrow.first()?) {
        narrow
    } else {
        wide
    };
    let first = starts.first()?;
    if !at_start(&chars, first) && (!may_follow_text || starts.len() < 2) {
        return None;
    }
    let ends = starts.iter().skip(1).map(|start| start.at).chain([chars.len()]);
    let options = starts.iter().zip(ends).map(|(start, end)| {
        let (text, marked) = without_sign(line.part(start.text_at, end));
        OptionDraft {
            letter: chars[start.letter_at],
            style: line.glyphs[start.letter_at].style,
            starred: start.starred || marked,
            lines: vec![text],
        }
    });
    Some((line.part(0, first.at), options.collect()))
}

fn at_start(chars: &[char], start: &Start) -> bool {
    chars[..start.at].iter().all(|c| c.is_whitespace())
}

fn starts(chars: &[char], next: char, narrow: bool) -> Vec<Start> {
    let (mut found, mut next, mut at) = (Vec::new(), next, 0);
    while at < chars.len() {
        match start_at(chars, at, next, narrow) {
            Some(start) => {
                at = start.text_at.max(at + 1);
                found.push(start);
                next = char::from_u32(u32::from(next) + 1).unwrap_or(next);
            }
            None => at += 1,
        }
    }
    found
}

fn start_at(chars: &[char], at: usize, next: char, narrow: bool) -> Option<Start> {
    let starred = matches!(chars[at], '*' | '∗' | '#');
    let mut letter_at = at + usize::from(starred);
    while starred && chars.get(letter_at).is_some_and(|c| c.is_whitespace()) {
        letter_at += 1;
    }
    if *chars.get(letter_at)? != next || !matches!(chars.get(letter_at + 1)?, '.' | ')' | ':' | '/') {
        return None;
    }
    let before = &chars[..at];
    let separated = match before {
        [] | [.., '\t'] => true,
        [.., a, b] if a.is_whitespace() && b.is_whitespace() => true,
        [.., c] => c.is_whitespace() && (narrow || before.iter().all(|c| c.is_whitespace())),
    };
    separated.then_some(Start {
        at,
        letter_at,
        text_at: letter_at + 2,
        starred,
    })
}

/// "(đúng)", "(đ)" at the end of an option is a sign of the author's.
fn without_sign(text: Line) -> (Line, bool) {
    let plain = text.plain().trim_end().to_lowercase();
    let sign = ["(đúng)", "(đ)", "(true)"]
        .iter()
        .find(|sign| plain.ends_with(*sign));
    match sign {
        Some(sign) => {
            let end = plain.chars().count() - sign.chars().count();
            (text.part(0, end), true)
        }
        None => (text, false),
    }
}
