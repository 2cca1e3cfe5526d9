//! A text as it stands in a teacher's file becomes a [`RichText`]: formulas to MathML, pictures to the paper's media,
//! underlining kept, everything that is lost reported. Must never lose anything that carries meaning without a word.

use super::formula::{self, Found};
use super::markup::{Piece, Tag, elements_of_style};
use super::picture::{Files, Pictures};
use super::{RichText, escape, is_allowed};
use crate::fault::Message;
use std::collections::BTreeSet;

/// Most bytes of one text: an HTML page of a whole paper has less.
pub const MAX_BYTES: usize = 256 << 10;
/// Deepest nesting of tags.
const MAX_DEPTH: usize = 100;

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// HTML.
    Html,
    /// Moodle's auto-format: HTML with line breaks that count.
    Moodle,
    /// Nothing is markup.
    Plain,
    /// Paragraphs, `**bold**`, `*italic*` and `` `code` `` of Markdown; the rest is shown as written.
    Markdown,
}

/// A converted text with what is to be said about it.
#[derive(Clone, Debug, Default)]
pub struct Converted {
    /// The text.
    pub text: RichText,
    /// What a person should look at.
    pub notes: Vec<Message>,
    /// Why it cannot be used.
    pub faults: Vec<Message>,
}

/// Converts a text; its pictures are looked up in `files` and put into `pictures`.
pub fn convert(source: &str, format: Format, pictures: &mut Pictures, files: &Files) -> Converted {
    if source.len() > MAX_BYTES {
        let kilobytes = MAX_BYTES >> 10;
        let too_long = Message::new(
            format!("đoạn văn dài hơn {kilobytes} kB"),
            format!("a text is longer than {kilobytes} kB"),
        );
        return Converted {
            faults: vec![too_long],
            ..Converted::default()
        };
    }
    let mut writer = Writer {
        pictures,
        files,
        out: String::new(),
        closing: Vec::new(),
        raw: 0,
        said: BTreeSet::new(),
        result: Converted::default(),
    };
    let html = match format {
        Format::Html => source.to_owned(),
        Format::Moodle => source.trim().replace('\n', "<br>"),
        Format::Plain => escape(source.trim()).replace('\n', "<br>"),
        Format::Markdown => {
            writer.note_markdown(source);
            markdown(source)
        }
    };
    writer.write(&html);
    Converted {
        text: RichText::sanitised(&writer.out),
        ..writer.result
    }
}

/// The text being written.
struct Writer<'a> {
    pictures: &'a mut Pictures,
    files: &'a Files,
    out: String,
    /// What closes each open `<span>`.
    closing: Vec<String>,
    /// Open elements in which dollar signs mean nothing.
    raw: usize,
    /// Names of what was reported, to report it once.
    said: BTreeSet<String>,
    result: Converted,
}

impl Writer<'_> {
    fn write(&mut self, html: &str) {
        let (mut rest, mut depth) = (html, 0usize);
        while !rest.is_empty() {
            if self.raw == 0 && rest.starts_with(['$', '\\']) {
                rest = self.formula(rest);
                continue;
            }
            match pieces_first(rest) {
                (Piece::Tag(tag), length) => {
                    depth = if tag.end {
                        depth.saturating_sub(1)
                    } else {
                        depth + usize::from(!is_void(&tag.name))
                    };
                    if depth > MAX_DEPTH {
                        self.fault_once(
                            "depth",
                            "các thẻ HTML lồng nhau quá sâu",
                            "HTML elements are nested too deep",
                        );
                        return;
                    }
                    self.tag(&tag);
                    rest = &rest[length..];
                }
                (Piece::Comment, length) => rest = &rest[length..],
                (Piece::Text(_), length) => {
                    self.out.push_str(&rest[..length]);
                    rest = &rest[length..];
                }
            }
        }
    }

    /// Writes what stands at a `$` or `\` and returns the rest.
    fn formula<'t>(&mut self, html: &'t str) -> &'t str {
        if let Some(rest) = html.strip_prefix("\\$") {
            self.out.push('$');
            return rest;
        }
        match formula::at(html) {
            Found::Formula(formula) => {
                let (shown, note) = formula.to_html();
                self.out.push_str(&shown);
                self.result.notes.extend(note);
                &html[formula.length()..]
            }
            Found::Doubtful(length) => {
                self.note_once(
                    "$",
                    "có dấu $ hoặc \\( không mở công thức nào, được giữ như văn bản",
                    "a $ or \\( opens no formula and is kept as text",
                );
                self.out.push_str(&html[..length]);
                &html[length..]
            }
            Found::Nothing => {
                let length = html.chars().next().map_or(0, char::len_utf8);
                self.out.push_str(&html[..length]);
                &html[length..]
            }
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        match tag.name.as_str() {
            "img" => self.img(tag),
            "span" | "font" => self.span(tag),
            "a" => self.link(tag),
            "script" | "style" | "form" | "link" | "meta" | "base" => {
                let name = &tag.name;
                self.note_once(
                    name,
                    &format!("thẻ <{name}> bị bỏ"),
                    &format!("<{name}> was left out"),
                );
                self.out.push_str(tag.raw);
            }
            name @ ("audio" | "video" | "source" | "track" | "object" | "embed" | "iframe" | "svg"
            | "canvas" | "applet" | "input" | "select" | "textarea" | "button" | "picture") => {
                self.fault_once(
                    name,
                    &format!("thẻ <{name}> chưa được hỗ trợ trong câu hỏi"),
                    &format!("<{name}> is not supported in questions"),
                );
            }
            name => {
                if matches!(name, "code" | "pre" | "math") {
                    self.raw = if tag.end {
                        self.raw.saturating_sub(1)
                    } else {
                        self.raw + 1
                    };
                }
                if !is_allowed(name) && !is_known(name) {
                    self.note_once(
                        name,
                        &format!("thẻ <{name}> bị bỏ, giữ lại nội dung"),
                        &format!("<{name}> was left out, its content kept"),
                    );
                }
                self.out.push_str(tag.raw);
            }
        }
    }

    fn img(&mut self, tag: &Tag<'_>) {
        match self
            .pictures
            .take(&tag.attribute("src").unwrap_or_default(), self.files)
        {
            Err(fault) => self.result.faults.push(fault),
            Ok(number) => {
                self.out.push_str(&format!("<img src=\"media:{number}\""));
                for name in ["alt", "width", "height"] {
                    if let Some(value) = tag.attribute(name).filter(|value| !value.is_empty()) {
                        self.out.push_str(&format!(" {name}=\"{}\"", escape(&value)));
                    }
                }
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
        self.closing
            .push(elements.iter().rev().map(|name| format!("</{name}>")).collect());
    }

    fn link(&mut self, tag: &Tag<'_>) {
        if tag
            .attribute("href")
            .is_some_and(|href| href.starts_with("@@PLUGINFILE@@"))
        {
            self.fault_once(
                "href",
                "câu hỏi liên kết tới một tệp đính kèm, chưa được hỗ trợ",
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

    fn note_markdown(&mut self, source: &str) {
        let other = source.lines().map(str::trim_start).any(|line| {
            line.starts_with(['#', '>', '|'])
                || line.starts_with("- ")
                || line.starts_with("* ")
                || line.contains("](")
        });
        if other {
            self.note_once("markdown", "Markdown: chỉ hiểu đoạn, đậm, nghiêng và mã; phần khác giữ nguyên như viết", "Markdown: only paragraphs, bold, italic and code are understood; the rest is shown as written");
        }
    }

    fn note_once(&mut self, what: &str, vi: &str, en: &str) {
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

/// The first piece of `html` and its length; a text ends where a formula could begin.
fn pieces_first(html: &str) -> (Piece<'_>, usize) {
    if html.starts_with('<')
        && let Some((piece, length)) = super::markup::tag_at(html)
    {
        return (piece, length);
    }
    let first = html.chars().next().map_or(0, char::len_utf8);
    let length = html[first..]
        .find(['<', '$', '\\'])
        .map_or(html.len(), |at| first + at);
    (Piece::Text(&html[..length]), length)
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr"
            | "img"
            | "input"
            | "meta"
            | "link"
            | "col"
            | "wbr"
            | "source"
            | "track"
            | "base"
            | "embed"
    )
}

/// Elements without meaning of their own: dropping them loses nothing.
fn is_known(name: &str) -> bool {
    matches!(
        name,
        "annotation"
            | "annotation-xml"
            | "html"
            | "head"
            | "body"
            | "section"
            | "article"
            | "h1"
            | "h2"
            | "colgroup"
            | "col"
            | "strike"
            | "wbr"
            | "nobr"
            | "label"
            | "figure"
            | "figcaption"
            | "o:p"
            | "var"
            | "kbd"
            | "samp"
            | "abbr"
            | "cite"
            | "q"
            | "mark"
            | "time"
            | "address"
            | "main"
            | "header"
            | "footer"
    )
}

/// The part of Markdown that is understood, as HTML. Formulas are kept out of it.
fn markdown(source: &str) -> String {
    let paragraphs = source
        .trim()
        .split("\n\n")
        .map(|paragraph| format!("<p>{}</p>", inline_markdown(paragraph.trim())));
    paragraphs.collect()
}

fn inline_markdown(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Found::Formula(formula) = formula::at(rest) {
            out.push_str(&escape(&rest[..formula.length()]));
            rest = &rest[formula.length()..];
            continue;
        }
        let marked = [("**", "b"), ("__", "b"), ("*", "i"), ("`", "code")]
            .into_iter()
            .find_map(|(sign, element)| {
                let body = rest.strip_prefix(sign)?;
                let end = body
                    .find(sign)
                    .filter(|end| *end > 0 && !body.starts_with(' ') && !body[..*end].ends_with(' '))?;
                Some((
                    format!("<{element}>{}</{element}>", escape(&body[..end])),
                    sign.len() * 2 + end,
                ))
            });
        let (shown, length) = marked.unwrap_or_else(|| {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            (escape(&rest[..length]), length)
        });
        out.push_str(&shown);
        rest = &rest[length..];
    }
    out.replace('\n', "<br>")
}

/// Whether a text ends within a tag: a sign of the file format was read out of the middle of HTML.
pub(crate) fn has_open_tag(text: &str) -> bool {
    let rest = text.rsplit_once('<').map_or("", |(_, rest)| rest);
    rest.trim_start_matches('/')
        .starts_with(|c: char| c.is_ascii_alphabetic())
        && !rest.contains('>')
}
