//! Declarations of response, outcome and template variables, with defaults, right responses, mappings and tables.
//! Must never give a variable a type that was not declared.

use super::value::{Base, Single, Value};
use super::{Error, name};
use crate::xml;
use roxmltree::Node;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// How many values a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cardinality {
    Single,
    Multiple,
    Ordered,
    Record,
}

/// What a variable is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Response,
    Outcome,
    Template,
}

/// A declared variable.
#[derive(Clone, Debug)]
pub(super) struct Declaration {
    pub(super) identifier: String,
    pub(super) role: Role,
    pub(super) cardinality: Cardinality,
    pub(super) base: Option<Base>,
    pub(super) default: Value,
    pub(super) correct: Value,
    pub(super) mapping: Option<Mapping>,
    pub(super) areas: Option<Areas>,
    pub(super) table: Option<Table>,
}

/// `mapping`: values to numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapping {
    pub(super) default: f64,
    pub(super) bounds: Bounds,
    /// Key, number, whether capitals count.
    pub(super) entries: Vec<(String, f64, bool)>,
}

/// Least and greatest sum of a mapping.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bounds {
    lower: Option<f64>,
    upper: Option<f64>,
}

impl Bounds {
    fn read(node: Node<'_, '_>) -> Result<Self, Error> {
        Ok(Self {
            lower: number(node, "lowerBound")?,
            upper: number(node, "upperBound")?,
        })
    }

    pub(super) fn apply(self, sum: f64) -> f64 {
        let raised = self.lower.map_or(sum, |lower| sum.max(lower));
        self.upper.map_or(raised, |upper| raised.min(upper))
    }
}

/// `areaMapping`: points to numbers.
#[derive(Clone, Debug)]
pub(super) struct Areas {
    pub(super) default: f64,
    pub(super) bounds: Bounds,
    /// Shape, coordinates, number.
    pub(super) entries: Vec<(String, Vec<f64>, f64)>,
}

/// `matchTable` or `interpolationTable`.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) default: Option<String>,
    pub(super) entries: Vec<Entry>,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    /// Exactly this number.
    Match(f64, String),
    /// From this number on; whether the number itself counts.
    From(f64, bool, String),
}

/// All variables of an item.
#[derive(Debug)]
pub(super) struct Declarations {
    pub(super) all: Vec<Declaration>,
    by_name: BTreeMap<String, usize>,
}

impl Declarations {
    pub(super) fn read(root: Node<'_, '_>) -> Result<Self, Error> {
        let mut all = Vec::new();
        let mut by_name = BTreeMap::new();
        for node in xml::elements(root) {
            let role = match name::of(node).as_ref() {
                "responseDeclaration" => Role::Response,
                "outcomeDeclaration" => Role::Outcome,
                "templateDeclaration" => Role::Template,
                _ => continue,
            };
            let declaration = Declaration::read(node, role)?;
            by_name.insert(declaration.identifier.clone(), all.len());
            all.push(declaration);
        }
        Ok(Self { all, by_name })
    }

    pub(super) fn find(&self, identifier: &str) -> Result<usize, Error> {
        self.by_name
            .get(identifier)
            .copied()
            .ok_or_else(|| Error::Undeclared(identifier.to_owned()))
    }
}

impl Declaration {
    fn read(node: Node<'_, '_>, role: Role) -> Result<Self, Error> {
        let identifier = required(node, "identifier")?.to_owned();
        let cardinality = match required(node, "cardinality")? {
            "single" => Cardinality::Single,
            "multiple" => Cardinality::Multiple,
            "ordered" => Cardinality::Ordered,
            "record" => Cardinality::Record,
            other => return Err(bad(other, "cardinality")),
        };
        let base = match name::attribute(node, "baseType") {
            Some(text) => Some(Base::of(text).ok_or_else(|| bad(text, "baseType"))?),
            None => None,
        };
        let mut declaration = Self {
            identifier,
            role,
            cardinality,
            base,
            default: Value::Null,
            correct: Value::Null,
            mapping: None,
            areas: None,
            table: None,
        };
        for part in xml::elements(node) {
            match name::of(part).as_ref() {
                "defaultValue" => declaration.default = declaration.values(part)?,
                "correctResponse" => declaration.correct = declaration.values(part)?,
                "mapping" => declaration.mapping = Some(mapping(part)?),
                "areaMapping" => declaration.areas = Some(areas(part)?),
                "matchTable" | "interpolationTable" => declaration.table = Some(table(part)?),
                _ => {}
            }
        }
        Ok(declaration)
    }

    /// The `value` children as a value of this variable.
    fn values(&self, node: Node<'_, '_>) -> Result<Value, Error> {
        let mut values = Vec::new();
        let mut fields = Vec::new();
        for part in xml::elements(node).filter(|part| name::of(*part) == "value") {
            let base = match name::attribute(part, "baseType").or_else(|| part.attribute("base-type")) {
                Some(text) => Base::of(text),
                None => self.base,
            };
            let single = base.unwrap_or(Base::Text).parse(&xml::text(part))?;
            if let Some(field) = name::attribute(part, "fieldIdentifier") {
                fields.push((field.to_owned(), Value::Single(single.clone())));
            }
            values.push(single);
        }
        Ok(match self.cardinality {
            Cardinality::Record => Value::Record(fields),
            _ => self.container(values),
        })
    }

    /// Members as this variable holds them.
    fn container(&self, values: Vec<Single>) -> Value {
        match self.cardinality {
            Cardinality::Multiple => Value::Multiple(values),
            Cardinality::Ordered => Value::Ordered(values),
            Cardinality::Single | Cardinality::Record => {
                values.into_iter().next().map_or(Value::Null, Value::Single)
            }
        }
    }

    /// A response as players send it.
    pub(super) fn response(&self, json: &Json) -> Result<Value, Error> {
        match json {
            Json::Null => Ok(Value::Null),
            Json::Object(fields) if self.cardinality == Cardinality::Record => {
                let field = |(name, value): (&String, &Json)| {
                    let base = match value {
                        Json::Number(_) => Base::Float,
                        Json::Bool(_) => Base::Boolean,
                        _ => Base::Text,
                    };
                    Ok((name.clone(), Value::Single(base.parse(&json_text(value))?)))
                };
                fields
                    .iter()
                    .map(field)
                    .collect::<Result<_, Error>>()
                    .map(Value::Record)
            }
            Json::Array(values) => {
                let base = self.base.unwrap_or(Base::Text);
                let values: Result<_, _> = values
                    .iter()
                    .filter(|value| !value.is_null())
                    .map(|value| base.parse(&json_text(value)))
                    .collect();
                Ok(self.container(values?))
            }
            single => {
                let text = json_text(single);
                let base = self.base.unwrap_or(Base::Text);
                // An entry that was left blank is no number.
                if text.trim().is_empty() && base != Base::Text {
                    return Ok(Value::Null);
                }
                Ok(self.container(vec![base.parse(&text)?]))
            }
        }
    }

    /// A value assigned by a rule: numbers fit each other, containers and singles do not.
    pub(super) fn assigned(&self, value: Value) -> Result<Value, Error> {
        let fit = |single: &Single| match (self.base, single) {
            (Some(Base::Float), Single::Integer(_)) => Ok(Single::Float(single.number().unwrap_or_default())),
            (Some(Base::Integer), Single::Float(value)) => super::value::whole(*value)
                .map(Single::Integer)
                .ok_or_else(|| bad(&value.to_string(), "integer")),
            (Some(base @ (Base::Boolean | Base::Integer | Base::Float)), Single::Text(text)) => {
                base.parse(text)
            }
            (Some(Base::Text | Base::Identifier), other) => Ok(Single::Text(other.key())),
            _ => Ok(single.clone()),
        };
        Ok(match value {
            Value::Null | Value::Record(_) => value,
            other => {
                let values: Vec<Single> = other.members().iter().map(fit).collect::<Result<_, _>>()?;
                if values.is_empty() && self.cardinality == Cardinality::Single {
                    Value::Null
                } else {
                    self.container(values)
                }
            }
        })
    }

    /// What the variable holds before anything is processed.
    pub(super) fn initial(&self) -> Value {
        match (self.role, &self.default, self.cardinality, self.base) {
            (Role::Response, ..) => Value::Null,
            (Role::Outcome, Value::Null, Cardinality::Single, Some(Base::Integer)) => Value::integer(0),
            (Role::Outcome, Value::Null, Cardinality::Single, Some(Base::Float)) => Value::float(0.0),
            _ => self.default.clone(),
        }
    }
}

fn json_text(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Object(fields) => {
            // Points and pairs of some players: {"x": 1, "y": 2}.
            fields.values().map(json_text).collect::<Vec<_>>().join(" ")
        }
        Json::Array(values) => values.iter().map(json_text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn bad(value: &str, kind: &str) -> Error {
    Error::BadValue {
        value: value.to_owned(),
        kind: kind.to_owned(),
    }
}

pub(super) fn required<'a>(node: Node<'a, '_>, attribute: &str) -> Result<&'a str, Error> {
    name::attribute(node, attribute)
        .map(str::trim)
        .ok_or_else(|| Error::Malformed(format!("{} ({attribute})", name::of(node))))
}

fn number(node: Node<'_, '_>, attribute: &str) -> Result<Option<f64>, Error> {
    name::attribute(node, attribute)
        .map(|text| text.trim().parse().map_err(|_| bad(text, "float")))
        .transpose()
}

fn mapping(node: Node<'_, '_>) -> Result<Mapping, Error> {
    let counts = name::flag(node, "caseSensitive", true);
    let entries = xml::elements(node)
        .filter(|entry| name::of(*entry) == "mapEntry")
        .map(|entry| {
            Ok((
                required(entry, "mapKey")?.to_owned(),
                number(entry, "mappedValue")?.unwrap_or(0.0),
                name::flag(entry, "caseSensitive", counts),
            ))
        })
        .collect::<Result<_, Error>>()?;
    Ok(Mapping {
        default: number(node, "defaultValue")?.unwrap_or(0.0),
        bounds: Bounds::read(node)?,
        entries,
    })
}

fn areas(node: Node<'_, '_>) -> Result<Areas, Error> {
    let entries = xml::elements(node)
        .filter(|entry| name::of(*entry) == "areaMapEntry")
        .map(|entry| {
            Ok((
                required(entry, "shape")?.to_owned(),
                coordinates(name::attribute(entry, "coords").unwrap_or_default())?,
                number(entry, "mappedValue")?.unwrap_or(0.0),
            ))
        })
        .collect::<Result<_, Error>>()?;
    Ok(Areas {
        default: number(node, "defaultValue")?.unwrap_or(0.0),
        bounds: Bounds::read(node)?,
        entries,
    })
}

/// `0,0,10,10`.
pub(super) fn coordinates(text: &str) -> Result<Vec<f64>, Error> {
    text.split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.trim_end_matches('%')
                .parse()
                .map_err(|_| bad(text, "coords"))
        })
        .collect()
}

pub(super) fn table(node: Node<'_, '_>) -> Result<Table, Error> {
    let entries = xml::elements(node)
        .map(|entry| {
            let source = number(entry, "sourceValue")?
                .ok_or_else(|| Error::Malformed(name::of(entry).into_owned()))?;
            let target = required(entry, "targetValue")?.to_owned();
            Ok(match name::of(entry).as_ref() {
                "interpolationTableEntry" => {
                    Entry::From(source, name::flag(entry, "includeBoundary", true), target)
                }
                _ => Entry::Match(source, target),
            })
        })
        .collect::<Result<_, Error>>()?;
    Ok(Table {
        default: name::attribute(node, "defaultValue").map(str::to_owned),
        entries,
    })
}
