//! Operators on containers.

use super::super::session::Session;
use super::super::value::{Single, Value, whole};
use super::super::{Error, declaration, name, rule};
use super::Call;
use crate::xml;

/// Most members that `repeat` may make.
const MAX_MEMBERS: usize = 10_000;

pub(super) fn evaluate(
    session: &mut Session<'_>,
    call: &Call<'_, '_>,
    kind: &str,
) -> Result<Option<Value>, Error> {
    Ok(Some(match kind {
        // NULL operands are left out, an operand of the same kind gives its members.
        "multiple" | "ordered" => joined(call, kind),
        "containerSize" => size(call.operand(0)?.members().len()),
        "index" => {
            let n = call.count(session, "n")?;
            let member = usize::try_from(n - 1)
                .ok()
                .and_then(|at| call.operands.first()?.members().get(at));
            member.cloned().map_or(Value::Null, Value::Single)
        }
        "fieldValue" => {
            let wanted = declaration::required(call.node, "fieldIdentifier")?;
            match call.operand(0)? {
                Value::Record(fields) => fields
                    .iter()
                    .find(|(field, _)| field == wanted)
                    .map_or(Value::Null, |(_, value)| value.clone()),
                _ => Value::Null,
            }
        }
        "random" => {
            let members = call.operand(0)?.members();
            let drawn = session.random.next() * f64::from(u32::try_from(members.len()).unwrap_or(u32::MAX));
            let at = whole(drawn).and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
            members.get(at).cloned().map_or(Value::Null, Value::Single)
        }
        "member" => {
            let (wanted, container) = (call.operand(0)?, call.operand(1)?);
            match wanted.single() {
                Some(wanted) if !container.is_null() => {
                    Value::boolean(container.members().iter().any(|member| member.same(wanted)))
                }
                _ => Value::Null,
            }
        }
        "contains" => contains(call)?,
        "delete" => delete(call)?,
        "repeat" => repeat(session, call)?,
        // As some authors write it: the table within the expression.
        "lookupTable" => {
            let table = xml::elements(call.node)
                .find(|node| matches!(name::of(*node).as_ref(), "matchTable" | "interpolationTable"))
                .ok_or_else(|| call.malformed())?;
            rule::looked_up(&declaration::table(table)?, call.operand(0)?)
        }
        _ => return Ok(None),
    }))
}

fn joined(call: &Call<'_, '_>, kind: &str) -> Value {
    let operands = call.operands.iter();
    let members: Vec<Single> = operands.flat_map(Value::members).cloned().collect();
    if call.any_null() && keeps_null(call) {
        Value::Null
    } else if kind == "ordered" {
        Value::Ordered(members)
    } else {
        Value::Multiple(members)
    }
}

/// Within statistics a NULL member makes the whole NULL.
fn keeps_null(call: &Call<'_, '_>) -> bool {
    call.node
        .parent()
        .is_some_and(|parent| name::of(parent) == "statsOperator")
}

fn size(count: usize) -> Value {
    i64::try_from(count).map_or(Value::Null, Value::integer)
}

/// All members of the second in the first; for ordered containers as a run in the same order.
fn contains(call: &Call<'_, '_>) -> Result<Value, Error> {
    let (whole, part) = (call.operand(0)?, call.operand(1)?);
    if whole.is_null() || part.is_null() {
        return Ok(Value::Null);
    }
    let (members, wanted) = (whole.members(), part.members());
    let found = if matches!(whole, Value::Ordered(_)) {
        members
            .windows(wanted.len())
            .any(|run| run.iter().zip(wanted).all(|(a, b)| a.same(b)))
    } else {
        let mut left: Vec<&Single> = members.iter().collect();
        wanted.iter().all(|member| {
            let at = left.iter().position(|other| other.same(member));
            at.map(|at| left.swap_remove(at)).is_some()
        })
    };
    Ok(Value::boolean(found))
}

/// The value may stand first (as the specification has it) or last.
fn delete(call: &Call<'_, '_>) -> Result<Value, Error> {
    let (first, second) = (call.operand(0)?, call.operand(1)?);
    let (unwanted, container) = match (first, second) {
        (Value::Multiple(_) | Value::Ordered(_), Value::Single(single)) => (single, first),
        (Value::Single(single), _) => (single, second),
        _ => return Ok(Value::Null),
    };
    let left = |members: &[Single]| {
        members
            .iter()
            .filter(|member| !member.same(unwanted))
            .cloned()
            .collect()
    };
    Ok(match container {
        Value::Multiple(members) => Value::Multiple(left(members)),
        Value::Ordered(members) => Value::Ordered(left(members)),
        _ => Value::Null,
    })
}

fn repeat(session: &Session<'_>, call: &Call<'_, '_>) -> Result<Value, Error> {
    let times = usize::try_from(call.count(session, "numberRepeats")?).unwrap_or(0);
    let round: Vec<Single> = call.operands.iter().flat_map(Value::members).cloned().collect();
    if times.saturating_mul(round.len()) > MAX_MEMBERS {
        return Err(Error::TooComplex);
    }
    let all: Vec<Single> = std::iter::repeat_n(round, times).flatten().collect();
    Ok(if all.is_empty() {
        Value::Null
    } else {
        Value::Ordered(all)
    })
}
