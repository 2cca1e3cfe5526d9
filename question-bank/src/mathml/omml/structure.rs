//! The constructs of OMML, one function each, named as in ECMA-376 part 1, 22.1.2. Must never read a property that the
//! standard does not give the construct.

use super::{Error, Node, argument, content};
use crate::xml;
use roxmltree::Node as Xml;

/// A construct, or none if the element is no construct of a formula.
pub(super) fn construct(node: Xml<'_, '_>, depth: usize) -> Result<Option<Node>, Error> {
    let part = |name| argument(node, name, depth);
    Ok(Some(match node.tag_name().name() {
        "acc" => accent(node, depth)?,
        "bar" => bar(node, depth)?,
        "borderBox" => border_box(node, depth)?,
        "box" => part("e")?,
        "d" => delimiter(node, depth)?,
        "eqArr" => equation_array(node, depth)?,
        "f" => fraction(node, depth)?,
        "func" => Node::row(vec![part("fName")?, Node::token("mo", "\u{2061}"), part("e")?]),
        "groupChr" => group_character(node, depth)?,
        "limLow" => Node::element("munder", vec![part("e")?, part("lim")?]),
        "limUpp" => Node::element("mover", vec![part("e")?, part("lim")?]),
        "m" => matrix(node, depth)?,
        "nary" => n_ary(node, depth)?,
        "phant" => phantom(node, depth)?,
        "rad" => radical(node, depth)?,
        "sPre" => {
            let prescripts = Node::element("mprescripts", Vec::new());
            Node::element(
                "mmultiscripts",
                vec![part("e")?, prescripts, part("sub")?, part("sup")?],
            )
        }
        "sSub" => Node::element("msub", vec![part("e")?, part("sub")?]),
        "sSubSup" => Node::element("msubsup", vec![part("e")?, part("sub")?, part("sup")?]),
        "sSup" => Node::element("msup", vec![part("e")?, part("sup")?]),
        _ => return Ok(None),
    }))
}

/// The value of a property, from the construct's or run's property element.
pub(super) fn value<'a>(properties: Xml<'a, '_>, name: &str) -> Option<&'a str> {
    xml::attribute(xml::child(properties, name)?, "val")
}

/// A switch (ECMA-376 part 1, 22.9.2.7): present without a value means on.
pub(super) fn is_on(properties: Xml<'_, '_>, name: &str, default: bool) -> bool {
    xml::child(properties, name).map_or(default, |property| {
        !matches!(xml::attribute(property, "val"), Some("0" | "off" | "false"))
    })
}

fn property<'a>(node: Xml<'a, '_>, properties: &str, name: &str) -> Option<&'a str> {
    value(xml::child(node, properties)?, name)
}

fn switch(node: Xml<'_, '_>, properties: &str, name: &str, default: bool) -> bool {
    xml::child(node, properties).map_or(default, |p| is_on(p, name, default))
}

/// A combining mark as the character that MathML draws above or below.
fn spacing(mark: &str) -> &str {
    match mark {
        "\u{300}" => "`",
        "\u{301}" => "´",
        "\u{302}" => "^",
        "\u{303}" => "~",
        "\u{304}" | "\u{305}" | "\u{33f}" => "¯",
        "\u{306}" => "˘",
        "\u{307}" => "˙",
        "\u{308}" => "¨",
        "\u{30a}" => "˚",
        "\u{30c}" => "ˇ",
        "\u{332}" => "_",
        "\u{20d6}" => "←",
        "\u{20d7}" => "→",
        "\u{20e1}" => "↔",
        "\u{20d0}" => "↼",
        "\u{20d1}" => "⇀",
        other => other,
    }
}

fn accent(node: Xml<'_, '_>, depth: usize) -> Result<Node, Error> {
    let mark = property(node, "accPr", "chr").unwrap_or("\u{302}");
    let mark = Node::token("mo", spacing(mark));
    Ok(Node::element("mover", vec![argument(node, "e", depth)?, mark]).with("accent", "true"))
}

fn bar(node: Xml<'_, '_>, depth: usize) -> Result<Node, Error> {
    let base = argument(node, "e", depth)?;
    Ok(if property(node, "barPr", "pos") == Some("top") {
        Node::element("mover", vec![base, Node::token("mo", "¯")]).with("accent", "true")
    } else {
        Node::element("munder", vec![base, Node::token("mo", "_")]).with("accentunder", "true")
    })
}

fn border_box(node: Xml<'_, '_>, depth: usize) -> Result<Node, Error> {
    let on = |name| switch(node, "borderBoxPr", name, false);
    let sides = [
        ("hideTop", 1u8),
        ("hideBot", 2),
        ("hideLeft", 4),
        ("hideRight", 8),
    ];
    let shown = sides
        .iter()
        .filter(|(name, _)| !on(name))
        .map(|(_, bit)| bit)
        .sum::<u8>();
    let strikes = [
        ("strikeH", 1u8),
        ("strikeV", 2),
        ("strikeBLTR", 4),
        ("strikeTLBR", 8),
    ];
    let struck = strikes
        .iter()
        .filter(|(name, _)| on(name))
        .map(|(_, bit)| bit)
        .sum::<u8>();
    let content = argument(node, "e", depth)?;
    let content = match struck {
        0 => content,
        1 => enclose("horizontalstrike", content),
        2 => enclose("verticalstrike", content),
        4 => enclose("updiagonalstrike", content),
        8 => enclose("downdiagonalstrike", content),
        12 => enclose("updiagonalstrike downdiagonalstrike", content),
        _ => enclose("horizontalstrike verticalstrike", content),
    };
    let mut boxed = content;
    if shown == 15 {
        return Ok(enclose("box", boxed));
    }
    for (bit, name) in [(1u8, "top"), (2, "bottom"), (4, "left"), (8, "right")] {
        if shown & bit != 0 {
            boxed = enclose(name, boxed);
        }
    }
    Ok(boxed)
}

fn enclose(notation: &'static str, content: Node) -> Node {
    Node::element("menclose", vec![content]).with("notation", notation)
}

fn delimiter(node: Xml<'_, '_>, depth: usize) -> Result<Node, Error> {
    let properties = xml::child(node, "dPr");
    // Present without a value means none.
    let character = |name: &str, default: &'static str| {
        properties
            .and_then(|p| xml::child(p, name))
            .map_or(default.to_owned(), |p| {
                xml::attribute(p, "val").unwrap_or_default().trim().to_owned()
            })
    };
    let fence = |text: String| Node::token("mo", text).with("fence", "true");
    let (open, close) = (character("begChr", "("), character("endChr", ")"));
    let separator = character("sepChr", "|");
    let mut row = Vec::new();
    if !open.is_empty() {
        row.push(fence(open).with("form", "prefix"));
    }
    for (index, part) in xml::children(node, "e").enumerate() {
        if index > 0 && !separator.is_empty() {
            row.push(Node::token("mo", separator.clone()).with("separator", "true"));
        }
        row.push(Node::row(content(part, depth)?));
    }
    if !close.is_empty() {
        row.push(fence(close).with("form", "postfix"));
    }
    Ok(Node::element("mrow", row))
}

fn equation_array(node: Xml<'_, '_>, depth: usize) -> Result<Node, Error> {
    let mut rows = Vec::new();
    for part in xml::children(node, "e") {
        // `&` stands at the points of alignment (22.1.2.34).
        let mut cells = vec![Vec::new()];
        for piece in content(part, depth)? {
            if piece.name() == "mo" && piece.text() == "&" {
                cells.push(Vec::new());
            } else if let Some(cell) = cells.last_mut() {
                cell.push(piece);
            }
        }
        let cells = cells.into_iter().map(|cell| Node::element("mtd", cell));
        rows.push(Node::element("mtr", cells.collect()));
    }
    Ok(Node::element("mtable", rows).with("columnalign", "left"))
}

fn fraction(node: Xml<'_, '_>, depth: usize) -> Result<Node, Error> {
    let parts = vec![argument(node, "num", depth)?, argument(node, "den", depth)?];
    Ok(match property(node, "fPr", "type") {
        Some("noBar") => Node::element("mfrac", parts).with("linethickness", "0"),
        // MathML Core draws both upright; a row `a + b / c` would mean something else.
        Some("skw" | "lin") => Node::element("mfrac", parts).with("bevelled", "true"),
        _ => Node::element("mfrac", parts),
    })
}

fn group_character(node: Xml<'_, '_>, depth: usize) -> Result<Node, Error> {
    let character = property(node, "groupChrPr", "chr").unwrap_or("⏟");
    let on_top = property(node, "groupChrPr", "pos") == Some("top");
    let base = argument(node, "e", depth)?;
    let sign = Node::token("mo", character).with("stretchy", "true");
    // An arrow with text above or below is about the arrow: a reaction, a map.
    let is_arrow = character
        .chars()
        .all(|c| matches!(c, '\u{2190}'..='\u{21ff}' | '\u{27f0}'..='\u{27ff}'));
    Ok(match (is_arrow, on_top) {
        (true, true) => Node::element("munder", vec![sign, base]),
        (true, false) => Node::element("mover", vec![sign, base]),
        (false, true) => Node::element("mover", vec![base, sign]),
        (false, false) => Node::element("munder", vec![base, sign]),
    })
}

fn matrix(node: Xml<'_, '_>, depth: usize) -> Result<Node, Error> {
    let mut rows = Vec::new();
    for row in xml::children(node, "mr") {
        let cells: Vec<Node> = xml::children(row, "e")
            .map(|cell| Ok(Node::element("mtd", content(cell, depth)?)))
            .collect::<Result<_, Error>>()?;
        rows.push(Node::element("mtr", cells));
    }
    Ok(Node::element("mtable", rows))
}

fn n_ary(node: Xml<'_, '_>, depth: usize) -> Result<Node, Error> {
    let sign = property(node, "naryPr", "chr").unwrap_or("∫");
    let is_integral = sign.chars().all(|c| matches!(c, '\u{222b}'..='\u{2233}'));
    let limits = property(node, "naryPr", "limLoc");
    let beside = limits.map_or(is_integral, |place| place == "subSup");
    let sub = argument(node, "sub", depth)?;
    let sup = argument(node, "sup", depth)?;
    let sign = Node::token("mo", sign);
    let operator = match (sub.is_empty_row(), sup.is_empty_row(), beside) {
        (true, true, _) => sign,
        (false, true, true) => Node::element("msub", vec![sign, sub]),
        (false, true, false) => Node::element("munder", vec![sign, sub]),
        (true, false, true) => Node::element("msup", vec![sign, sup]),
        (true, false, false) => Node::element("mover", vec![sign, sup]),
        (false, false, true) => Node::element("msubsup", vec![sign, sub, sup]),
        (false, false, false) => Node::element("munderover", vec![sign, sub, sup]),
    };
    Ok(Node::element("mrow", vec![operator, argument(node, "e", depth)?]))
}

fn phantom(node: Xml<'_, '_>, depth: usize) -> Result<Node, Error> {
    let base = argument(node, "e", depth)?;
    Ok(if switch(node, "phantPr", "show", true) {
        Node::element("mpadded", vec![base])
    } else {
        Node::element("mphantom", vec![base])
    })
}

fn radical(node: Xml<'_, '_>, depth: usize) -> Result<Node, Error> {
    let (base, degree) = (argument(node, "e", depth)?, argument(node, "deg", depth)?);
    Ok(
        if degree.is_empty_row() || switch(node, "radPr", "degHide", false) {
            Node::element("msqrt", vec![base])
        } else {
            Node::element("mroot", vec![base, degree])
        },
    )
}
