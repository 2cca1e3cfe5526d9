//! What is drawn around one character (EMBELL records, the same codes in all versions). Must never drop one.

use super::Node;

/// A character with one embellishment.
pub(super) fn embellished(base: Node, code: u8) -> Node {
    match code {
        5 => prime(base, "′"),
        6 => prime(base, "″"),
        18 => prime(base, "‴"),
        7 => {
            let scripts = [
                Node::element("mprescripts", Vec::new()),
                Node::element("none", Vec::new()),
                Node::token("mo", "‵"),
            ];
            Node::element("mmultiscripts", std::iter::once(base).chain(scripts).collect())
        }
        10 | 22 => enclose(base, "updiagonalstrike"),
        16 => enclose(base, "horizontalstrike"),
        21 => enclose(base, "updiagonalstrike downdiagonalstrike"),
        23 => enclose(base, "downdiagonalstrike"),
        _ => match (over(code), under(code)) {
            (Some(mark), _) => {
                Node::element("mover", vec![base, Node::token("mo", mark)]).with("accent", "true")
            }
            (None, Some(mark)) => Node::element("munder", vec![base, Node::token("mo", mark)]),
            (None, None) => Node::element("mover", vec![base, Node::token("mo", "\u{fffd}")]),
        },
    }
}

fn prime(base: Node, sign: &str) -> Node {
    Node::element("msup", vec![base, Node::token("mo", sign)])
}

fn enclose(base: Node, notation: &'static str) -> Node {
    Node::element("menclose", vec![base]).with("notation", notation)
}

fn over(code: u8) -> Option<&'static str> {
    Some(match code {
        2 => "˙",
        3 => "¨",
        4 => "\u{20db}",
        24 => "\u{20dc}",
        8 => "˜",
        9 => "^",
        11 => "→",
        12 => "←",
        13 => "↔",
        14 => "⇀",
        15 => "↼",
        17 => "¯",
        19 => "⌢",
        20 => "⌣",
        _ => return None,
    })
}

fn under(code: u8) -> Option<&'static str> {
    Some(match code {
        25 => "˙",
        26 => "¨",
        27 => "\u{20db}",
        28 => "\u{20dc}",
        29 => "_",
        30 => "˜",
        31 => "⌢",
        32 => "⌣",
        33 => "→",
        34 => "←",
        35 => "↔",
        36 => "⇁",
        37 => "↽",
        _ => return None,
    })
}
