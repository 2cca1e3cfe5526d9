//! Moodle XML (docs/formats.md says what is read). The document and its lines are handled here, what stands in one
//! question in [`question`]. Must never resolve an entity that the file declares: document types are refused.

mod element;
mod group;
mod question;

use super::collect::Findings;
use super::{Import, encoding};
use crate::fault::{Fault, Message};
use element::Lines;
use roxmltree::{Document, ParsingOptions};

/// Most elements, attributes and texts of a file: some 20,000 questions of Moodle's own export.
const MAX_NODES: u32 = 2_000_000;
/// Deepest nesting: Moodle's own files have 6.
const MAX_DEPTH: usize = 64;

/// Reads a Moodle XML file.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn moodle_xml(bytes: &[u8]) -> Result<Import, Vec<Fault>> {
    read(&encoding::decode(bytes).map_err(|fault| vec![fault])?)
}

pub(super) fn read(text: &str) -> Result<Import, Vec<Fault>> {
    check_declaration(text).map_err(|fault| vec![fault])?;
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    let document =
        Document::parse_with_options(text, options).map_err(|error| vec![xml_fault(text, &error)])?;
    let root = document.root_element();
    if root.tag_name().name() != "quiz" {
        let name = root.tag_name().name();
        return Err(vec![Fault::new(Message::new(
            format!("đây không phải tệp Moodle XML: phần tử gốc là <{name}>, không phải <quiz>"),
            format!("this is no Moodle XML file: the root element is <{name}>, not <quiz>"),
        ))]);
    }
    let lines = Lines::of(text);
    let mut findings = Findings::default();
    let mut reader = question::Reader {
        lines: &lines,
        findings: &mut findings,
        category: Vec::new(),
    };
    let questions = root.children().filter(roxmltree::Node::is_element);
    let read: Vec<_> = (1..)
        .zip(questions)
        .filter_map(|(number, node)| reader.read(node, number))
        .collect();
    findings.finish(read)
}

/// The reader works on decoded text, so a declared encoding must be the one that was read; a depth that would need a
/// deep stack and a document type are refused before anything else looks at the text.
fn check_declaration(text: &str) -> Result<(), Fault> {
    let declaration = text
        .trim_start()
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"))
        .map_or("", |(d, _)| d);
    let encoding = declaration.split_once("encoding").map_or("", |(_, rest)| rest);
    let encoding = encoding
        .trim_start_matches([' ', '=', '"', '\''])
        .split(['"', '\''])
        .next()
        .unwrap_or_default();
    if !matches!(
        encoding.to_ascii_lowercase().as_str(),
        "" | "utf-8" | "utf8" | "utf-16" | "utf-16le" | "utf-16be" | "us-ascii"
    ) {
        let at = text.find("encoding").unwrap_or(0);
        return Err(Fault::new(Message::new(
            format!("bảng mã «{encoding}» không được nhận; hãy lưu lại tệp dưới dạng UTF-8"),
            format!("encoding “{encoding}” is not accepted; save the file as UTF-8"),
        ))
        .at_line(encoding::line_of(text, at)));
    }
    if let Some(at) = too_deep(text) {
        return Err(Fault::new(Message::new(
            format!("các phần tử XML lồng nhau quá {MAX_DEPTH} tầng"),
            format!("XML elements are nested more than {MAX_DEPTH} deep"),
        ))
        .at_line(encoding::line_of(text, at)));
    }
    Ok(())
}

/// Where tags nest too deep, counted without understanding them: CDATA and comments are skipped.
fn too_deep(text: &str) -> Option<usize> {
    let (mut at, mut depth) = (0, 0usize);
    while let Some(found) = text[at..].find('<') {
        let start = at + found;
        let rest = &text[start..];
        let skip = |end: &str| rest.find(end).map_or(rest.len(), |length| length + end.len());
        let length = if rest.starts_with("<![CDATA[") {
            skip("]]>")
        } else if rest.starts_with("<!--") {
            skip("-->")
        } else {
            let length = skip(">");
            let is_end = rest.starts_with("</");
            let is_alone = rest[..length].ends_with("/>") || rest.starts_with("<?") || rest.starts_with("<!");
            depth = if is_end {
                depth.saturating_sub(1)
            } else {
                depth + usize::from(!is_alone)
            };
            length
        };
        if depth > MAX_DEPTH {
            return Some(start);
        }
        at = start + length;
    }
    None
}

fn xml_fault(text: &str, error: &roxmltree::Error) -> Fault {
    if *error == roxmltree::Error::DtdDetected {
        let at = text.find("<!DOCTYPE").unwrap_or(0);
        return Fault::new(Message::new(
            "tệp khai báo DOCTYPE; vì an toàn, tệp có DOCTYPE hay thực thể tự đặt không được nhận",
            "the file declares a DOCTYPE; for safety, files with document types or entities of their own are refused",
        ))
        .at_line(encoding::line_of(text, at));
    }
    Fault::new(Message::new(
        format!("XML bị hỏng: {error}"),
        format!("broken XML: {error}"),
    ))
    .at_line(error.pos().row)
}

#[cfg(test)]
mod tests;
