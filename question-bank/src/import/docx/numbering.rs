//! Automatic numbers of Word ("Câu 1.", "A.") as text (ECMA-376 part 1, 17.9). Must never show a number that Word would
//! not.

use super::package::Package;
use crate::xml;
use roxmltree::Node;
use std::collections::BTreeMap;

/// One level of a list.
#[derive(Clone, Debug)]
struct Level {
    start: u32,
    format: String,
    text: String,
}

/// The lists of a file with their counters.
#[derive(Default)]
pub(super) struct Numbering {
    /// List to its abstract list.
    lists: BTreeMap<String, String>,
    levels: BTreeMap<(String, u8), Level>,
    starts: BTreeMap<(String, u8), u32>,
    /// Paragraph style to list and level.
    styles: BTreeMap<String, (String, u8)>,
    counters: BTreeMap<(String, u8), u32>,
}

impl Numbering {
    pub(super) fn read(package: &Package) -> Self {
        let mut numbering = Self::default();
        if let Some(document) = package
            .text("word/numbering.xml")
            .and_then(|text| xml::parse(text).ok())
        {
            numbering.read_lists(document.root_element());
        }
        if let Some(document) = package
            .text("word/styles.xml")
            .and_then(|text| xml::parse(text).ok())
        {
            for style in xml::children(document.root_element(), "style") {
                let list = xml::child(style, "pPr").and_then(list_of);
                if let (Some(list), Some(name)) = (list, xml::attribute(style, "styleId")) {
                    numbering.styles.insert(name.to_owned(), list);
                }
            }
        }
        numbering
    }

    fn read_lists(&mut self, root: Node<'_, '_>) {
        for list in xml::children(root, "abstractNum") {
            let name = xml::attribute(list, "abstractNumId").unwrap_or_default();
            for level in xml::children(list, "lvl") {
                let value = |part| xml::child(level, part).and_then(|node| xml::attribute(node, "val"));
                let read = Level {
                    start: value("start").and_then(|text| text.parse().ok()).unwrap_or(1),
                    format: value("numFmt").unwrap_or("decimal").to_owned(),
                    text: value("lvlText").unwrap_or_default().to_owned(),
                };
                self.levels.insert((name.to_owned(), level_number(level)), read);
            }
        }
        for list in xml::children(root, "num") {
            let name = xml::attribute(list, "numId").unwrap_or_default();
            let of = xml::child(list, "abstractNumId").and_then(|node| xml::attribute(node, "val"));
            self.lists
                .insert(name.to_owned(), of.unwrap_or_default().to_owned());
            for changed in xml::children(list, "lvlOverride") {
                let start = xml::child(changed, "startOverride").and_then(|node| xml::attribute(node, "val"));
                if let Some(start) = start.and_then(|text| text.parse().ok()) {
                    self.starts
                        .insert((name.to_owned(), level_number(changed)), start);
                }
            }
        }
    }

    /// The number in front of a paragraph, counted on; none for bullets and paragraphs of no list.
    pub(super) fn label(&mut self, properties: Option<Node<'_, '_>>) -> Option<String> {
        let properties = properties?;
        let (list, level) = list_of(properties).or_else(|| {
            let style = xml::child(properties, "pStyle").and_then(|node| xml::attribute(node, "val"))?;
            self.styles.get(style).cloned()
        })?;
        let kind = self.lists.get(&list)?.clone();
        let shape = self.levels.get(&(kind.clone(), level))?.clone();
        // Lists of one abstract list count together, unless one starts anew.
        let counter = if self.starts.contains_key(&(list.clone(), level)) {
            format!("#{list}")
        } else {
            kind.clone()
        };
        let start = *self.starts.get(&(list, level)).unwrap_or(&shape.start);
        let next = self
            .counters
            .get(&(counter.clone(), level))
            .map_or(start, |last| last + 1);
        self.counters.insert((counter.clone(), level), next);
        self.counters
            .retain(|(name, deeper), _| *name != counter || *deeper <= level);
        if shape.format == "bullet" || shape.format == "none" {
            return None;
        }
        let mut label = shape.text.clone();
        for upper in 0..=level {
            let number = self.counters.get(&(counter.clone(), upper)).copied().unwrap_or(1);
            let format = self
                .levels
                .get(&(kind.clone(), upper))
                .map_or("decimal", |shape| shape.format.as_str());
            label = label.replace(&format!("%{}", upper + 1), &formatted(number, format));
        }
        (!label.trim().is_empty()).then_some(label)
    }
}

fn level_number(node: Node<'_, '_>) -> u8 {
    xml::attribute(node, "ilvl")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0)
}

fn list_of(properties: Node<'_, '_>) -> Option<(String, u8)> {
    let list = xml::child(properties, "numPr")?;
    let value = |part| xml::child(list, part).and_then(|node| xml::attribute(node, "val"));
    let number = value("numId").filter(|number| *number != "0")?;
    let level = value("ilvl").and_then(|text| text.parse().ok()).unwrap_or(0);
    Some((number.to_owned(), level))
}

fn formatted(number: u32, format: &str) -> String {
    let letter = |first: u8| {
        let at = u8::try_from((number.max(1) - 1) % 26).unwrap_or(0);
        char::from(first + at).to_string()
    };
    match format {
        "upperLetter" => letter(b'A'),
        "lowerLetter" => letter(b'a'),
        "upperRoman" => roman(number),
        "lowerRoman" => roman(number).to_lowercase(),
        "decimalZero" => format!("{number:02}"),
        _ => number.to_string(),
    }
}

fn roman(mut number: u32) -> String {
    const SIGNS: [(u32, &str); 9] = [
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    number = number.min(399);
    let mut text = String::new();
    for (value, sign) in SIGNS {
        while number >= value {
            text.push_str(sign);
            number -= value;
        }
    }
    text
}
