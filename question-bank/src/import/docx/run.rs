//! A run: its text with its style, and the pictures and MathType objects in it. Must never take what lies outside the
//! file.

use super::body::push;
use super::line::{Line, Object, Style, mark};
use super::package::Package;
use crate::mathml::mtef;
use crate::xml;
use roxmltree::Node;

/// The style of run properties over another.
pub(super) fn style(properties: Node<'_, '_>, base: Style) -> Style {
    let mut style = base;
    for part in xml::elements(properties) {
        let value = xml::attribute(part, "val");
        let on = !matches!(value, Some("0" | "false" | "none" | "off"));
        match part.tag_name().name() {
            "b" => style.set(mark::BOLD, on),
            "i" => style.set(mark::ITALIC, on),
            "u" => style.set(mark::UNDERLINE, on),
            "strike" | "dstrike" => style.set(mark::STRIKE, on),
            "highlight" => style.set(mark::HIGHLIGHT, on),
            "shd" => {
                let fill = xml::attribute(part, "fill").unwrap_or("auto");
                style.set(mark::HIGHLIGHT, !matches!(fill, "auto" | "FFFFFF" | "ffffff"));
            }
            "vertAlign" => {
                style.set(mark::SUB, value == Some("subscript"));
                style.set(mark::SUPER, value == Some("superscript"));
            }
            "color" => {
                style.colour = value
                    .and_then(|text| u32::from_str_radix(text, 16).ok())
                    .unwrap_or(0);
            }
            "rFonts" => {
                let font = xml::attribute(part, "ascii").unwrap_or_default();
                let old = font.starts_with(".Vn") || font.to_uppercase().starts_with("VNI-");
                style.set(mark::OLD_FONT, old);
            }
            _ => {}
        }
    }
    style
}

/// Adds a run to the last line; breaks begin new ones.
pub(super) fn read(package: &Package, node: Node<'_, '_>, lines: &mut Vec<Line>) {
    let style = xml::child(node, "rPr").map_or(Style::default(), |p| style(p, Style::default()));
    let paragraph = lines.last().map_or(0, |line| line.paragraph);
    for part in xml::elements(node) {
        let text = match part.tag_name().name() {
            "t" => xml::text(part),
            "tab" => "\t".to_owned(),
            "noBreakHyphen" => "-".to_owned(),
            "sym" => symbol(part),
            "br" | "cr" => {
                lines.push(Line {
                    paragraph,
                    ..Line::default()
                });
                continue;
            }
            "drawing" | "pict" | "object" => {
                graphic(package, part, lines);
                continue;
            }
            "AlternateContent" => {
                let choice = xml::child(part, "Choice").or_else(|| xml::child(part, "Fallback"));
                for inner in choice.into_iter().flat_map(xml::elements) {
                    graphic(package, inner, lines);
                }
                continue;
            }
            "instrText" if xml::text(part).trim_start().starts_with("EQ ") => {
                let what = xml::text(part).trim().chars().take(40).collect();
                push(
                    lines,
                    Object::Unreadable(
                        "công thức viết bằng trường EQ; hãy viết lại bằng Equation",
                        "a formula in an EQ field; write it as an Equation",
                        what,
                    ),
                );
                continue;
            }
            _ => continue,
        };
        if let Some(line) = lines.last_mut() {
            line.push_text(&text, style);
        }
    }
}

/// A character of a symbol font: Unicode outside the private area, else known only by its font.
fn symbol(node: Node<'_, '_>) -> String {
    xml::attribute(node, "char")
        .and_then(|code| u32::from_str_radix(code, 16).ok())
        .and_then(char::from_u32)
        .filter(|c| !('\u{e000}'..='\u{f8ff}').contains(c))
        .unwrap_or('\u{25a1}')
        .to_string()
}

fn graphic(package: &Package, node: Node<'_, '_>, lines: &mut [Line]) {
    let find = |name: &str| node.descendants().find(|part| part.tag_name().name() == name);
    if let Some(ole) = find("OLEObject") {
        push(lines, ole_object(package, ole));
        return;
    }
    if find("txbxContent").is_some() {
        push(
            lines,
            Object::Unreadable(
                "khung chữ (text box) không đọc được; hãy đưa chữ vào đoạn văn",
                "a text box is not read; put its text into a paragraph",
                "text box".to_owned(),
            ),
        );
        return;
    }
    let identifier = find("blip")
        .and_then(|blip| xml::attribute(blip, "embed"))
        .or_else(|| find("imagedata").and_then(|data| xml::attribute(data, "id")));
    let Some(identifier) = identifier else {
        push(
            lines,
            Object::Unreadable(
                "hình vẽ bằng công cụ của Word hoặc nằm ngoài tệp; hãy chụp lại thành hình PNG",
                "a drawing of Word's own or a picture outside the file; insert it as PNG",
                node.tag_name().name().to_owned(),
            ),
        );
        return;
    };
    push(
        lines,
        match package.related(identifier) {
            Some((name, data)) => Object::Picture(name.to_owned(), data.into()),
            None => Object::Unreadable(
                "hình bị mất khỏi tệp",
                "a picture is missing from the file",
                identifier.to_owned(),
            ),
        },
    );
}

fn ole_object(package: &Package, node: Node<'_, '_>) -> Object {
    let program = node.attribute("ProgID").unwrap_or_default();
    if !program.starts_with("Equation") {
        return Object::Unreadable(
            "đối tượng nhúng không phải công thức",
            "an embedded object that is no formula",
            program.to_owned(),
        );
    }
    let data = xml::attribute(node, "id").and_then(|id| package.related(id));
    let unreadable = |why: String| {
        Object::Unreadable(
            "công thức MathType không đọc được",
            "a MathType formula is not read",
            why,
        )
    };
    match data.map(|(_, data)| mtef::convert(data)) {
        Some(Ok(formula)) => {
            // Within a line of text.
            Object::Formula(formula.to_string().replacen("\"block\"", "\"inline\"", 1))
        }
        Some(Err(error)) => unreadable(error.to_string()),
        None => unreadable("?".to_owned()),
    }
}
