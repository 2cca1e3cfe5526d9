//! Expressions without operands: literals, variables and their mappings, random values.

use super::super::declaration::{coordinates, required};
use super::super::session::Session;
use super::super::value::{Base, Single, Value, whole};
use super::super::{Error, name};
use super::compare::is_inside;
use crate::xml;
use roxmltree::Node;

pub(super) fn leaf(
    session: &mut Session<'_>,
    node: Node<'_, '_>,
    kind: &str,
) -> Result<Option<Value>, Error> {
    let identifier = || required(node, "identifier");
    Ok(Some(match kind {
        "null" => Value::Null,
        "baseValue" => {
            let base = required(node, "baseType")?;
            let base = Base::of(base).ok_or_else(|| Error::Malformed(format!("baseValue ({base})")))?;
            Value::Single(base.parse(&xml::text(node))?)
        }
        "variable" => session.value(identifier()?)?.clone(),
        "correct" => session.correct(identifier()?)?.clone(),
        "default" => session.default(identifier()?)?.clone(),
        "mapResponse" | "mapOutcome" => map_response(session, identifier()?)?,
        "mapResponsePoint" => map_points(session, identifier()?)?,
        "mathConstant" => Value::float(match required(node, "name")? {
            "pi" => std::f64::consts::PI,
            "e" => std::f64::consts::E,
            other => return Err(Error::Malformed(format!("mathConstant ({other})"))),
        }),
        "randomFloat" => {
            let (min, max) = (limit(session, node, "min")?, limit(session, node, "max")?);
            Value::float(min + session.random.next() * (max - min))
        }
        "randomInteger" => random_integer(session, node)?,
        _ => return Ok(None),
    }))
}

/// A limit: a number, or the name of a variable (3.0 and templates of 2.x).
fn limit(session: &Session<'_>, node: Node<'_, '_>, attribute: &str) -> Result<f64, Error> {
    let Some(text) = name::attribute(node, attribute) else {
        return Ok(0.0);
    };
    text.trim()
        .parse()
        .ok()
        .or_else(|| session.value(text.trim()).ok()?.number())
        .ok_or_else(|| Error::Malformed(format!("{} ({attribute})", name::of(node))))
}

fn random_integer(session: &mut Session<'_>, node: Node<'_, '_>) -> Result<Value, Error> {
    let (min, max) = (limit(session, node, "min")?, limit(session, node, "max")?);
    let step = match limit(session, node, "step")? {
        step if step >= 1.0 => step.floor(),
        _ => 1.0,
    };
    let choices = ((max - min) / step).floor() + 1.0;
    let drawn = min + (session.random.next() * choices).floor() * step;
    Ok(whole(drawn).map_or(Value::Null, Value::integer))
}

/// `mapResponse`, `mapOutcome`: the sum of the members' numbers within bounds (QTI 2.2, 3.12.2).
pub(in super::super) fn map_response(session: &Session<'_>, identifier: &str) -> Result<Value, Error> {
    let declaration = session.declaration(identifier)?;
    // A declaration without a mapping, or points with a mapping of areas: nothing is mapped.
    let Some(mapping) = &declaration.mapping else {
        return Ok(Value::float(0.0));
    };
    let value = session.value(identifier)?;
    let number_of = |member: &Single| {
        let found = mapping.entries.iter().find(|(key, _, case)| {
            let key = key.split_whitespace().collect::<Vec<_>>().join(" ");
            let shown = member.key();
            let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
            let base = declaration.base.unwrap_or(Base::Text);
            if *case {
                base.parse(&key).is_ok_and(|key| key.same(member)) || key == shown
            } else {
                key.to_lowercase() == shown.to_lowercase()
            }
        });
        found.map_or(mapping.default, |(_, number, _)| *number)
    };
    let sum = match value {
        Value::Single(Single::Text(text)) if text.is_empty() => mapping.default,
        Value::Null if !matches!(session.value(identifier)?, Value::Multiple(_)) => {
            // No response: only the bounds remain.
            return Ok(Value::float(mapping.bounds.apply(0.0)));
        }
        other => other.members().iter().map(number_of).sum(),
    };
    Ok(Value::float(mapping.bounds.apply(sum)))
}

/// `mapResponsePoint`: each area counts once, each point outside the default (QTI 2.2, 3.12.2).
pub(in super::super) fn map_points(session: &Session<'_>, identifier: &str) -> Result<Value, Error> {
    let declaration = session.declaration(identifier)?;
    let Some(areas) = &declaration.areas else {
        return Ok(Value::float(0.0));
    };
    let mut used = vec![false; areas.entries.len()];
    let mut sum = 0.0;
    for member in session.value(identifier)?.members() {
        let Single::Point(x, y) = member else { continue };
        let area = areas
            .entries
            .iter()
            .position(|(shape, coords, _)| is_inside(shape, coords, (*x, *y)));
        match area {
            Some(index) if !used[index] => {
                used[index] = true;
                sum += areas.entries[index].2;
            }
            Some(_) => {}
            None => sum += areas.default,
        }
    }
    Ok(Value::float(areas.bounds.apply(sum)))
}

/// The coordinates of an element with a shape.
pub(super) fn shape<'a>(node: Node<'a, '_>) -> Result<(&'a str, Vec<f64>), Error> {
    let coords = name::attribute(node, "coords").unwrap_or_default();
    Ok((required(node, "shape")?, coordinates(coords)?))
}
