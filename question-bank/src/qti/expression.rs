//! Expressions of QTI (2.2, 3.12; 3.0, 2.11): every operator of the specification that does not belong to tests. Must
//! never give a result for an operator that it does not know.

mod compare;
mod container;
mod number;
mod round;
mod variable;

pub(super) use compare::same;
pub(super) use variable::{map_points, map_response};

use super::rule::shown;
use super::session::Session;
use super::value::Value;
use super::{Error, name};
use crate::xml;
use roxmltree::Node;

/// An operator with its operands evaluated.
struct Call<'a, 'i> {
    node: Node<'a, 'i>,
    operands: Vec<Value>,
}

impl<'a> Call<'a, '_> {
    fn malformed(&self) -> Error {
        Error::Malformed(name::of(self.node).into_owned())
    }

    fn operand(&self, index: usize) -> Result<&Value, Error> {
        self.operands.get(index).ok_or_else(|| self.malformed())
    }

    fn attribute(&self, name: &str) -> Option<&'a str> {
        name::attribute(self.node, name).map(str::trim)
    }

    /// A whole number from an attribute: a literal or a variable's name.
    fn count(&self, session: &Session<'_>, name: &str) -> Result<i64, Error> {
        let text = self.attribute(name).ok_or_else(|| self.malformed())?;
        text.parse()
            .ok()
            .or_else(|| super::value::whole(session.value(text).ok()?.number()?))
            .ok_or_else(|| self.malformed())
    }

    /// A number from an attribute: a literal or a variable's name.
    fn amount(&self, session: &Session<'_>, text: &str) -> Result<f64, Error> {
        text.parse()
            .ok()
            .or_else(|| session.value(text).ok()?.number())
            .ok_or_else(|| self.malformed())
    }

    fn any_null(&self) -> bool {
        self.operands.iter().any(Value::is_null)
    }
}

/// The value of an expression.
pub(super) fn evaluate(session: &mut Session<'_>, node: Node<'_, '_>, depth: u32) -> Result<Value, Error> {
    session.step(depth)?;
    let name = name::of(node);
    if let Some(value) = variable::leaf(session, node, &name)? {
        return Ok(value);
    }
    if name == "customOperator" {
        // An operator of somebody else's: no value, as the specification leaves it to the player.
        return Ok(Value::Null);
    }
    let operands = xml::elements(node)
        .filter(|operand| name::of(*operand) != "matchTable" && name::of(*operand) != "interpolationTable")
        .map(|operand| evaluate(session, operand, depth + 1))
        .collect::<Result<Vec<_>, _>>()?;
    let call = Call { node, operands };
    let families: [Family; 3] = [compare::evaluate, container::evaluate, number::evaluate];
    for family in families {
        if let Some(value) = family(session, &call, &name)? {
            return Ok(value);
        }
    }
    Err(Error::Unsupported(shown(node, &name)))
}

/// A family of operators: none if the name is not among them.
type Family = fn(&mut Session<'_>, &Call<'_, '_>, &str) -> Result<Option<Value>, Error>;
