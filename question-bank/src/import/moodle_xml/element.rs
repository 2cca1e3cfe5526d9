//! Looking into elements of Moodle XML: child texts, formatted texts with their files, lines.

use crate::rich::picture::{Files, decode_base64};
use crate::rich::source::Format;
use roxmltree::Node;

/// Where lines begin, to find the line of an element without reading the file again.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(
            std::iter::once(0)
                .chain(text.match_indices('\n').map(|(at, _)| at + 1))
                .collect(),
        )
    }

    /// Line of an element, from 1.
    pub(super) fn line(&self, node: Node<'_, '_>) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= node.range().start)).unwrap_or(u32::MAX)
    }
}

/// The first child element of a name.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.has_tag_name(name))
}

/// All child elements of a name.
pub(super) fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.has_tag_name(name))
}

/// All text of an element, without its child elements.
pub(super) fn own_text(node: Node<'_, '_>) -> String {
    node.children()
        .filter_map(|child| child.text().filter(|_| child.is_text()))
        .collect()
}

/// The text of a child: of its `<text>` where it has one, else its own.
pub(super) fn text(node: Node<'_, '_>, name: &str) -> Option<String> {
    let child = child(node, name)?;
    Some(inner_text(child).trim().to_owned())
}

/// The text of an element: of its `<text>` where it has one, else its own.
pub(super) fn inner_text(node: Node<'_, '_>) -> String {
    own_text(child(node, "text").unwrap_or(node))
}

/// A formatted text with the files that come with it.
pub(super) struct Formatted {
    pub(super) text: String,
    pub(super) format: Format,
    pub(super) files: Files,
    /// Names of files whose base64 is broken.
    pub(super) broken: Vec<String>,
}

/// A formatted text: `<questiontext format="html"><text>…</text><file name="…" encoding="base64">…</file></…>`.
pub(super) fn formatted(node: Node<'_, '_>) -> Formatted {
    let format = match node.attribute("format").unwrap_or("moodle_auto_format") {
        "html" => Format::Html,
        "plain_text" => Format::Plain,
        "markdown" => Format::Markdown,
        _ => Format::Moodle,
    };
    let (mut files, mut broken) = (Files::new(), Vec::new());
    for file in children(node, "file") {
        let name = file.attribute("name").unwrap_or_default().to_owned();
        match decode_base64(&own_text(file)) {
            Some(data) => drop(files.insert(name, data)),
            None => broken.push(name),
        }
    }
    Formatted {
        text: inner_text(node),
        format,
        files,
        broken,
    }
}

/// `true`, `1`: as Moodle writes it in different versions.
pub(super) fn flag(node: Node<'_, '_>, name: &str) -> Option<bool> {
    match text(node, name)?.as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}
