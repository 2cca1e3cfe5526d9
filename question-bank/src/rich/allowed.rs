//! The allow-list of rich texts and the sanitiser made of it. What is not named here does not reach a page.

use ammonia::{Builder, UrlRelative};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// HTML elements that a text may use.
const HTML_TAGS: [&str; 41] = [
    "p",
    "br",
    "div",
    "span",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "del",
    "ins",
    "sub",
    "sup",
    "small",
    "big",
    "tt",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "td",
    "th",
    "caption",
    "blockquote",
    "pre",
    "code",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "center",
];

/// MathML Core elements, plus `menclose` and `semantics`/`annotation` of files in the wild.
const MATH_TAGS: [&str; 30] = [
    "math",
    "mrow",
    "mi",
    "mn",
    "mo",
    "ms",
    "mtext",
    "mspace",
    "mfrac",
    "msqrt",
    "mroot",
    "mstyle",
    "mpadded",
    "mphantom",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mprescripts",
    "none",
    "mtable",
    "mtr",
    "mtd",
    "merror",
    "menclose",
    "semantics",
    "mfenced",
];

/// Attributes of MathML elements that change only how a formula looks.
const MATH_ATTRIBUTES: [&str; 29] = [
    "display",
    "displaystyle",
    "scriptlevel",
    "mathvariant",
    "stretchy",
    "fence",
    "separator",
    "form",
    "lspace",
    "rspace",
    "symmetric",
    "maxsize",
    "minsize",
    "largeop",
    "movablelimits",
    "accent",
    "accentunder",
    "linethickness",
    "columnalign",
    "rowalign",
    "columnspan",
    "rowspan",
    "width",
    "height",
    "depth",
    "voffset",
    "notation",
    "open",
    "close",
];

/// Classes that the formula converter uses on tables; the page's style sheet draws them.
const MATH_CLASSES: [&str; 19] = [
    "menv-alignlike",
    "menv-align",
    "menv-arraylike",
    "menv-cells-left",
    "menv-cells-right",
    "menv-cases",
    "menv-with-eqn",
    "menv-multline",
    "menv-right-solid",
    "menv-right-dashed",
    "menv-left-solid",
    "menv-left-dashed",
    "menv-border-only",
    "menv-nonumber",
    "menv-hline",
    "menv-hdashline",
    "cell-left",
    "cell-right",
    "menv-small",
];

/// Whether texts may use this element; what else is met in a file is reported by [`super::source`].
pub(super) fn is_allowed(tag: &str) -> bool {
    HTML_TAGS.contains(&tag) || MATH_TAGS.contains(&tag)
}

/// The one sanitiser; it is costly to make.
pub(super) static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(sanitiser);

fn sanitiser() -> Builder<'static> {
    let mut builder = Builder::new();
    let mut attributes: HashMap<&str, HashSet<&str>> = MATH_TAGS
        .iter()
        .map(|tag| (*tag, MATH_ATTRIBUTES.into_iter().collect()))
        .collect();
    attributes.insert("img", ["src", "alt", "width", "height"].into());
    attributes.insert("td", ["colspan", "rowspan", "align"].into());
    attributes.insert("th", ["colspan", "rowspan", "align"].into());
    attributes.insert("ol", ["start", "type"].into());
    let mut classes: HashMap<&str, HashSet<&str>> = ["mtable", "mtr", "mtd"]
        .into_iter()
        .map(|tag| (tag, MATH_CLASSES.into_iter().collect()))
        .collect();
    classes.insert("code", ["latex"].into());
    builder
        .tags(HTML_TAGS.into_iter().chain(MATH_TAGS).collect())
        .clean_content_tags(
            [
                "script",
                "style",
                "annotation",
                "annotation-xml",
                "title",
                "template",
            ]
            .into(),
        )
        .generic_attributes(HashSet::new())
        .tag_attributes(attributes)
        .allowed_classes(classes)
        .url_schemes(["media"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(None)
        .attribute_filter(|tag, attribute, value| {
            keep_attribute(tag, attribute, value).then(|| value.into())
        });
    builder
}

/// Pictures come from the paper's own media only; sizes are plain numbers.
fn keep_attribute(tag: &str, attribute: &str, value: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit());
    match (tag, attribute) {
        ("img", "src") => value.strip_prefix("media:").is_some_and(digits),
        ("img", "width" | "height") | ("td" | "th", "colspan" | "rowspan") | ("ol", "start") => digits(value),
        _ => value.len() <= 300,
    }
}
