//! A text as it stands in a teacher's file becomes a [`RichText`]: formulas to MathML, pictures to the paper's media,
//! underlining kept, everything that is lost reported. Must never lose anything that carries meaning without a word.

use super::picture::{Files, Pictures};
use super::writer::Writer;
use super::{RichText, escape, markdown};
use crate::fault::Message;

/// Most bytes of one text with the pictures that are written in it.
pub const MAX_BYTES: usize = 8 << 20;

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
        return Converted {
            faults: vec![too_long(MAX_BYTES)],
            ..Converted::default()
        };
    }
    let mut writer = Writer::new(pictures, files);
    match format {
        Format::Html => writer.write(source),
        Format::Moodle => writer.write(&source.trim().replace('\n', "<br>")),
        Format::Plain => writer.write(&escape(source.trim()).replace('\n', "<br>")),
        Format::Markdown => {
            if markdown::has_more(source) {
                writer.note_once("markdown", MARKDOWN_VI, MARKDOWN_EN);
            }
            writer.write(&markdown::to_html(source));
        }
    }
    writer.finish()
}

const MARKDOWN_VI: &str = "Markdown: chỉ hiểu đoạn, đậm, nghiêng và mã; phần khác giữ nguyên như viết";
const MARKDOWN_EN: &str =
    "Markdown: only paragraphs, bold, italic and code are understood; the rest is shown as written";

/// A text is longer than it may be.
pub(super) fn too_long(limit: usize) -> Message {
    let kilobytes = limit >> 10;
    Message::new(
        format!("đoạn văn dài hơn {kilobytes} kB"),
        format!("a text is longer than {kilobytes} kB"),
    )
}

/// Whether a text ends within a tag: a sign of the file format was read out of the middle of HTML.
pub(crate) fn has_open_tag(text: &str) -> bool {
    let rest = text.rsplit_once('<').map_or("", |(_, rest)| rest);
    rest.trim_start_matches('/')
        .starts_with(|c: char| c.is_ascii_alphabetic())
        && rest.contains(['"', '\'', ' '])
        && !rest.contains('>')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn html(source: &str) -> Converted {
        convert(source, Format::Html, &mut Pictures::default(), &Files::new())
    }

    #[test]
    fn a_less_than_sign_loses_nothing() {
        for (source, shown) in [
            ("Nếu a<b thì c", "Nếu a&lt;b thì c"),
            ("a<b và c>d", "a&lt;b và c&gt;d"),
            ("#include <iostream>", "#include &lt;iostream&gt;"),
            ("x < 3 và y > 2", "x &lt; 3 và y &gt; 2"),
            ("<p class=\"x\">a</p>", "<p>a</p>"),
            ("<td nowrap>a", "a"),
        ] {
            assert_eq!(html(source).text.as_str(), shown, "{source}");
        }
        assert_eq!(
            html("#include <iostream>").notes[0].en,
            "“<iostream>” was taken as text"
        );
    }

    #[test]
    fn what_is_lost_is_reported() {
        let says = |source: &str| {
            let converted = html(source);
            let said: Vec<String> = converted
                .notes
                .into_iter()
                .chain(converted.faults)
                .map(|m| m.en)
                .collect();
            said.join(" | ")
        };
        assert_eq!(says("<script>x</script>"), "<script> was left out");
        assert_eq!(
            says("<a href='http://x'>y</a><a>z</a>"),
            "a link was left out, its text kept"
        );
        assert_eq!(says("<video></video>"), "<video> is not supported in questions");
        assert_eq!(
            says("<a href='@@PLUGINFILE@@/a.mp3'>y</a>"),
            "the question links to an attached file, which is not supported"
        );
        assert_eq!(says("<p><b>a</b></p><ul><li>x<li>y</ul>"), "");
    }

    #[test]
    fn long_lists_are_not_deep() {
        let list = format!("<ul>{}</ul>", "<li>x".repeat(500));
        assert!(html(&list).faults.is_empty());
        for hostile in [
            "<b>".repeat(200),
            "<b id=1></i>".repeat(200),
            "<i><p>".repeat(200),
        ] {
            assert!(!html(&hostile).faults.is_empty(), "{}", &hostile[..20]);
        }
    }

    #[test]
    fn hostile_texts_take_little_time() {
        let start = std::time::Instant::now();
        for hostile in [
            "<a ",
            "\\(",
            "<a x='",
            "$$",
            "<a x=\"<a y='",
            "<!--",
            "&",
            "&x;",
            "<",
            "</",
            "$x",
        ] {
            let text = hostile.repeat(10_000 / hostile.len());
            assert!(html(&text).text.as_str().len() <= 12 * text.len(), "{hostile}");
        }
        // Quadratic work would take minutes.
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }

    proptest! {
        #[test]
        fn any_html_is_converted(source in "([<>&\"'/ =a-z0-9:;$\\\\]|<p>|</p>|<b>|<img src=|<math>|</math>|<span style=\"font-weight:bold\">|</span>|\\\\\\(|\\\\\\)|<br>){0,40}") {
            for format in [Format::Html, Format::Moodle, Format::Plain, Format::Markdown] {
                let _ = convert(&source, format, &mut Pictures::default(), &Files::new());
            }
        }

        #[test]
        fn plain_text_is_shown_as_it_is(source in "[a-zA-Z<>&\"' /=;*_`#]{0,40}") {
            let converted = convert(&source, Format::Plain, &mut Pictures::default(), &Files::new());
            let wanted = source.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(converted.text.text(), wanted);
        }
    }
}
