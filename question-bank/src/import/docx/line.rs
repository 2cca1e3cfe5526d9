//! A line of a Word file as glyphs: characters with what the author did to them, formulas and pictures in their places.
//! Must never lose a glyph when a line is split.

use crate::rich::escape;
use crate::rich::picture::Pictures;
use std::fmt::Write;
use std::rc::Rc;

/// How a character is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    /// Bits of [`mark`].
    pub(super) marks: u16,
    /// `RRGGBB`; black and automatic are 0.
    pub(super) colour: u32,
}

/// What a style's bits mean.
pub(super) mod mark {
    pub(in super::super) const BOLD: u16 = 1;
    pub(in super::super) const ITALIC: u16 = 2;
    pub(in super::super) const UNDERLINE: u16 = 4;
    pub(in super::super) const STRIKE: u16 = 8;
    pub(in super::super) const SUB: u16 = 16;
    pub(in super::super) const SUPER: u16 = 32;
    pub(in super::super) const HIGHLIGHT: u16 = 64;
    /// A font whose letters are no Unicode: TCVN3 (`.Vn…`) or VNI.
    pub(in super::super) const OLD_FONT: u16 = 128;
}

impl Style {
    pub(super) fn has(self, bit: u16) -> bool {
        self.marks & bit != 0
    }

    pub(super) fn set(&mut self, bit: u16, on: bool) {
        if on {
            self.marks |= bit;
        } else {
            self.marks &= !bit;
        }
    }
}

/// What stands in a line and is no character.
#[derive(Clone, Debug)]
pub(super) enum Object {
    /// A formula as MathML.
    Formula(String),
    /// A picture: name and bytes.
    Picture(String, Rc<[u8]>),
    /// A whole table as HTML, its pictures in their order.
    Table(Vec<Vec<Vec<Line>>>),
    /// What could not be read: why, in Vietnamese and English.
    Unreadable(&'static str, &'static str, String),
}

/// A character or an object.
#[derive(Clone, Debug)]
pub(super) struct Glyph {
    /// The object sign stands for objects.
    pub(super) c: char,
    pub(super) style: Style,
    pub(super) object: Option<Rc<Object>>,
}

/// Stands for an object in plain text.
pub(super) const OBJECT: char = '\u{fffc}';

/// A line with the paragraph it stands in, from 1.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub(super) paragraph: u32,
    pub(super) glyphs: Vec<Glyph>,
}

impl Line {
    pub(super) fn plain(&self) -> String {
        self.glyphs.iter().map(|glyph| glyph.c).collect()
    }

    pub(super) fn is_blank(&self) -> bool {
        self.glyphs
            .iter()
            .all(|glyph| glyph.c.is_whitespace() && glyph.object.is_none())
    }

    /// The glyphs from one character to another.
    pub(super) fn part(&self, from: usize, to: usize) -> Line {
        let to = to.min(self.glyphs.len());
        Line {
            paragraph: self.paragraph,
            glyphs: self.glyphs[from.min(to)..to].to_vec(),
        }
    }

    pub(super) fn from(&self, from: usize) -> Line {
        self.part(from, self.glyphs.len())
    }

    pub(super) fn push_text(&mut self, text: &str, style: Style) {
        self.glyphs.extend(text.chars().map(|c| Glyph {
            c,
            style,
            object: None,
        }));
    }

    pub(super) fn push_object(&mut self, object: Object) {
        self.glyphs.push(Glyph {
            c: OBJECT,
            style: Style::default(),
            object: Some(Rc::new(object)),
        });
    }
}

/// Lines as HTML; `problems` gets what could not be read.
pub(super) fn html(lines: &[Line], pictures: &mut Pictures, problems: &mut Vec<(String, String)>) -> String {
    let mut out = String::new();
    let mut shown = 0;
    let last = lines
        .iter()
        .rposition(|line| !line.is_blank())
        .map_or(0, |at| at + 1);
    for line in &lines[..last] {
        if shown == 0 && line.is_blank() {
            continue;
        }
        if shown > 0 {
            out.push_str("<br>");
        }
        line_html(line, pictures, problems, &mut out);
        shown += 1;
    }
    out
}

/// The elements that keep a mark.
const ELEMENTS: [(u16, &str); 6] = [
    (mark::BOLD, "b"),
    (mark::ITALIC, "i"),
    (mark::UNDERLINE, "u"),
    (mark::STRIKE, "s"),
    (mark::SUB, "sub"),
    (mark::SUPER, "sup"),
];

fn line_html(line: &Line, pictures: &mut Pictures, problems: &mut Vec<(String, String)>, out: &mut String) {
    const VISIBLE: u16 = mark::BOLD | mark::ITALIC | mark::UNDERLINE | mark::STRIKE | mark::SUB | mark::SUPER;
    let start = line.glyphs.iter().position(|glyph| !glyph.c.is_whitespace());
    let end = line.glyphs.iter().rposition(|glyph| !glyph.c.is_whitespace());
    let (Some(start), Some(end)) = (start, end) else {
        return;
    };
    let glyphs = &line.glyphs[start..=end];
    for run in
        glyphs.chunk_by(|a, b| a.object.is_none() && b.object.is_none() && a.style.marks == b.style.marks)
    {
        if let Some(object) = run[0].object.as_deref() {
            object_html(object, pictures, problems, out);
            continue;
        }
        let marks = run[0].style.marks & VISIBLE;
        if run[0].style.has(mark::OLD_FONT) && run.iter().any(|glyph| glyph.c.is_alphabetic()) {
            problems.push((
                "chữ viết bằng phông cũ (TCVN3 hoặc VNI); hãy đổi sang Unicode".to_owned(),
                "text in an old font (TCVN3 or VNI); convert it to Unicode".to_owned(),
            ));
        }
        let elements = ELEMENTS.iter().filter(|(bit, _)| marks & bit != 0);
        let open: Vec<String> = elements.clone().map(|(_, name)| format!("<{name}>")).collect();
        let close: Vec<String> = elements.rev().map(|(_, name)| format!("</{name}>")).collect();
        let text: String = run
            .iter()
            .map(|glyph| if glyph.c == '\t' { ' ' } else { glyph.c })
            .collect();
        out.push_str(&open.concat());
        out.push_str(&escape(&text));
        out.push_str(&close.concat());
    }
}

fn object_html(
    object: &Object,
    pictures: &mut Pictures,
    problems: &mut Vec<(String, String)>,
    out: &mut String,
) {
    match object {
        Object::Formula(mathml) => out.push_str(mathml),
        Object::Picture(name, data) => match pictures.add(name, data) {
            // Writing into a string cannot fail.
            Ok(number) => drop(write!(out, "<img src=\"media:{number}\">")),
            Err(message) => problems.push((message.vi, message.en)),
        },
        Object::Unreadable(vi, en, what) => {
            problems.push((format!("{vi} ({what})"), format!("{en} ({what})")));
        }
        Object::Table(rows) => {
            out.push_str("<table><tbody>");
            for row in rows {
                out.push_str("<tr>");
                for cell in row {
                    let text = html(cell, pictures, problems);
                    out.push_str("<td>");
                    out.push_str(&text);
                    out.push_str("</td>");
                }
                out.push_str("</tr>");
            }
            out.push_str("</tbody></table>");
        }
    }
}
