//! The main document as lines and tables (ECMA-376 part 1, 17): runs joined, automatic numbers as text, formulas and
//! pictures read. Must never decide what a line means.

use super::line::{Line, Object, Style, mark};
use super::numbering::Numbering;
use super::package::Package;
use super::run;
use crate::fault::Message;
use crate::mathml::omml;
use crate::xml;
use roxmltree::Node;
use unicode_normalization::UnicodeNormalization;

/// A piece of the document.
#[derive(Clone, Debug)]
pub(super) enum Block {
    Line(Line),
    /// Rows of cells of lines.
    Table(Vec<Vec<Vec<Line>>>),
}

/// Reads the main document.
pub(super) fn read(package: &Package) -> Result<Vec<Block>, Message> {
    let text = package.text("word/document.xml").ok_or_else(|| {
        Message::new(
            "không phải tệp Word (.docx): thiếu word/document.xml",
            "no Word file (.docx): word/document.xml is missing",
        )
    })?;
    let document = xml::parse(text).map_err(|error| {
        Message::new(
            format!("nội dung tệp Word hỏng: {error}"),
            format!("the Word file's content is broken: {error}"),
        )
    })?;
    let body = xml::child(document.root_element(), "body").unwrap_or(document.root_element());
    let mut reader = Reader {
        package,
        numbering: Numbering::read(package),
        paragraph: 0,
    };
    let mut blocks = Vec::new();
    reader.blocks(body, &mut blocks);
    Ok(blocks)
}

struct Reader<'p> {
    package: &'p Package,
    numbering: Numbering,
    paragraph: u32,
}

impl Reader<'_> {
    fn blocks(&mut self, node: Node<'_, '_>, blocks: &mut Vec<Block>) {
        for part in xml::elements(node) {
            match part.tag_name().name() {
                "p" => blocks.extend(self.paragraph(part).into_iter().map(Block::Line)),
                "tbl" => blocks.push(Block::Table(self.table(part))),
                "sectPr" | "del" | "moveFrom" => {}
                // Content controls, insertions, custom markup.
                _ => self.blocks(part, blocks),
            }
        }
    }

    fn table(&mut self, node: Node<'_, '_>) -> Vec<Vec<Vec<Line>>> {
        let mut rows = Vec::new();
        for row in xml::children(node, "tr") {
            let mut cells = Vec::new();
            for cell in xml::children(row, "tc") {
                let mut blocks = Vec::new();
                self.blocks(cell, &mut blocks);
                let lines = blocks.into_iter().flat_map(|block| match block {
                    Block::Line(line) => vec![line],
                    Block::Table(rows) => {
                        let mut line = Line {
                            paragraph: self.paragraph,
                            ..Line::default()
                        };
                        line.push_object(Object::Table(rows));
                        vec![line]
                    }
                });
                cells.push(lines.collect());
            }
            rows.push(cells);
        }
        rows
    }

    /// The lines of a paragraph: breaks part them.
    fn paragraph(&mut self, node: Node<'_, '_>) -> Vec<Line> {
        self.paragraph += 1;
        let properties = xml::child(node, "pPr");
        let mut line = Line {
            paragraph: self.paragraph,
            ..Line::default()
        };
        if let Some(label) = self.numbering.label(properties) {
            let style = properties
                .and_then(|p| xml::child(p, "rPr"))
                .map_or(Style::default(), |p| run::style(p, Style::default()));
            line.push_text(&label, style);
            line.push_text(" ", Style::default());
        }
        let mut lines = vec![line];
        self.inline(node, &mut lines);
        lines.into_iter().map(normalised).collect()
    }

    fn inline(&mut self, node: Node<'_, '_>, lines: &mut Vec<Line>) {
        for part in xml::elements(node) {
            match part.tag_name().name() {
                "r" => run::read(self.package, part, lines),
                "oMath" | "oMathPara" => push(lines, formula(part)),
                "pPr" | "del" | "moveFrom" | "Fallback" => {}
                _ => self.inline(part, lines),
            }
        }
    }
}

/// Puts an object at the end of the last line.
pub(super) fn push(lines: &mut [Line], object: Object) {
    if let Some(line) = lines.last_mut() {
        line.push_object(object);
    }
}

fn formula(node: Node<'_, '_>) -> Object {
    match omml::formula(node) {
        Ok(formula) => Object::Formula(formula.to_string()),
        Err(error) => Object::Unreadable(
            "công thức không đọc được",
            "a formula is not read",
            error.to_string(),
        ),
    }
}

/// NFC, with the first glyph's style for letters that were written in parts; hard blanks as blanks.
fn normalised(line: Line) -> Line {
    let is_plain = |c: char| c.is_ascii() || ('\u{c0}'..='\u{2ff}').contains(&c);
    if line.glyphs.iter().all(|glyph| is_plain(glyph.c)) {
        return line;
    }
    let mut result = Line {
        paragraph: line.paragraph,
        ..Line::default()
    };
    for group in line
        .glyphs
        .chunk_by(|_, next| unicode_normalization::char::is_combining_mark(next.c))
    {
        if group[0].object.is_some() || group.len() == 1 {
            let mut glyph = group[0].clone();
            if matches!(glyph.c, '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}') {
                glyph.c = ' ';
            }
            result.glyphs.push(glyph);
            if group[0].object.is_some() {
                result.glyphs.extend(group[1..].iter().cloned());
            }
            continue;
        }
        let text: String = group.iter().map(|glyph| glyph.c).nfc().collect();
        let mut style = group[0].style;
        style.set(mark::OLD_FONT, style.has(mark::OLD_FONT));
        result.push_text(&text, style);
    }
    result
}
