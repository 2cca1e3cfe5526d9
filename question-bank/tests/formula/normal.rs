//! The normal form in which formulas are compared: structure and characters, without rows, spaces, styles and the
//! difference between `mi`, `mn`, `mo` and `mtext`.

use roxmltree::{Document, Node};
use unicode_normalization::UnicodeNormalization;

/// A part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Text(String),
    Element(String, Vec<Vec<Part>>),
}

pub fn of_mathml(text: &str) -> String {
    let text = text.trim_start_matches("<?xml version=\"1.0\"?>");
    let wrapped = format!("<all>{text}</all>");
    let document = Document::parse(&wrapped).expect("a formula is XML");
    show(&joined(parts(document.root_element())))
}

fn parts(node: Node<'_, '_>) -> Vec<Part> {
    let children = || node.children().filter(Node::is_element);
    match node.tag_name().name() {
        "mi" | "mn" | "mo" | "mtext" => text(node.text().unwrap_or_default()),
        "all" | "math" | "mrow" | "mstyle" | "mpadded" => children().flat_map(parts).collect(),
        "semantics" => children().take(1).flat_map(parts).collect(),
        "annotation" | "none" | "mspace" => Vec::new(),
        name @ ("msqrt" | "mtd" | "menclose" | "mphantom") => {
            let notation = node
                .attribute("notation")
                .map_or(String::new(), |n| format!(":{n}"));
            vec![element(
                &format!("{name}{notation}"),
                vec![children().flat_map(parts).collect()],
            )]
        }
        "mfrac" if node.attribute("linethickness") == Some("0") => {
            vec![element("noline", children().map(parts).collect())]
        }
        name => vec![element(name, children().map(parts).collect())],
    }
}

/// An element whose empty scripts are left out.
pub fn element(name: &str, arguments: Vec<Vec<Part>>) -> Part {
    let mut arguments: Vec<Vec<Part>> = arguments.into_iter().map(joined).collect();
    let (low, high) = match name {
        "munderover" => ("munder", "mover"),
        "msubsup" => ("msub", "msup"),
        _ => return Part::Element(name.to_owned(), arguments),
    };
    if arguments[2].is_empty() {
        arguments.remove(2);
        Part::Element(low.to_owned(), arguments)
    } else if arguments[1].is_empty() {
        arguments.remove(1);
        Part::Element(high.to_owned(), arguments)
    } else {
        Part::Element(name.to_owned(), arguments)
    }
}

pub fn text(text: &str) -> Vec<Part> {
    let text: String = text.chars().flat_map(canonical).collect();
    if text.is_empty() {
        Vec::new()
    } else {
        vec![Part::Text(text)]
    }
}

/// Letters of the mathematical blocks as plain letters; marks that mean the same as one of them.
fn canonical(c: char) -> Vec<char> {
    match c {
        '\u{2061}' | '\u{2062}' => Vec::new(),
        c if c.is_whitespace() => Vec::new(),
        '\u{2100}'..='\u{214f}' | '\u{1d400}'..='\u{1d7ff}' => c.nfkc().collect(),
        '\u{302}' => vec!['^'],
        '\u{303}' | '˜' => vec!['~'],
        '\u{304}' | '\u{305}' | '\u{203e}' => vec!['¯'],
        '\u{332}' => vec!['_'],
        '\u{307}' => vec!['˙'],
        '\u{fe37}' => vec!['⏞'],
        '\u{fe38}' => vec!['⏟'],
        '\u{2329}' => vec!['⟨'],
        '\u{232a}' => vec!['⟩'],
        '\u{2223}' => vec!['|'],
        '\u{2225}' => vec!['‖'],
        '-' => vec!['−'],
        c => vec![c],
    }
}

/// Texts side by side are one.
pub fn joined(parts: Vec<Part>) -> Vec<Part> {
    let mut joined: Vec<Part> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(Part::Text(before)), Part::Text(after)) => before.push_str(&after),
            (_, part) => joined.push(part),
        }
    }
    joined
}

pub fn show(parts: &[Part]) -> String {
    let shown = parts.iter().map(|part| match part {
        Part::Text(text) => text.clone(),
        Part::Element(name, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(|a| show(a)).collect();
            format!("{name}({})", arguments.join("; "))
        }
    });
    shown.collect::<Vec<_>>().join(" ")
}
