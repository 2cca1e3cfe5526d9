//! Office Math Markup (ECMA-376 part 1, 22.1) to MathML. Every construct of the standard is known; what else stands in
//! a formula keeps its text. Must never drop a character that is shown.

mod structure;
mod token;

use super::Node;
use crate::xml;
use roxmltree::Node as Xml;

/// Deepest nesting of constructs.
const MAX_DEPTH: usize = 64;

/// Why a formula is not converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file is not XML.
    #[error(transparent)]
    Xml(#[from] xml::Error),
    /// There is no `m:oMath` in it.
    #[error("tệp không có công thức OMML nào (no m:oMath in the file)")]
    NoFormula,
    /// Constructs nest too deep.
    #[error("công thức lồng nhau quá {MAX_DEPTH} tầng (constructs of the formula nest too deep)")]
    TooDeep,
}

/// The prefixes that fragments of Word files use without declaring them.
const PREFIXES: &str = "xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\" \
     xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
     xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
     xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" \
     xmlns:w14=\"http://schemas.microsoft.com/office/word/2010/wordml\" xmlns:v=\"urn:schemas-microsoft-com:vml\" \
     xmlns:o=\"urn:schemas-microsoft-com:office:office\"";

/// All formulas of an XML text, in its order. A fragment may use Word's prefixes without declaring them.
///
/// # Errors
/// The text is not XML, holds no formula, or nests too deep.
pub fn formulas(text: &str) -> Result<Vec<Node>, Error> {
    let text = text.trim_start_matches('\u{feff}');
    let wrapped;
    let document = match xml::parse(text) {
        Ok(document) => document,
        Err(xml::Error::Broken { ref reason, .. }) if reason.contains("namespace") => {
            let body = text
                .trim_start()
                .strip_prefix("<?xml")
                .and_then(|rest| rest.split_once("?>"))
                .map_or(text, |(_, body)| body);
            wrapped = format!("<fragment {PREFIXES}>{body}</fragment>");
            xml::parse(&wrapped)?
        }
        Err(error) => return Err(error.into()),
    };
    let formulas: Vec<Node> = document
        .descendants()
        .filter(|node| is_outer_formula(*node))
        .map(formula)
        .collect::<Result<_, _>>()?;
    if formulas.is_empty() {
        Err(Error::NoFormula)
    } else {
        Ok(formulas)
    }
}

fn is_outer_formula(node: Xml<'_, '_>) -> bool {
    match node.tag_name().name() {
        "oMathPara" => true,
        "oMath" => node
            .parent()
            .is_none_or(|parent| parent.tag_name().name() != "oMathPara"),
        _ => false,
    }
}

/// One `m:oMath` or `m:oMathPara`.
///
/// # Errors
/// It nests too deep.
pub fn formula(node: Xml<'_, '_>) -> Result<Node, Error> {
    let display = node.tag_name().name() == "oMathPara";
    let mut rows: Vec<Vec<Node>> = if display {
        xml::children(node, "oMath")
            .map(|line| content(line, 0))
            .collect::<Result<_, _>>()?
    } else {
        vec![content(node, 0)?]
    };
    if rows.len() == 1 {
        return Ok(Node::math(rows.remove(0), display));
    }
    let row = |cells| Node::element("mtr", vec![Node::element("mtd", cells)]);
    let table = Node::element("mtable", rows.into_iter().map(row).collect());
    Ok(Node::math(vec![table.with("columnalign", "left")], display))
}

/// What stands in an argument (`m:e`, `m:num`, …), in order.
fn content(node: Xml<'_, '_>, depth: usize) -> Result<Vec<Node>, Error> {
    if depth > MAX_DEPTH {
        return Err(Error::TooDeep);
    }
    let mut nodes = Vec::new();
    for part in xml::elements(node) {
        match part.tag_name().name() {
            "r" => token::run(part, &mut nodes),
            // Deleted text, and properties.
            "del" | "moveFrom" | "Fallback" => {}
            name if name.ends_with("Pr") => {}
            "t" => nodes.push(Node::token("mtext", xml::text(part))),
            _ => match structure::construct(part, depth + 1)? {
                Some(construct) => nodes.push(construct),
                // Insertions, links, content controls: their content counts.
                None => nodes.append(&mut content(part, depth + 1)?),
            },
        }
    }
    Ok(nodes)
}

/// An argument as one node; a missing one is empty.
fn argument(node: Xml<'_, '_>, name: &str, depth: usize) -> Result<Node, Error> {
    xml::child(node, name).map_or_else(
        || Ok(Node::element("mrow", Vec::new())),
        |part| content(part, depth).map(Node::row),
    )
}

#[cfg(test)]
mod tests;
