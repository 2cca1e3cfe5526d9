//! Arithmetic. Integers stay integers as long as they fit; what has no finite value is NULL.

use super::super::Error;
use super::super::session::Session;
use super::super::value::{Single, Value, whole};
use super::Call;
use super::round::{Rounding, rounded};

pub(super) fn evaluate(
    session: &mut Session<'_>,
    call: &Call<'_, '_>,
    kind: &str,
) -> Result<Option<Value>, Error> {
    Ok(Some(match kind {
        "sum" => fold(call, i64::checked_add, |a, b| a + b),
        "product" => fold(call, i64::checked_mul, |a, b| a * b),
        "min" => fold(call, |a, b| Some(a.min(b)), f64::min),
        "max" => fold(call, |a, b| Some(a.max(b)), f64::max),
        "subtract" => fold(call, i64::checked_sub, |a, b| a - b),
        "divide" => two(call, |a, b| a / b)?,
        "power" => two(call, f64::powf)?,
        "integerDivide" => integers(call, |a, b| (b != 0).then(|| a.div_euclid(b)))?,
        "integerModulus" => integers(call, |a, b| (b != 0).then(|| a.rem_euclid(b)))?,
        "gcd" => all_integers(call, gcd),
        "lcm" => all_integers(call, |a, b| {
            if a == 0 || b == 0 {
                return Some(0);
            }
            (a / gcd(a, b)?).checked_mul(b).and_then(i64::checked_abs)
        }),
        "truncate" => to_integer(call, f64::trunc)?,
        // Half goes up, also below zero (QTI 2.2, 3.12.3).
        "round" => to_integer(call, |value| (value + 0.5).floor())?,
        "integerToFloat" => call.operand(0)?.number().map_or(Value::Null, Value::float),
        "roundTo" => {
            let how = Rounding::of(call.attribute("roundingMode")).ok_or_else(|| call.malformed())?;
            let figures = call.count(session, "figures")?;
            match call.operand(0)?.number() {
                Some(value) => Value::float(rounded(value, how, figures).ok_or_else(|| call.malformed())?),
                None => Value::Null,
            }
        }
        "mathOperator" => math(call)?,
        "statsOperator" => statistics(call)?,
        _ => return Ok(None),
    }))
}

/// All members of all operands; none if one is NULL or no number.
fn members<'c>(call: &'c Call<'_, '_>) -> Option<Vec<&'c Single>> {
    if call.any_null() {
        return None;
    }
    let all: Vec<&Single> = call.operands.iter().flat_map(Value::members).collect();
    (!all.is_empty() && all.iter().all(|member| member.number().is_some())).then_some(all)
}

fn fold(call: &Call<'_, '_>, exact: fn(i64, i64) -> Option<i64>, float: fn(f64, f64) -> f64) -> Value {
    let Some(members) = members(call) else {
        return Value::Null;
    };
    let integers: Option<Vec<i64>> = members
        .iter()
        .map(|member| match member {
            Single::Integer(value) => Some(*value),
            _ => None,
        })
        .collect();
    let exact = integers.and_then(|all| {
        let (first, rest) = all.split_first()?;
        rest.iter().try_fold(*first, |sum, next| exact(sum, *next))
    });
    if let Some(exact) = exact {
        return Value::integer(exact);
    }
    let mut numbers = members.iter().filter_map(|member| member.number());
    numbers
        .next()
        .map_or(Value::Null, |first| Value::float(numbers.fold(first, float)))
}

fn two(call: &Call<'_, '_>, of: fn(f64, f64) -> f64) -> Result<Value, Error> {
    let pair = call.operand(0)?.number().zip(call.operand(1)?.number());
    Ok(pair.map_or(Value::Null, |(a, b)| Value::float(of(a, b))))
}

fn integer(value: &Single) -> Option<i64> {
    match value {
        Single::Integer(value) => Some(*value),
        Single::Float(value) if value.fract() == 0.0 => whole(*value),
        _ => None,
    }
}

fn integers(call: &Call<'_, '_>, of: fn(i64, i64) -> Option<i64>) -> Result<Value, Error> {
    let of_operand = |index| Ok::<_, Error>(call.operand(index)?.single().and_then(integer));
    let pair = of_operand(0)?.zip(of_operand(1)?);
    Ok(pair
        .and_then(|(a, b)| of(a, b))
        .map_or(Value::Null, Value::integer))
}

fn all_integers(call: &Call<'_, '_>, of: fn(i64, i64) -> Option<i64>) -> Value {
    let all: Option<Vec<i64>> = members(call).and_then(|members| members.into_iter().map(integer).collect());
    let folded = all.and_then(|all| {
        let (first, rest) = all.split_first()?;
        rest.iter().try_fold(*first, |a, b| of(a, *b))
    });
    folded.map_or(Value::Null, Value::integer)
}

fn gcd(a: i64, b: i64) -> Option<i64> {
    let (mut a, mut b) = (a.checked_abs()?, b.checked_abs()?);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    Some(a)
}

fn to_integer(call: &Call<'_, '_>, of: fn(f64) -> f64) -> Result<Value, Error> {
    let value = call.operand(0)?.number();
    Ok(value
        .and_then(|value| whole(of(value)))
        .map_or(Value::Null, Value::integer))
}

fn math(call: &Call<'_, '_>) -> Result<Value, Error> {
    let name = call.attribute("name").ok_or_else(|| call.malformed())?;
    if name == "atan2" {
        return two(call, f64::atan2);
    }
    let of: fn(f64) -> f64 = match name {
        "sin" => f64::sin,
        "cos" => f64::cos,
        "tan" => f64::tan,
        "sec" => |x| 1.0 / x.cos(),
        "csc" => |x| 1.0 / x.sin(),
        "cot" => |x| 1.0 / x.tan(),
        "asin" => f64::asin,
        "acos" => f64::acos,
        "atan" => f64::atan,
        "asec" => |x| (1.0 / x).acos(),
        "acsc" => |x| (1.0 / x).asin(),
        "acot" => |x| (1.0 / x).atan(),
        "sinh" => f64::sinh,
        "cosh" => f64::cosh,
        "tanh" => f64::tanh,
        "sech" => |x| 1.0 / x.cosh(),
        "csch" => |x| 1.0 / x.sinh(),
        "coth" => |x| 1.0 / x.tanh(),
        "log" => f64::log10,
        "ln" => f64::ln,
        "exp" => f64::exp,
        "abs" => f64::abs,
        "floor" => return to_integer(call, f64::floor),
        "ceil" => return to_integer(call, f64::ceil),
        "signum" => return to_integer(call, |x| if x == 0.0 { 0.0 } else { x.signum() }),
        "toRadians" => f64::to_radians,
        "toDegrees" => f64::to_degrees,
        other => return Err(Error::Malformed(format!("mathOperator ({other})"))),
    };
    Ok(call
        .operand(0)?
        .number()
        .map_or(Value::Null, |value| Value::float(of(value))))
}

fn statistics(call: &Call<'_, '_>) -> Result<Value, Error> {
    let name = call.attribute("name").ok_or_else(|| call.malformed())?;
    let Some(members) = members(call) else {
        return Ok(Value::Null);
    };
    let numbers: Vec<f64> = members.iter().filter_map(|member| member.number()).collect();
    let count = f64::from(u32::try_from(numbers.len()).unwrap_or(u32::MAX));
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    Ok(Value::float(match name {
        "mean" => mean,
        "sampleVariance" => squares / (count - 1.0),
        "sampleSD" => (squares / (count - 1.0)).sqrt(),
        "popVariance" => squares / count,
        "popSD" => (squares / count).sqrt(),
        other => return Err(Error::Malformed(format!("statsOperator ({other})"))),
    }))
}
