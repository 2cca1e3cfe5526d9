//! Objects of MTEF as MathML. Scripts of MTEF follow their base; here they take it from the row. Must never take more
//! than one construct as a base, brackets with what is between them counting as one.

use super::Node;
use super::character::{self, Class};
use super::embellishment::embellished;
use super::record::{Character, Matrix, Object};
use super::template::{Limits, Template};

/// Objects in a row.
pub(super) fn row(objects: &[Object]) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut at = 0;
    while let Some(object) = objects.get(at) {
        at += 1;
        match object {
            Object::Character(first) => {
                let joined = joined_length(&objects[at - 1..]);
                nodes.push(if joined > 1 {
                    at += joined - 1;
                    joined_token(first, &objects[at - joined..at])
                } else {
                    decorated(first)
                });
            }
            Object::Template(Template::Script { precedes: true }, slots) => {
                let base = objects.get(at).map_or_else(empty, |next| {
                    at += 1;
                    Node::row(row(std::slice::from_ref(next)))
                });
                nodes.push(prescripts(base, slots));
            }
            Object::Template(Template::Script { precedes: false }, slots) => {
                let base = base_of_script(&mut nodes);
                nodes.push(scripts(base, slots));
            }
            Object::Template(template, slots) => nodes.push(template_node(template, slots)),
            Object::Line(line) => nodes.extend(line.iter().flat_map(|line| row(line))),
            Object::Pile(lines) => nodes.push(pile(lines)),
            Object::Matrix(matrix) => nodes.push(matrix_node(matrix)),
        }
    }
    nodes
}

/// How many characters from here make one token: a number, a function's name, text.
fn joined_length(objects: &[Object]) -> usize {
    let class_at = |index: usize| match objects.get(index) {
        Some(Object::Character(c)) if c.embellishments.is_empty() => Some((character::class(c), c)),
        _ => None,
    };
    let Some((class, _)) = class_at(0) else { return 1 };
    let mut length = 1;
    while let Some((next, character)) = class_at(length) {
        let is_decimal_sign = class == Class::Number
            && matches!(character.code, 0x2c | 0x2e)
            && class_at(length + 1).is_some_and(|(after, _)| after == Class::Number);
        if (next == class && class != Class::Other) || is_decimal_sign {
            length += 1;
        } else {
            break;
        }
    }
    // A script belongs to the last character only, in text and in what is no number.
    let is_script = matches!(
        objects.get(length),
        Some(Object::Template(Template::Script { precedes: false }, _))
    );
    if is_script && class == Class::Text && length > 1 {
        length - 1
    } else {
        length
    }
}

fn joined_token(first: &Character, objects: &[Object]) -> Node {
    let text: String = objects
        .iter()
        .filter_map(|object| match object {
            Object::Character(c) => Some(character::unicode(c.code)),
            _ => None,
        })
        .map(|c| if c.is_whitespace() { '\u{a0}' } else { c })
        .collect();
    let name = match character::class(first) {
        Class::Number => "mn",
        Class::Function => "mi",
        Class::Text | Class::Other => "mtext",
    };
    Node::token(name, text)
}

fn decorated(character: &Character) -> Node {
    character
        .embellishments
        .iter()
        .fold(character::token(character), |base, code| embellished(base, *code))
}

fn empty() -> Node {
    Node::element("mrow", Vec::new())
}

/// What stands before a script: the last node, or all from the opening bracket that the last one closes.
fn base_of_script(nodes: &mut Vec<Node>) -> Node {
    let bracket = |node: &Node| match node.text() {
        "(" | "[" | "{" => 1i32,
        ")" | "]" | "}" => -1,
        _ => 0,
    };
    if nodes.last().is_some_and(|last| bracket(last) < 0) {
        let mut open = 0;
        let start = nodes.iter().rposition(|node| {
            open += bracket(node);
            open == 0
        });
        if let Some(start) = start {
            return Node::element("mrow", nodes.split_off(start));
        }
    }
    match nodes.last().map(Node::name) {
        Some("mmultiscripts") | None => empty(),
        Some(_) => nodes.pop().unwrap_or_else(empty),
    }
}

/// A template's slots: lines, piles and matrices, but not the characters that are its signs.
fn slots(objects: &[Object]) -> Vec<Option<Node>> {
    objects
        .iter()
        .filter_map(|object| match object {
            Object::Line(None) => Some(None),
            Object::Character(_) | Object::Template(..) => None,
            other => Some(Some(Node::row(row(std::slice::from_ref(other))))),
        })
        .collect()
}

fn slot(slots: &[Option<Node>], index: usize) -> Option<Node> {
    slots.get(index).cloned().flatten()
}

/// The signs among a template's subobjects.
fn signs(objects: &[Object]) -> Vec<String> {
    objects
        .iter()
        .filter_map(|object| match object {
            Object::Character(c) => Some(character::unicode(c.code).to_string()),
            _ => None,
        })
        .collect()
}

fn scripts(base: Node, objects: &[Object]) -> Node {
    scripts_of(base, &slots(objects))
}

fn scripts_of(base: Node, slots: &[Option<Node>]) -> Node {
    match (slot(slots, 0), slot(slots, 1)) {
        (Some(sub), Some(sup)) => Node::element("msubsup", vec![base, sub, sup]),
        (Some(sub), None) => Node::element("msub", vec![base, sub]),
        (None, Some(sup)) => Node::element("msup", vec![base, sup]),
        (None, None) => base,
    }
}

fn prescripts(base: Node, objects: &[Object]) -> Node {
    let slots = slots(objects);
    let script = |index| slot(&slots, index).unwrap_or_else(|| Node::element("none", Vec::new()));
    let mark = Node::element("mprescripts", Vec::new());
    Node::element("mmultiscripts", vec![base, mark, script(0), script(1)])
}

fn template_node(template: &Template, objects: &[Object]) -> Node {
    let slots = slots(objects);
    let main = slot(&slots, 0).unwrap_or_else(empty);
    let second = slot(&slots, 1);
    match *template {
        Template::Fence(left, right) => fence(main, (left, right), &signs(objects)),
        Template::Dirac { left, right } => dirac(&slots, left, right),
        Template::Root => match second {
            Some(degree) => Node::element("mroot", vec![main, degree]),
            None => Node::element("msqrt", vec![main]),
        },
        Template::Fraction { slash } => {
            let fraction = Node::element("mfrac", vec![main, second.unwrap_or_else(empty)]);
            if slash {
                fraction.with("bevelled", "true")
            } else {
                fraction
            }
        }
        Template::Bar { over, double } => {
            let once = mark(main, if over { "¯" } else { "_" }, !over);
            if double {
                mark(once, if over { "¯" } else { "_" }, !over)
            } else {
                once
            }
        }
        Template::Arrow(default) => arrow(&slots, default, &signs(objects)),
        Template::BigOperator { sign, limits } => big_operator(&slots, &signs(objects), sign, limits),
        Template::HorizontalBrace { top, sign } => {
            let braced = mark(main, sign, !top);
            match (second, top) {
                (Some(text), true) => Node::element("mover", vec![braced, text]),
                (Some(text), false) => Node::element("munder", vec![braced, text]),
                (None, _) => braced,
            }
        }
        Template::LongDivision { upper } => long_division(main, second.filter(|_| upper)),
        // Scripts that stand after something are taken out of the row before.
        Template::Script { .. } => scripts_of(empty(), &slots),
        Template::Mark { sign, under } => mark(main, sign, under),
        Template::Enclose(notation) => Node::element("menclose", vec![main]).with("notation", notation),
    }
}

fn mark(base: Node, sign: &str, under: bool) -> Node {
    let sign = Node::token("mo", sign).with("stretchy", "true");
    if under {
        Node::element("munder", vec![base, sign]).with("accentunder", "true")
    } else {
        Node::element("mover", vec![base, sign]).with("accent", "true")
    }
}

/// The signs that stand in the file win over the selector's.
fn fence(main: Node, sides: (Option<&str>, Option<&str>), signs: &[String]) -> Node {
    let mut signs = signs.iter();
    let mut sign = |side: Option<&str>| {
        side.map(|default| signs.next().map_or_else(|| default.to_owned(), Clone::clone))
    };
    let (left, right) = (sign(sides.0), sign(sides.1));
    let parts = [
        left.map(|sign| Node::token("mo", sign)),
        Some(main),
        right.map(|sign| Node::token("mo", sign)),
    ];
    Node::element("mrow", parts.into_iter().flatten().collect())
}

fn dirac(slots: &[Option<Node>], left: bool, right: bool) -> Node {
    let mut parts = Vec::new();
    if left {
        parts.push(Node::token("mo", "⟨"));
        parts.extend(slot(slots, 0));
    }
    parts.push(Node::token("mo", "|"));
    if right {
        parts.extend(slot(slots, 1));
        parts.push(Node::token("mo", "⟩"));
    }
    Node::element("mrow", parts)
}

fn arrow(slots: &[Option<Node>], default: &str, signs: &[String]) -> Node {
    let sign = signs.first().map_or(default, String::as_str);
    let arrow = Node::token("mo", sign).with("stretchy", "true");
    match (slot(slots, 0), slot(slots, 1)) {
        (Some(top), Some(bottom)) => Node::element("munderover", vec![arrow, bottom, top]),
        (Some(top), None) => Node::element("mover", vec![arrow, top]),
        (None, Some(bottom)) => Node::element("munder", vec![arrow, bottom]),
        (None, None) => arrow,
    }
}

fn big_operator(slots: &[Option<Node>], signs: &[String], sign: Option<&str>, limits: Limits) -> Node {
    let written = signs.concat();
    // The sign of a free operator is a subobject: a character, or a line of its own.
    // An integral's several signs are one character in MathML.
    let operator = match (sign, slot(slots, 3)) {
        (Some(_), _) if signs.len() == 1 && !written.starts_with('∫') => {
            Node::token("mo", written.as_str())
        }
        (Some(sign), _) => Node::token("mo", sign),
        (None, Some(line)) => line,
        (None, None) if written.is_empty() => slot(slots, 0).unwrap_or_else(empty),
        (None, None) => Node::token("mo", written.as_str()),
    };
    let body = if sign.is_none() && slots.len() < 4 && written.is_empty() {
        None
    } else {
        slot(slots, 0)
    };
    let lower = slot(slots, 1).filter(|_| limits.lower);
    let upper = slot(slots, 2).filter(|_| limits.upper);
    let (both, below, above) = if limits.stacked {
        ("munderover", "munder", "mover")
    } else {
        ("msubsup", "msub", "msup")
    };
    let operator = match (lower, upper) {
        (Some(lower), Some(upper)) => Node::element(both, vec![operator, lower, upper]),
        (Some(lower), None) => Node::element(below, vec![operator, lower]),
        (None, Some(upper)) => Node::element(above, vec![operator, upper]),
        (None, None) => operator,
    };
    match body {
        Some(body) => Node::element("mrow", vec![operator, body]),
        None => operator,
    }
}

fn long_division(dividend: Node, quotient: Option<Node>) -> Node {
    let division = Node::element("menclose", vec![dividend]).with("notation", "longdiv");
    let Some(quotient) = quotient else { return division };
    let line = |cell| {
        let cell = Node::element("mtd", vec![cell]).with("columnalign", "right");
        Node::element("mtr", vec![cell])
    };
    Node::element("mtable", vec![line(quotient), line(division)])
}

fn pile(lines: &[Object]) -> Node {
    let row_of = |line: &Object| {
        let cell = Node::element("mtd", row(std::slice::from_ref(line)));
        Node::element("mtr", vec![cell])
    };
    Node::element("mtable", lines.iter().map(row_of).collect()).with("columnalign", "left")
}

fn matrix_node(matrix: &Matrix) -> Node {
    let cell = |object: &Object| Node::element("mtd", row(std::slice::from_ref(object)));
    let rows = matrix
        .cells
        .chunks(matrix.columns)
        .map(|cells| Node::element("mtr", cells.iter().map(cell).collect()));
    Node::element("mtable", rows.collect())
}
