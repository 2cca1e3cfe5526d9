//! Reading teachers' HTML before it is sanitised: splits it into tags and texts, so that pictures can be put in the
//! paper's media, underlining written as style can be kept, and whatever will be dropped can be reported.
//! Must never be relied on for safety: that is the sanitiser's work, which comes after.

/// A piece of HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text with its entities.
    Text(&'a str),
    /// A start or end tag.
    Tag(Tag<'a>),
    /// A comment or declaration.
    Comment,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Name in small letters.
    pub name: String,
    /// Whether it is an end tag.
    pub end: bool,
    /// The tag as it stands, brackets included.
    pub raw: &'a str,
}

impl Tag<'_> {
    /// The value of an attribute with its entities resolved; the first one wins, as in a browser.
    pub fn attribute(&self, wanted: &str) -> Option<String> {
        let found = self
            .attributes()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| unescape(value.unwrap_or_default()))
    }

    /// All attributes: name and raw value, if there is one.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let inner = self.raw.trim_start_matches(['<', '/']).trim_end_matches('>');
        let mut rest = inner.get(self.name.len()..).unwrap_or_default();
        std::iter::from_fn(move || {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            let (name, value, after) = next_attribute(rest)?;
            rest = after;
            Some((name, value))
        })
    }
}

/// One attribute from the beginning of `text`: name, raw value, what follows.
fn next_attribute(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let first = text.chars().next()?.len_utf8();
    // A stray "=" is taken as a name, so that every call goes on by at least one character.
    let end = text[first..]
        .find(|c: char| c.is_whitespace() || matches!(c, '=' | '/'))
        .map_or(text.len(), |at| first + at);
    let (name, rest) = text.split_at(end);
    let Some(value) = rest.trim_start().strip_prefix('=') else {
        return Some((name, None, rest));
    };
    let value = value.trim_start();
    if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let body = &value[1..];
        let end = body.find(quote).unwrap_or(body.len());
        return Some((name, Some(&body[..end]), body.get(end + 1..).unwrap_or("")));
    }
    let end = value.find(char::is_whitespace).unwrap_or(value.len());
    Some((name, Some(&value[..end]), &value[end..]))
}

/// Most signs that open no tag before the rest is taken as text, so that the work grows with the length only.
const MAX_FAILURES: usize = 200;

/// Splits HTML into pieces.
pub fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut text_start, mut at, mut failures) = (0, 0, 0);
    while let Some(found) = html[at..].find('<').filter(|_| failures < MAX_FAILURES) {
        let start = at + found;
        if let Some((piece, length)) = tag_at(&html[start..]) {
            if text_start < start {
                pieces.push(Piece::Text(&html[text_start..start]));
            }
            pieces.push(piece);
            at = start + length;
            text_start = at;
        } else {
            at = start + 1;
            failures += 1;
        }
    }
    if text_start < html.len() {
        pieces.push(Piece::Text(&html[text_start..]));
    }
    pieces
}

/// The tag or comment at the beginning of `text` and its length; a "<" that opens neither is text.
pub(super) fn tag_at(text: &str) -> Option<(Piece<'_>, usize)> {
    if let Some(comment) = text.strip_prefix("<!--") {
        let length = comment.find("-->").map_or(text.len(), |end| 4 + end + 3);
        return Some((Piece::Comment, length));
    }
    let end = text.starts_with("</");
    let name_start = if end { 2 } else { 1 };
    let first = *text.as_bytes().get(name_start)?;
    if first == b'!' || first == b'?' {
        return Some((Piece::Comment, text.find('>')? + 1));
    }
    if !first.is_ascii_alphabetic() {
        return None;
    }
    let length = tag_end(text)?;
    let raw = &text[..length];
    let name_length = raw[name_start..]
        .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
        .expect("a tag ends with its bracket");
    let name = raw[name_start..name_start + name_length].to_ascii_lowercase();
    Some((Piece::Tag(Tag { name, end, raw }), length))
}

/// Where a tag ends: brackets within quoted values do not count.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut after_equals = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '"' | '\'') if after_equals => quote = Some(c),
            (None, '>') => return Some(at + 1),
            _ => {}
        }
        after_equals = c == '=' || (after_equals && c.is_whitespace());
    }
    None
}

/// Resolves numeric entities and the named ones that editors write.
pub fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, length) = entity(rest).unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.char_indices().take(12).find(|(_, c)| *c == ';')?.0;
    let c = match &text[1..end] {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "times" => '×',
        "minus" => '−',
        "ge" => '≥',
        "le" => '≤',
        number => {
            let digits = number.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c != '\0')?
        }
    };
    Some((c, end + 1))
}

/// Elements that stand for what a style says, so that the meaning survives when the style is dropped: English papers
/// underline the letters that are asked about.
pub fn elements_of_style(style: &str) -> Vec<&'static str> {
    let mut elements = Vec::new();
    for declaration in style.to_ascii_lowercase().split(';') {
        let Some((property, value)) = declaration.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match property.trim() {
            "text-decoration" | "text-decoration-line" if value.contains("underline") => elements.push("u"),
            "text-decoration" | "text-decoration-line" if value.contains("line-through") => {
                elements.push("s");
            }
            "font-style" if value.contains("italic") => elements.push("i"),
            "font-weight" if value.contains("bold") || matches!(value, "600" | "700" | "800" | "900") => {
                elements.push("b");
            }
            "vertical-align" if value == "sub" => elements.push("sub"),
            "vertical-align" if value == "super" => elements.push("sup"),
            _ => {}
        }
    }
    elements
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_less_than_sign_is_no_tag() {
        let html = "a<3, b < c, <b title='x>y'>d</b>";
        let names: Vec<_> = pieces(html)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Tag(tag) => format!("[{}{}]", if tag.end { "/" } else { "" }, tag.name),
                Piece::Comment => "!".to_owned(),
            })
            .collect();
        assert_eq!(names, ["a<3, b < c, ", "[b]", "d", "[/b]"]);
    }

    #[test]
    fn attributes_are_read_as_browsers_do() {
        let html = "<IMG alt=\"a > b\" SRC = '@@PLUGINFILE@@/a&amp;b.png' width=30 hidden/>";
        let Some(Piece::Tag(tag)) = pieces(html).into_iter().next() else {
            panic!("no tag")
        };
        assert_eq!(tag.attribute("src").as_deref(), Some("@@PLUGINFILE@@/a&b.png"));
        assert_eq!(tag.attribute("alt").as_deref(), Some("a > b"));
        assert_eq!(tag.attribute("width").as_deref(), Some("30"));
        assert_eq!(tag.attribute("title"), None);
    }

    proptest! {
        #[test]
        fn any_text_can_be_split(html in "[<>/!a-c\"'= &;#x0-9-]{0,60}|.{0,40}") {
            for piece in pieces(&html) {
                if let Piece::Tag(tag) = piece {
                    let _ = tag.attribute("src");
                }
            }
            let _ = unescape(&html);
        }
    }
}
