//! Writes the HTML of a text anew for the sanitiser: formulas and pictures replaced, tags that are none kept as text.
//! The work grows with the length of the text only, whatever the text is.

use super::allowed::is_allowed;
use super::formula::{self, Found};
use super::markup::{Piece, Tag, elements_of_style, tag_at};
use super::picture::{Files, Pictures};
use super::source::{Converted, too_long};
use super::{RichText, escape};
use crate::fault::Message;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Most bytes of one text without its pictures: an HTML page of a whole paper has less.
const MAX_BYTES: usize = 256 << 10;
/// Most open elements: a parser's work grows with their number.
const MAX_DEPTH: usize = 100;
/// Most signs that look like the beginning of a tag or formula and are none.
const MAX_DOUBTS: usize = 200;

/// Most formulas of one text.
const MAX_FORMULAS: usize = 500;

/// The text being written.
pub(super) struct Writer<'a> {
    pictures: &'a mut Pictures,
    files: &'a Files,
    out: String,
    /// Names of the open elements.
    open: Vec<String>,
    /// What closes each open `<span>`.
    closing: Vec<String>,
    /// Signs that opened nothing.
    doubts: usize,
    formulas: usize,
    /// Names of what was reported, to report it once.
    said: BTreeSet<String>,
    result: Converted,
}

impl<'a> Writer<'a> {
    pub(super) fn new(pictures: &'a mut Pictures, files: &'a Files) -> Self {
        let (out, open, closing, said) = (String::new(), Vec::new(), Vec::new(), BTreeSet::new());
        Self {
            pictures,
            files,
            out,
            open,
            closing,
            doubts: 0,
            formulas: 0,
            said,
            result: Converted::default(),
        }
    }

    /// The sanitised text with what is to be said about it.
    pub(super) fn finish(self) -> Converted {
        let text = if self.result.faults.is_empty() {
            RichText::sanitised(&self.out)
        } else {
            RichText::default()
        };
        Converted { text, ..self.result }
    }

    pub(super) fn write(&mut self, html: &str) {
        let mut rest = html;
        while !rest.is_empty() {
            let length = match rest.as_bytes()[0] {
                b'$' | b'\\' if !self.is_verbatim() => self.formula(rest),
                b'<' => self.markup(rest),
                _ => self.text(rest),
            };
            rest = &rest[length..];
            if self.out.len() > MAX_BYTES {
                self.result.faults.push(too_long(MAX_BYTES));
                return;
            }
            if self.doubts > MAX_DOUBTS || self.formulas > MAX_FORMULAS || self.open.len() > MAX_DEPTH {
                let vi = "HTML hỏng, lồng nhau quá sâu, hoặc có quá nhiều công thức";
                self.fault_once(
                    "broken",
                    vi,
                    "the HTML is broken, nested too deep, or has too many formulas",
                );
                return;
            }
        }
    }

    /// Whether dollar signs mean nothing here.
    fn is_verbatim(&self) -> bool {
        self.open
            .iter()
            .any(|name| matches!(name.as_str(), "code" | "pre" | "math"))
    }

    /// Writes text up to the next sign that could begin something; each method returns how much it took.
    fn text(&mut self, html: &str) -> usize {
        let first = html.chars().next().map_or(0, char::len_utf8);
        let length = html[first..]
            .find(['<', '$', '\\'])
            .map_or(html.len(), |at| first + at);
        // A parser's work on bare ampersands grows with the square of their number.
        let mut rest = &html[..length];
        while let Some(at) = rest.find('&') {
            self.out.push_str(&rest[..at]);
            self.out
                .push_str(if is_entity(&rest[at..]) { "&" } else { "&amp;" });
            rest = &rest[at + 1..];
        }
        self.out.push_str(rest);
        length
    }

    /// Writes what stands at a `$` or `\`.
    fn formula(&mut self, html: &str) -> usize {
        if html.starts_with("\\$") {
            self.out.push('$');
            return 2;
        }
        match formula::at(html) {
            Found::Formula(formula) => {
                let (shown, note) = formula.to_html();
                self.out.push_str(&shown);
                self.result.notes.extend(note);
                self.formulas += 1;
                formula.length()
            }
            Found::Doubtful(length) => {
                self.doubts += 1;
                let vi = "có dấu $ hoặc \\( không mở công thức nào, được giữ như văn bản";
                self.note_once("$", vi, "a $ or \\( opens no formula and is kept as text");
                self.out.push_str(&html[..length]);
                length
            }
            Found::Nothing => self.text(html),
        }
    }

    /// Writes what stands at a `<`.
    fn markup(&mut self, html: &str) -> usize {
        match tag_at(html) {
            Some((Piece::Tag(tag), length)) if is_element(&tag) => {
                self.tag(&tag);
                length
            }
            Some((Piece::Tag(tag), length)) => {
                let shown: String = tag.raw.chars().take(40).collect();
                self.note_once(
                    tag.raw,
                    &format!("«{shown}» được hiểu là chữ"),
                    &format!("“{shown}” was taken as text"),
                );
                self.out.push_str(&escape(tag.raw));
                length
            }
            Some((_, length)) => length,
            None => {
                // A page would take all that follows for a tag.
                self.doubts +=
                    usize::from(html[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/'));
                self.out.push_str("&lt;");
                1
            }
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        self.follow(tag);
        match tag.name.as_str() {
            "img" => self.img(tag),
            "span" | "font" => self.span(tag),
            "a" => self.link(tag),
            name if LEFT_OUT.contains(&name) => {
                self.note_once(
                    name,
                    &format!("thẻ <{name}> bị bỏ"),
                    &format!("<{name}> was left out"),
                );
                self.out.push_str(tag.raw);
            }
            name if UNSUPPORTED.contains(&name) => {
                let vi = format!("thẻ <{name}> chưa được hỗ trợ trong câu hỏi");
                self.fault_once(name, &vi, &format!("<{name}> is not supported in questions"));
            }
            _ => self.out.push_str(tag.raw),
        }
    }

    /// Keeps the list of open elements as a parser would.
    fn follow(&mut self, tag: &Tag<'_>) {
        if tag.end {
            if let Some(at) = self.open.iter().rposition(|name| *name == tag.name) {
                self.open.truncate(at);
            }
        } else if !VOID.contains(&tag.name.as_str()) {
            let closes_itself = matches!(tag.name.as_str(), "p" | "li" | "tr" | "td" | "th" | "dt" | "dd");
            if closes_itself && self.open.last() == Some(&tag.name) {
                self.open.pop();
            }
            self.open.push(tag.name.clone());
        }
    }

    fn img(&mut self, tag: &Tag<'_>) {
        match self
            .pictures
            .take(&tag.attribute("src").unwrap_or_default(), self.files)
        {
            Err(fault) => self.result.faults.push(fault),
            Ok(number) => {
                let mut written = format!("<img src=\"media:{number}\"");
                for name in ["alt", "width", "height"] {
                    if let Some(value) = tag.attribute(name).filter(|value| !value.is_empty()) {
                        // Writing into a string cannot fail.
                        let _ = write!(written, " {name}=\"{}\"", escape(&value));
                    }
                }
                self.out.push_str(&written);
                self.out.push('>');
            }
        }
    }

    /// Styles are dropped, but underlining, bold, italic, struck-out and raised text say something.
    fn span(&mut self, tag: &Tag<'_>) {
        if tag.end {
            let closing = self.closing.pop().unwrap_or_default();
            self.out.push_str(&closing);
            return;
        }
        let elements = elements_of_style(&tag.attribute("style").unwrap_or_default());
        self.out.extend(elements.iter().map(|name| format!("<{name}>")));
        let closing: Vec<String> = elements.iter().rev().map(|name| format!("</{name}>")).collect();
        self.closing.push(closing.concat());
    }

    fn link(&mut self, tag: &Tag<'_>) {
        if tag
            .attribute("href")
            .is_some_and(|href| href.starts_with("@@PLUGINFILE@@"))
        {
            let vi = "câu hỏi liên kết tới một tệp đính kèm, chưa được hỗ trợ";
            self.fault_once(
                "href",
                vi,
                "the question links to an attached file, which is not supported",
            );
        } else if !tag.end {
            self.note_once(
                "a",
                "liên kết bị bỏ, giữ lại chữ",
                "a link was left out, its text kept",
            );
        }
    }

    pub(super) fn note_once(&mut self, what: &str, vi: &str, en: &str) {
        if self.said.insert(what.to_owned()) {
            self.result.notes.push(Message::new(vi, en));
        }
    }

    fn fault_once(&mut self, what: &str, vi: &str, en: &str) {
        if self.said.insert(what.to_owned()) {
            self.result.faults.push(Message::new(vi, en));
        }
    }
}

/// Elements that are left out with all they hold.
const LEFT_OUT: [&str; 6] = ["script", "style", "form", "link", "meta", "base"];

/// Elements that show or ask something that a paper cannot show or ask yet.
const UNSUPPORTED: [&str; 17] = [
    "audio", "video", "source", "track", "object", "embed", "iframe", "svg", "canvas", "applet", "input",
    "select", "option", "textarea", "button", "picture", "map",
];

/// Elements without content.
const VOID: [&str; 12] = [
    "br", "hr", "img", "input", "meta", "link", "col", "wbr", "source", "track", "base", "embed",
];

/// Elements without meaning of their own: dropping them loses nothing.
const KNOWN: [&str; 36] = [
    "a",
    "font",
    "annotation",
    "annotation-xml",
    "html",
    "head",
    "body",
    "section",
    "article",
    "h1",
    "h2",
    "colgroup",
    "col",
    "strike",
    "wbr",
    "nobr",
    "label",
    "figure",
    "figcaption",
    "var",
    "kbd",
    "samp",
    "abbr",
    "cite",
    "q",
    "mark",
    "time",
    "address",
    "main",
    "header",
    "footer",
    "title",
    "template",
    "nav",
    "aside",
    "ruby",
];

/// Attributes that stand without a value in real HTML.
const BARE: [&str; 12] = [
    "nowrap",
    "hidden",
    "disabled",
    "checked",
    "reversed",
    "open",
    "compact",
    "noshade",
    "controls",
    "autoplay",
    "loop",
    "contenteditable",
];

/// Whether a tag is one: "a<b và c>d" and "#include <iostream>" hold none.
fn is_element(tag: &Tag<'_>) -> bool {
    let name = tag.name.as_str();
    let is_word = name.contains(':');
    let is_name = is_word
        || is_allowed(name)
        || [&LEFT_OUT[..], &UNSUPPORTED, &VOID, &KNOWN]
            .concat()
            .contains(&name);
    is_name
        && tag.attributes().all(|(attribute, value)| {
            value.is_some() || BARE.contains(&attribute.to_ascii_lowercase().as_str())
        })
}

/// Whether a character reference stands at the beginning.
fn is_entity(text: &str) -> bool {
    let name = text[1..]
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '#')
        .map_or("", |end| &text[1..=end]);
    let name = if text[1 + name.len()..].starts_with(';') {
        name
    } else {
        ""
    };
    let digits = name.strip_prefix('#').unwrap_or(name);
    !digits.is_empty() && digits.len() <= 31 && digits.bytes().all(|b| b.is_ascii_alphanumeric())
}
