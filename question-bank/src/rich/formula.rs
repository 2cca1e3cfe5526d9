//! LaTeX formulas in a text: found, converted to MathML, or shown as their source with a note. Must never change a
//! formula silently: what the converter does not fully understand stays as it was written.

use super::markup::{Piece, pieces, unescape};
use super::{RichText, escape, text_of};
use crate::fault::Message;
use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Event, Parser, ParserError, Storage, push_mathml};

/// Most characters of a formula.
const MAX_CHARACTERS: usize = 2_000;
/// Deepest nesting of groups; the converter's work grows with it.
const MAX_DEPTH: usize = 40;

/// A formula at the beginning of a piece of HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula<'a> {
    /// The source between its delimiters, as HTML.
    inner: &'a str,
    /// The source with its delimiters.
    whole: &'a str,
    display: bool,
}

/// The delimiters, longest first.
const DELIMITERS: [(&str, &str, bool); 4] = [
    ("$$", "$$", true),
    ("\\(", "\\)", false),
    ("\\[", "\\]", true),
    ("$", "$", false),
];

/// What stands at the beginning of a piece of HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// A formula; its `whole` is its length.
    Formula(Formula<'a>),
    /// A delimiter that opens no formula: so many bytes of text, which a person should look at.
    Doubtful(usize),
    /// No delimiter.
    Nothing,
}

/// Looks for a formula at the beginning of `html`. `\$` is a dollar sign.
pub fn at(html: &str) -> Found<'_> {
    let Some((open, close, display)) = DELIMITERS.into_iter().find(|(open, ..)| html.starts_with(open))
    else {
        return Found::Nothing;
    };
    let body = &html[open.len()..];
    let Some(end) = find_close(body, close) else {
        return Found::Doubtful(open.len());
    };
    let (inner, after) = (&body[..end], &body[end + close.len()..]);
    let plausible = if open == "$" {
        is_dollar_formula(inner, after)
    } else {
        !unescape(inner).trim().is_empty()
    };
    if !plausible || has_tags(inner) {
        return Found::Doubtful(open.len());
    }
    Found::Formula(Formula {
        inner,
        whole: &html[..open.len() + end + close.len()],
        display,
    })
}

/// Where the closing delimiter stands; a backslash protects the character after it.
fn find_close(body: &str, close: &str) -> Option<usize> {
    let mut protected = false;
    for (at, c) in body.char_indices().take(MAX_CHARACTERS) {
        if !protected && body[at..].starts_with(close) {
            return Some(at);
        }
        protected = c == '\\' && !protected;
    }
    None
}

/// A single dollar also means money. `$…$` is a formula if nothing blank touches the signs from within and no digit
/// follows, or if it holds what only formulas have.
fn is_dollar_formula(inner: &str, after: &str) -> bool {
    let inner = unescape(inner);
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let tight = !blank(inner.chars().next()) && !blank(inner.chars().next_back());
    let digit_follows = after.starts_with(|c: char| c.is_ascii_digit());
    (tight && !digit_follows) || (!inner.trim().is_empty() && inner.contains(['\\', '^', '_', '{']))
}

/// Whether there is any tag but line breaks, which editors put into long formulas.
fn has_tags(html: &str) -> bool {
    pieces(html)
        .iter()
        .any(|piece| matches!(piece, Piece::Tag(tag) if tag.name != "br") || *piece == Piece::Comment)
}

impl Formula<'_> {
    /// Length in the HTML, delimiters included.
    pub fn length(&self) -> usize {
        self.whole.len()
    }

    /// MathML as HTML, or the source in `<code>` with what was not understood.
    pub fn to_html(&self) -> (String, Option<Message>) {
        let latex = plain(self.inner);
        match convert(&latex, self.display) {
            Ok(mathml) => (mathml, None),
            Err(reason) => {
                let source = plain(self.whole);
                (
                    format!("<code class=\"latex\">{}</code>", escape(&source)),
                    Some(not_understood(&source, &reason)),
                )
            }
        }
    }
}

/// HTML without line breaks and entities.
fn plain(html: &str) -> String {
    let texts = pieces(html).into_iter().map(|piece| {
        if let Piece::Text(text) = piece {
            unescape(text)
        } else {
            " ".into()
        }
    });
    texts.collect::<String>().replace('\u{a0}', " ")
}

/// Why a formula was not converted.
#[derive(Debug, PartialEq, Eq)]
struct Reason(Message);

/// Converts LaTeX to MathML and checks that the page will show all of it.
fn convert(latex: &str, display: bool) -> Result<String, Reason> {
    if let Some(command) = FOREIGN.iter().find(|command| uses(latex, command)) {
        return Err(Reason(Message::new(
            format!("lệnh {command} chưa được hỗ trợ"),
            format!("{command} is not supported"),
        )));
    }
    if depth(latex) > MAX_DEPTH {
        return Err(Reason(Message::new(
            "các nhóm lồng nhau quá sâu",
            "groups are nested too deep",
        )));
    }
    let storage = Storage::new();
    let events: Vec<Event<'_>> = Parser::new(latex, &storage)
        .collect::<Result<_, _>>()
        .map_err(|e| parser_reason(&e))?;
    let mode = if display {
        DisplayMode::Block
    } else {
        DisplayMode::Inline
    };
    let config = RenderConfig {
        display_mode: mode,
        ..RenderConfig::default()
    };
    let mut mathml = String::new();
    let unreadable = || {
        Reason(Message::new(
            "không chuyển được sang MathML",
            "cannot be converted to MathML",
        ))
    };
    push_mathml(&mut mathml, events.into_iter().map(Ok::<_, ParserError>), config)
        .map_err(|_| unreadable())?;
    // `2{,}4` is how LaTeX writes a decimal comma: one number, without the space that follows a comma in a list.
    let mathml = mathml.replace("</mn><mrow><mo>,</mo></mrow><mn>", ",");
    let shown = RichText::sanitised(&mathml);
    if mathml.contains("<merror") || !shown.as_str().starts_with("<math") || shown.text() != text_of(&mathml)
    {
        return Err(unreadable());
    }
    Ok(mathml)
}

/// Commands of packages that the converter does not know, named in reports.
const FOREIGN: [&str; 6] = ["\\ce", "\\pu", "\\SI", "\\si", "\\chemfig", "\\includegraphics"];

fn uses(latex: &str, command: &str) -> bool {
    latex
        .match_indices(command)
        .any(|(at, _)| !latex[at + command.len()..].starts_with(|c: char| c.is_ascii_alphabetic()))
}

fn depth(latex: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    for c in latex.chars() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    // \left, \begin and scripts nest as well.
    deepest.max(
        latex
            .matches("\\left")
            .count()
            .max(latex.matches("\\begin").count())
            / 4,
    )
}

fn parser_reason(error: &ParserError) -> Reason {
    // The first line says what, the others draw the place, which the note shows anyway.
    let what = error.to_string();
    let what = what
        .lines()
        .next()
        .unwrap_or_default()
        .trim()
        .trim_end_matches(':')
        .to_owned();
    Reason(Message::new(
        format!("không hiểu ({what})"),
        format!("not understood ({what})"),
    ))
}

fn not_understood(source: &str, reason: &Reason) -> Message {
    let short: String = source.chars().take(80).collect();
    Message::new(
        format!("công thức «{short}» được giữ nguyên dạng LaTeX: {}", reason.0.vi),
        format!("formula “{short}” is shown as its LaTeX source: {}", reason.0.en),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn html(latex: &str) -> (String, Option<Message>) {
        match at(latex) {
            Found::Formula(formula) => formula.to_html(),
            other => panic!("{latex}: {other:?}"),
        }
    }

    #[test]
    fn formulas_of_teachers_become_mathml() {
        for latex in [
            r"$x^2+1$",
            r"$$\frac{1}{\varphi(N-k+1)}$$",
            r"\(\sqrt[3]{x} \le 2\)",
            r"\[\int_0^1 x\,dx = \frac12\]",
            r"$\vec{AB}\cdot\overrightarrow{CD}$",
            r"$\begin{cases} x+y=1 \\ x-y=2 \end{cases}$",
            r"$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$",
            r"$\lim_{x\to+\infty} f(x) = -\infty$",
            r"$A=\left\{1;2\right\}\cup\mathbb{R}\setminus\emptyset$",
            r"$30^\circ$",
            r"$v = 5\,\text{m/s}$",
            r"$\widehat{ABC} = 60^{\circ}$",
            r"$a &lt; b$",
            r"$u_{n+1}=2u_n$",
            r"$\log_2 x \geqslant 3 \Leftrightarrow x \geqslant 8$",
        ] {
            let (mathml, note) = html(latex);
            assert_eq!(note, None, "{latex}");
            assert!(mathml.starts_with("<math"), "{latex}: {mathml}");
        }
    }

    #[test]
    fn decimal_commas_stay_in_their_number() {
        assert_eq!(
            html("$2{,}45$").0,
            "<math display=\"inline\"><mn>2,45</mn></math>"
        );
        assert_eq!(html("$0,5$").0, "<math display=\"inline\"><mn>0,5</mn></math>");
    }

    #[test]
    fn what_is_not_understood_is_shown_as_it_was_written() {
        let (shown, note) = html(r"$\ce{2H2 + O2 -> 2H2O}$");
        assert_eq!(shown, r#"<code class="latex">$\ce{2H2 + O2 -&gt; 2H2O}$</code>"#);
        assert_eq!(
            note.unwrap().en,
            r"formula “$\ce{2H2 + O2 -> 2H2O}$” is shown as its LaTeX source: \ce is not supported"
        );
        for broken in [
            r"$\frac{1}{2$",
            r"$\unknowncommand{x}$",
            r"$x^2^3$",
            r"$\left( x$",
            r"$\begin{nosuch}x\end{nosuch}$",
        ] {
            let (shown, note) = html(broken);
            assert!(note.is_some() && shown.contains("<code"), "{broken}: {shown}");
        }
    }

    #[test]
    fn money_is_no_formula() {
        for text in [
            "$5 và $10",
            "$ 5 $",
            "$",
            "$$ $$",
            "$5",
            "\\( \\)",
            "$a <b>b</b>$",
        ] {
            assert!(matches!(at(text), Found::Doubtful(_)), "{text}");
        }
        assert_eq!(at("x$y$"), Found::Nothing);
        assert!(matches!(at(r"$ 1 \neq 0 $"), Found::Formula(_)));
    }

    proptest! {
        #[test]
        fn no_formula_brings_the_reader_down(latex in r"[\\a-z{}\[\]^_&$ 0-9#%~()+=<-]{0,60}") {
            if let Found::Formula(formula) = at(&format!("${latex}$")) {
                let (shown, _) = formula.to_html();
                prop_assert!(shown.starts_with('<'));
            }
        }

        #[test]
        fn commands_in_any_order(parts in proptest::collection::vec(prop::sample::select(vec![
            r"\frac", r"\sqrt", r"\left", r"\right", r"\begin{matrix}", r"\end{matrix}", r"\\", "&", "{", "}", "(", ")", "[", "]", "^", "_",
            "x", "1", r"\text", r"\over", r"\limits", r"\sum", r"\def\a{\a\a}", r"\a", r"\middle|", r"\hline", r"\color{red}", r"\hspace{1em}", "'", r"\not", r"\not=",
            r"\begin{array}{c|c}", r"\end{array}", r"\mathbb", r"\vec", r"\overbrace", r"\tag{1}", r"\operatorname", r"\char65", r"\kern1pt", r"\substack", r"\binom", r"\genfrac",
        ]), 0..14)) {
            if let Found::Formula(formula) = at(&format!("${}$", parts.concat())) {
                let _ = formula.to_html();
            }
        }
    }
}
