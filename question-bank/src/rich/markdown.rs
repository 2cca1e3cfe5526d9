//! The small part of Markdown that is understood. Must never change what it does not understand.

use super::escape;
use super::formula::{self, Found};

/// The part of Markdown that is understood, as HTML. Formulas are kept out of it.
pub(super) fn to_html(source: &str) -> String {
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

/// Whether there is Markdown that is not understood.
pub(super) fn has_more(source: &str) -> bool {
    source.lines().map(str::trim_start).any(|line| {
        line.starts_with(['#', '>', '|'])
            || line.starts_with("- ")
            || line.starts_with("* ")
            || line.contains("](")
    })
}
