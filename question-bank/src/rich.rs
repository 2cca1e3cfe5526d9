//! Rich text: HTML that may be shown in a candidate's page as it is. Every text of an item is of this type, and its
//! only ways in sanitise, so that nothing else can reach a page: no script, style, link or event handler, pictures
//! only from the paper's own media.

mod allowed;
pub mod formula;
mod markdown;
pub mod markup;
pub mod picture;
pub mod source;
mod writer;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// Sanitised HTML with MathML, in Unicode NFC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct RichText(String);

impl RichText {
    /// Keeps what is on the allow-list and drops the rest.
    pub fn sanitised(html: &str) -> Self {
        let normal: String = html.nfc().collect();
        // Most options are a word or a number.
        if !normal.contains(|c: char| matches!(c, '<' | '>' | '&' | '\u{a0}') || c.is_control()) {
            return Self(normal.trim().to_owned());
        }
        // Sanitising can bring adjacent pieces together; the result is a fixed point after few rounds.
        let mut clean = allowed::SANITISER.clean(&normal).to_string();
        for _ in 0..3 {
            let again = allowed::SANITISER.clean(&clean).to_string();
            if again == clean {
                break;
            }
            clean = again;
        }
        Self(clean.trim().to_owned())
    }

    /// Text without any markup.
    pub fn plain(text: &str) -> Self {
        Self::sanitised(&escape(text))
    }

    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing can be seen: no text, no picture, no formula.
    pub fn is_blank(&self) -> bool {
        !self.0.contains("<img") && !self.0.contains("<math") && self.text().trim().is_empty()
    }

    /// The text without tags, for comparing and for lists. Formulas come out as their letters in a row.
    pub fn text(&self) -> String {
        text_of(&self.0)
    }

    /// The numbers N of all `media:N` pictures.
    pub fn media(&self) -> Vec<usize> {
        markup::pieces(&self.0)
            .iter()
            .filter_map(|piece| Some(media_in(piece)?.1))
            .collect()
    }

    /// The same text with every `media:N` made `media:N+by`.
    pub fn with_media_moved(&self, by: usize) -> Self {
        let mut moved = String::with_capacity(self.0.len() + 8);
        let mut rest = self.0.as_str();
        for piece in markup::pieces(&self.0) {
            let Some((at, number)) = media_in(&piece) else {
                continue;
            };
            let markup::Piece::Tag(tag) = piece else { continue };
            let digits = offset_in(&self.0, tag.raw) + at;
            let before = digits - (self.0.len() - rest.len());
            moved.push_str(&rest[..before]);
            moved.push_str(&(number + by).to_string());
            rest = rest[before..].trim_start_matches(|c: char| c.is_ascii_digit());
        }
        moved.push_str(rest);
        Self(moved)
    }
}

impl From<String> for RichText {
    /// Sanitises: a stored text is trusted no more than an imported one.
    fn from(html: String) -> Self {
        Self::sanitised(&html)
    }
}

impl From<RichText> for String {
    fn from(text: RichText) -> Self {
        text.0
    }
}

/// The text of HTML without its tags.
fn text_of(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    for piece in markup::pieces(html) {
        match piece {
            markup::Piece::Text(raw) => text.push_str(&markup::unescape(raw)),
            markup::Piece::Tag(tag) if matches!(tag.name.as_str(), "p" | "br" | "div" | "li" | "td") => {
                text.push(' ');
            }
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the number of a picture's `media:N` stands in its tag, and the number. The sanitiser writes quotes within
/// values as `&quot;`, so the literal text below can only be the attribute itself.
fn media_in(piece: &markup::Piece<'_>) -> Option<(usize, usize)> {
    const START: &str = " src=\"media:";
    let markup::Piece::Tag(tag) = piece else {
        return None;
    };
    let at = tag.raw.find(START).filter(|_| tag.name == "img")? + START.len();
    let digits = tag.raw[at..].bytes().take_while(u8::is_ascii_digit).count();
    Some((at, tag.raw[at..at + digits].parse().ok()?))
}

/// Where `part`, a slice of `whole`, begins in it.
fn offset_in(whole: &str, part: &str) -> usize {
    part.as_ptr() as usize - whole.as_ptr() as usize
}

/// Text as HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clean(html: &str) -> String {
        RichText::sanitised(html).into()
    }

    #[test]
    fn nothing_that_acts_survives() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<a href='javascript:alert(1)'>x</a>",
            "<p style='background:url(http://a/b)' onclick=x>t</p>",
            "<img src='http://example.org/a.png'>",
            "<img src='media:1/../../x'>",
            "<svg><script>1</script></svg>",
            "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style>",
            "<math><mi href='javascript:1' xlink:href='javascript:1'>x</mi></math>",
            "<iframe src='data:text/html,x'></iframe>",
            "<math><annotation-xml encoding='text/html'><script>1</script></annotation-xml></math>",
        ] {
            let out = clean(hostile).to_lowercase();
            for sign in [
                "script", "onerror", "href", "style", "http", "onclick", "iframe", "data:", "src=\"x", "/..",
            ] {
                assert!(!out.contains(sign), "{hostile} → {out}");
            }
        }
    }

    #[test]
    fn what_teachers_use_survives() {
        for good in [
            "<p>H<sub>2</sub>O &lt; <u>a</u></p>",
            "<img src=\"media:3\" alt=\"đồ thị\" width=\"300\">",
            "<math display=\"block\"><mfrac><mn>1</mn><mi>x</mi></mfrac></math>",
            "<table><tbody><tr><td colspan=\"2\">1</td></tr></tbody></table>",
            "<code class=\"latex\">\\ce{H2O}</code>",
        ] {
            assert_eq!(clean(good), good);
        }
    }

    #[test]
    fn media_are_renumbered_in_pictures_only() {
        let text =
            RichText::sanitised("<p>src=\"media:1\" <img src=\"media:1\"><img src='media:12' alt='a>b'></p>");
        assert_eq!(text.media(), [1, 12]);
        let moved = text.with_media_moved(10);
        assert_eq!(moved.media(), [11, 22]);
        assert!(
            moved.as_str().contains("<p>src=\"media:1\""),
            "{}",
            moved.as_str()
        );
    }

    #[test]
    fn blank_means_nothing_to_see() {
        for blank in ["", "<p> </p>", "<p>&nbsp;<br></p>", "<script>x</script>"] {
            assert!(RichText::sanitised(blank).is_blank(), "{blank}");
        }
        for seen in ["x", "<img src='media:0'>", "<math><mi>x</mi></math>"] {
            assert!(!RichText::sanitised(seen).is_blank(), "{seen}");
        }
    }

    proptest! {
        #[test]
        fn sanitising_again_changes_nothing(html in "([<>&\"'/ =a-z0-9:;]|<p>|</p>|<b>|<img src=media:1>|<math>|<mi>|<table>|<td>|<i>|</b>){0,40}") {
            let once = clean(&html);
            prop_assert_eq!(clean(&once), once);
        }
    }
}
