//! Opening XML that other programs wrote: no document types, no entities of the file's own, bounded nesting and size.
//! Must never fetch anything and never be told to trust a file.

use roxmltree::{Document, Node, ParsingOptions};

/// Most elements, attributes and texts of one document.
const MAX_NODES: u32 = 4_000_000;
/// Deepest nesting: a formula in a table in a text box of a Word file has some 60 levels.
const MAX_DEPTH: usize = 256;

/// Why a text is not read as XML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A document type: it could declare entities.
    #[error("khai báo DOCTYPE không được nhận (a document type is not accepted)")]
    DocumentType,
    /// Elements nest deeper than any honest file.
    #[error("phần tử XML lồng nhau quá {MAX_DEPTH} tầng (XML elements nest too deep)")]
    TooDeep,
    /// Not well-formed, with line and column.
    #[error("XML hỏng, dòng {line} cột {column}: {reason} (broken XML)")]
    Broken {
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
        /// The parser's words.
        reason: String,
    },
}

/// Parses a document.
///
/// # Errors
/// A document type, too deep nesting, or XML that is not well-formed.
pub fn parse(text: &str) -> Result<Document<'_>, Error> {
    if nests_too_deep(text) {
        return Err(Error::TooDeep);
    }
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => Error::DocumentType,
        other => Error::Broken {
            line: other.pos().row,
            column: other.pos().col,
            reason: other.to_string(),
        },
    })
}

/// Counts tags without understanding them; CDATA and comments are skipped.
fn nests_too_deep(text: &str) -> bool {
    let (mut rest, mut depth) = (text, 0usize);
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let end = |sign: &str| rest.find(sign).map_or(rest.len(), |length| length + sign.len());
        let length = if rest.starts_with("<![CDATA[") {
            end("]]>")
        } else if rest.starts_with("<!--") {
            end("-->")
        } else {
            let length = end(">");
            if rest.starts_with("</") {
                depth = depth.saturating_sub(1);
            } else if !rest[..length].ends_with("/>") && !rest.starts_with("<?") && !rest.starts_with("<!") {
                depth += 1;
            }
            length
        };
        if depth > MAX_DEPTH {
            return true;
        }
        rest = &rest[length..];
    }
    false
}

/// The first child element of a local name, whatever its namespace.
pub(crate) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

/// All child elements of a local name.
pub(crate) fn children<'a, 'i, 'n>(
    node: Node<'a, 'i>,
    name: &'n str,
) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i, 'n> {
    elements(node).filter(move |child| child.tag_name().name() == name)
}

/// All child elements.
pub(crate) fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
    node.children().filter(Node::is_element)
}

/// An attribute by local name, whatever its namespace.
pub(crate) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes()
        .find(|attribute| attribute.name() == name)
        .map(|attribute| attribute.value())
}

/// All text within an element.
pub(crate) fn text(node: Node<'_, '_>) -> String {
    node.descendants()
        .filter(Node::is_text)
        .filter_map(|part| part.text())
        .collect()
}

/// Text as XML content or attribute value.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_documents_are_refused() {
        assert_eq!(
            parse("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>").unwrap_err(),
            Error::DocumentType
        );
        let deep = "<a>".repeat(300) + &"</a>".repeat(300);
        assert_eq!(parse(&deep).unwrap_err(), Error::TooDeep);
        assert!(matches!(
            parse("<a>\n<b></a>").unwrap_err(),
            Error::Broken { line: 2, .. }
        ));
        assert!(parse("<a><![CDATA[<b><b>]]><!-- <c> --></a>").is_ok());
    }
}
