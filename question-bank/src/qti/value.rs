//! Values of QTI variables: base types, cardinalities, and their JSON. Must never turn a value that its type does not
//! have into one that it has.

use super::Error;
use serde_json::{Map, Value as Json};

/// Base types (QTI 2.2, 3.2.1; file and uri are texts here).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    Identifier,
    Boolean,
    Integer,
    Float,
    Text,
    Point,
    Pair,
    DirectedPair,
    Duration,
}

impl Base {
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "identifier" => Self::Identifier,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "float" => Self::Float,
            "string" | "uri" | "file" | "intOrIdentifier" => Self::Text,
            "point" => Self::Point,
            "pair" => Self::Pair,
            "directedPair" => Self::DirectedPair,
            "duration" => Self::Duration,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Text => "string",
            Self::Point => "point",
            Self::Pair => "pair",
            Self::DirectedPair => "directedPair",
            Self::Duration => "duration",
        }
    }

    /// A value from its text in a file or a response.
    pub(super) fn parse(self, text: &str) -> Result<Single, Error> {
        let bad = || Error::BadValue {
            value: text.chars().take(60).collect(),
            kind: self.name().to_owned(),
        };
        let trimmed = text.trim();
        let two = || {
            let mut parts = trimmed.split_whitespace();
            match (parts.next(), parts.next(), parts.next()) {
                (Some(first), Some(second), None) => Ok((first, second)),
                _ => Err(bad()),
            }
        };
        Ok(match self {
            Self::Identifier => Single::Text(trimmed.to_owned()),
            Self::Text => Single::Text(text.to_owned()),
            Self::Boolean => match trimmed {
                "true" | "1" => Single::Boolean(true),
                "false" | "0" => Single::Boolean(false),
                _ => return Err(bad()),
            },
            Self::Integer => Single::Integer(integer(trimmed).ok_or_else(bad)?),
            Self::Float => Single::Float(float(trimmed).ok_or_else(bad)?),
            Self::Duration => Single::Float(duration(trimmed).ok_or_else(bad)?),
            Self::Point => {
                let (x, y) = two()?;
                Single::Point(float(x).ok_or_else(bad)?, float(y).ok_or_else(bad)?)
            }
            Self::Pair | Self::DirectedPair => {
                let (first, second) = two()?;
                Single::Pair {
                    first: first.to_owned(),
                    second: second.to_owned(),
                    directed: self == Self::DirectedPair,
                }
            }
        })
    }
}

/// A whole number; `3.0` is one.
fn integer(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let value = float(text)?;
        whole(value).filter(|_| value.fract() == 0.0)
    })
}

/// The integer that a float is or rounds down to, if it fits.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
pub(super) fn whole(value: f64) -> Option<i64> {
    (value.abs() < 9.0e15).then_some(value as i64)
}

/// A finite float; players of Vietnamese pages send decimal commas.
fn float(text: &str) -> Option<f64> {
    text.replacen(',', ".", 1)
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
}

/// Seconds, as a number or as ISO 8601 (`PT1M30S`).
fn duration(text: &str) -> Option<f64> {
    let Some(rest) = text.strip_prefix('P') else {
        return float(text);
    };
    let (mut seconds, mut number, mut in_time) = (0.0, String::new(), false);
    for c in rest.chars() {
        let unit = match (c, in_time) {
            ('0'..='9' | '.', _) => {
                number.push(c);
                continue;
            }
            ('T', false) => {
                in_time = true;
                continue;
            }
            ('W', false) => 604_800.0,
            ('D', false) => 86_400.0,
            ('H', true) => 3_600.0,
            ('M', true) => 60.0,
            ('S', true) => 1.0,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * unit;
        number.clear();
    }
    number.is_empty().then_some(seconds)
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Single {
    /// A boolean.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A float, or seconds of a duration.
    Float(f64),
    /// A string, identifier, URI or file name.
    Text(String),
    /// A place in a picture.
    Point(f64, f64),
    /// Two identifiers.
    Pair {
        /// The first (or source).
        first: String,
        /// The second (or target).
        second: String,
        /// Whether the order counts.
        directed: bool,
    },
}

impl Single {
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "QTI's own arithmetic mixes both")]
            Self::Integer(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// Equality as `match` sees it: numbers by value, pairs by their kind.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Pair {
                    first: a,
                    second: b,
                    directed,
                },
                Self::Pair {
                    first: c,
                    second: d,
                    directed: other,
                },
            ) => (a == c && b == d) || (!directed && !other && a == d && b == c),
            _ => match (self.number(), other.number()) {
                #[expect(clippy::float_cmp, reason = "match compares exactly; equal has a tolerance")]
                (Some(a), Some(b)) => a == b,
                _ => self == other,
            },
        }
    }

    /// The text under which mappings and tables look a value up.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Boolean(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Float(value) => value.to_string(),
            Self::Text(text) => text.clone(),
            Self::Point(x, y) => format!("{x} {y}"),
            Self::Pair { first, second, .. } => format!("{first} {second}"),
        }
    }

    fn json(&self) -> Json {
        match self {
            Self::Boolean(value) => Json::from(*value),
            Self::Integer(value) => Json::from(*value),
            Self::Float(value) => number_json(*value),
            other => Json::from(other.key()),
        }
    }
}

/// Whole floats are written without a fraction, as players write them.
pub(super) fn number_json(value: f64) -> Json {
    whole(value)
        .filter(|_| value.fract() == 0.0)
        .map_or_else(|| Json::from(value), Json::from)
}

/// The value of a variable or an expression.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// Cardinality single.
    Single(Single),
    /// A container without order.
    Multiple(Vec<Single>),
    /// A container with order.
    Ordered(Vec<Single>),
    /// Named fields.
    Record(Vec<(String, Value)>),
}

impl Value {
    pub(super) fn boolean(value: bool) -> Self {
        Self::Single(Single::Boolean(value))
    }

    pub(super) fn integer(value: i64) -> Self {
        Self::Single(Single::Integer(value))
    }

    pub(super) fn float(value: f64) -> Self {
        if value.is_finite() {
            Self::Single(Single::Float(value))
        } else {
            Self::Null
        }
    }

    /// An empty container is no value either (QTI 2.2, 3.2.1).
    pub(super) fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Single(Single::Text(text)) => text.is_empty(),
            Self::Single(_) => false,
            Self::Multiple(values) | Self::Ordered(values) => values.is_empty(),
            Self::Record(fields) => fields.is_empty(),
        }
    }

    /// The members; a single value has itself.
    pub(super) fn members(&self) -> &[Single] {
        match self {
            Self::Null | Self::Record(_) => &[],
            Self::Single(value) => std::slice::from_ref(value),
            Self::Multiple(values) | Self::Ordered(values) => values,
        }
    }

    pub(super) fn single(&self) -> Option<&Single> {
        match self {
            Self::Single(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        self.single()?.number()
    }

    pub(super) fn text(&self) -> Option<String> {
        self.single().map(Single::key)
    }

    /// A condition: booleans as they are; players take other values by their content.
    pub(super) fn holds(&self) -> bool {
        match self {
            Self::Single(Single::Boolean(value)) => *value,
            Self::Single(Single::Text(text)) => !text.is_empty(),
            Self::Single(value) => value.number().is_none_or(|number| number != 0.0),
            other => !other.is_null(),
        }
    }

    pub(super) fn json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Single(value) => value.json(),
            Self::Multiple(values) | Self::Ordered(values) => values.iter().map(Single::json).collect(),
            Self::Record(fields) => Json::Object(
                fields
                    .iter()
                    .map(|(name, value)| (name.clone(), value.json()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }
}
