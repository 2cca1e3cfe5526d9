//! Operators that compare, and logic. NULL is contagious but in `isNull` and where logic is decided without it.

use super::super::session::Session;
use super::super::value::{Single, Value};
use super::super::{Error, name};
use super::round::{Rounding, rounded};
use super::{Call, variable};
use regex::RegexBuilder;

pub(super) fn evaluate(
    session: &mut Session<'_>,
    call: &Call<'_, '_>,
    kind: &str,
) -> Result<Option<Value>, Error> {
    Ok(Some(match kind {
        "isNull" => Value::boolean(call.operand(0)?.is_null()),
        "not" => match call.operand(0)? {
            value if value.is_null() => Value::Null,
            value => Value::boolean(!value.holds()),
        },
        "and" => logic(&call.operands, false),
        "or" => logic(&call.operands, true),
        "anyN" => any_n(session, call)?,
        "match" => same(call.operand(0)?, call.operand(1)?),
        "stringMatch" => string_match(call)?,
        "patternMatch" => pattern_match(session, call)?,
        "substring" => {
            let (part, whole) = (call.operand(0)?.text(), call.operand(1)?.text());
            texts(call, part, whole, |part, whole| whole.contains(part))
        }
        "equal" => equal(session, call)?,
        "equalRounded" => equal_rounded(session, call)?,
        "lt" | "durationLT" => ordered(call, |a, b| a < b)?,
        "gt" => ordered(call, |a, b| a > b)?,
        "lte" => ordered(call, |a, b| a <= b)?,
        "gte" | "durationGTE" => ordered(call, |a, b| a >= b)?,
        "inside" => inside(call)?,
        _ => return Ok(None),
    }))
}

/// `match`: equal type and value; the members of `multiple` in any order.
pub(in super::super) fn same(first: &Value, second: &Value) -> Value {
    if first.is_null() || second.is_null() {
        return Value::Null;
    }
    let equal = match (first, second) {
        (Value::Record(a), Value::Record(b)) => a == b,
        (Value::Multiple(a), Value::Multiple(b)) => {
            let mut left: Vec<&Single> = b.iter().collect();
            a.len() == b.len()
                && a.iter().all(|member| {
                    let found = left.iter().position(|other| other.same(member));
                    found.map(|at| left.swap_remove(at)).is_some()
                })
        }
        (a, b) => {
            let (a, b) = (a.members(), b.members());
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
        }
    };
    Value::boolean(equal)
}

/// `and` (decided by false) and `or` (decided by true).
fn logic(operands: &[Value], deciding: bool) -> Value {
    if operands
        .iter()
        .any(|value| !value.is_null() && value.holds() == deciding)
    {
        Value::boolean(deciding)
    } else if operands.iter().any(Value::is_null) {
        Value::Null
    } else {
        Value::boolean(!deciding)
    }
}

fn any_n(session: &Session<'_>, call: &Call<'_, '_>) -> Result<Value, Error> {
    let (min, max) = (call.count(session, "min")?, call.count(session, "max")?);
    let count = |wanted: fn(&Value) -> bool| {
        i64::try_from(call.operands.iter().filter(|value| wanted(value)).count()).unwrap_or(i64::MAX)
    };
    let holding = count(|value| !value.is_null() && value.holds());
    let unknown = count(Value::is_null);
    Ok(if holding > max || holding + unknown < min {
        Value::boolean(false)
    } else if holding >= min && holding + unknown <= max {
        Value::boolean(true)
    } else {
        Value::Null
    })
}

fn texts(
    call: &Call<'_, '_>,
    first: Option<String>,
    second: Option<String>,
    holds: fn(&str, &str) -> bool,
) -> Value {
    let (Some(first), Some(second)) = (first, second) else {
        return Value::Null;
    };
    Value::boolean(if name::flag(call.node, "caseSensitive", true) {
        holds(&first, &second)
    } else {
        holds(&first.to_lowercase(), &second.to_lowercase())
    })
}

fn string_match(call: &Call<'_, '_>) -> Result<Value, Error> {
    let (first, second) = (call.operand(0)?.text(), call.operand(1)?.text());
    let holds = if name::flag(call.node, "substring", false) {
        |a: &str, b: &str| a.contains(b)
    } else {
        |a: &str, b: &str| a == b
    };
    Ok(texts(call, first, second, holds))
}

/// The whole text against a pattern of XML Schema: from the attribute, or from a second operand.
fn pattern_match(session: &Session<'_>, call: &Call<'_, '_>) -> Result<Value, Error> {
    let pattern = match call.attribute("pattern") {
        Some(named) => match session.value(named.trim_matches(['{', '}'])) {
            Ok(value) => value.text().unwrap_or_default(),
            Err(_) => named.to_owned(),
        },
        None => call.operand(1)?.text().unwrap_or_default(),
    };
    let Some(text) = call.operand(0)?.text() else {
        return Ok(Value::Null);
    };
    let expression = RegexBuilder::new(&format!("^(?:{pattern})$"))
        .case_insensitive(!name::flag(call.node, "caseSensitive", true))
        .size_limit(1 << 20)
        .build()
        .map_err(|_| Error::Malformed(format!("patternMatch ({pattern})")))?;
    Ok(Value::boolean(expression.is_match(&text)))
}

fn numbers(call: &Call<'_, '_>) -> Result<Option<(f64, f64)>, Error> {
    Ok(call.operand(0)?.number().zip(call.operand(1)?.number()))
}

fn ordered(call: &Call<'_, '_>, holds: fn(f64, f64) -> bool) -> Result<Value, Error> {
    Ok(numbers(call)?.map_or(Value::Null, |(a, b)| Value::boolean(holds(a, b))))
}

/// `equal` with a tolerance around the first operand (QTI 2.2, 3.12.3).
fn equal(session: &Session<'_>, call: &Call<'_, '_>) -> Result<Value, Error> {
    let Some((first, second)) = numbers(call)? else {
        return Ok(Value::Null);
    };
    let mode = call.attribute("toleranceMode").unwrap_or("exact");
    let given: Vec<f64> = call
        .attribute("tolerance")
        .unwrap_or_default()
        .split_whitespace()
        .map(|text| call.amount(session, text))
        .collect::<Result<_, _>>()?;
    let (below, above) = match (mode, given.as_slice()) {
        ("exact", _) => (0.0, 0.0),
        ("absolute" | "relative", [both]) => (*both, *both),
        ("absolute" | "relative", [below, above]) => (*below, *above),
        _ => return Err(call.malformed()),
    };
    let (low, high) = if mode == "relative" {
        (first * (1.0 - below / 100.0), first * (1.0 + above / 100.0))
    } else {
        (first - below, first + above)
    };
    let (low, high) = if low > high { (high, low) } else { (low, high) };
    let includes = |side: &str| mode == "exact" || name::flag(call.node, side, true);
    let over_low = second > low || (includes("includeLowerBound") && second >= low);
    let under_high = second < high || (includes("includeUpperBound") && second <= high);
    Ok(Value::boolean(over_low && under_high))
}

fn equal_rounded(session: &Session<'_>, call: &Call<'_, '_>) -> Result<Value, Error> {
    let Some((first, second)) = numbers(call)? else {
        return Ok(Value::Null);
    };
    let how = Rounding::of(call.attribute("roundingMode")).ok_or_else(|| call.malformed())?;
    let figures = call.count(session, "figures")?;
    let round = |value| rounded(value, how, figures).ok_or_else(|| call.malformed());
    let (first, second) = (round(first)?, round(second)?);
    Ok(Value::boolean(
        (first - second).abs() < f64::EPSILON * first.abs().max(1.0),
    ))
}

fn inside(call: &Call<'_, '_>) -> Result<Value, Error> {
    let (shape, coords) = variable::shape(call.node)?;
    let value = call.operand(0)?;
    if value.is_null() {
        return Ok(Value::Null);
    }
    let hit = value
        .members()
        .iter()
        .any(|member| matches!(member, Single::Point(x, y) if is_inside(shape, &coords, (*x, *y))));
    Ok(Value::boolean(hit))
}

/// Whether a point lies in a shape of HTML image maps; edges count.
pub(super) fn is_inside(shape: &str, coords: &[f64], (x, y): (f64, f64)) -> bool {
    match (shape, coords) {
        ("default", _) => true,
        ("rect", [left, top, right, bottom]) => x >= *left && x <= *right && y >= *top && y <= *bottom,
        ("circle", [cx, cy, r]) => (x - cx).powi(2) + (y - cy).powi(2) <= r * r,
        ("ellipse", [cx, cy, h, v]) => ((x - cx) / h).powi(2) + ((y - cy) / v).powi(2) <= 1.0,
        ("poly", _) => in_polygon(coords.as_chunks::<2>().0, x, y),
        _ => false,
    }
}

/// The number of edges to the right of the point is odd.
fn in_polygon(corners: &[[f64; 2]], x: f64, y: f64) -> bool {
    let Some(mut before) = corners.last() else {
        return false;
    };
    let mut within = false;
    for corner in corners {
        let ([x1, y1], [x2, y2]) = (before, corner);
        if (y1 > &y) != (y2 > &y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1 {
            within = !within;
        }
        before = corner;
    }
    within
}
