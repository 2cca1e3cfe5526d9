//! One candidate's attempt at an item: the current values of all variables. Must never outlive its item.

use super::declaration::{Declaration, Declarations, Role};
use super::random::Random;
use super::rule::Flow;
use super::value::Value;
use super::{Error, name};
use crate::xml;
use roxmltree::Node;
use serde_json::{Map, Value as Json};

/// Most rules and expressions of one scoring.
const MAX_STEPS: u32 = 200_000;
/// How often a template is drawn again until its constraint holds.
const MAX_DRAWS: u32 = 100;

/// The values while an item is processed.
pub(super) struct Session<'d> {
    declarations: &'d Declarations,
    values: Vec<Value>,
    correct: Vec<Value>,
    defaults: Vec<Value>,
    pub(super) random: Random,
    steps: u32,
}

impl<'d> Session<'d> {
    pub(super) fn new(declarations: &'d Declarations, seed: u32) -> Self {
        let of = |value: fn(&Declaration) -> Value| declarations.all.iter().map(value).collect();
        Self {
            declarations,
            values: of(Declaration::initial),
            correct: of(|declaration| declaration.correct.clone()),
            defaults: of(|declaration| declaration.default.clone()),
            random: Random::new(seed),
            steps: 0,
        }
    }

    /// Counts a step; without end there is none.
    pub(super) fn step(&mut self, depth: u32) -> Result<(), Error> {
        self.steps += 1;
        if self.steps > MAX_STEPS || depth > 100 {
            return Err(Error::TooComplex);
        }
        Ok(())
    }

    pub(super) fn process_templates(&mut self, node: Node<'_, '_>) -> Result<(), Error> {
        for _ in 0..MAX_DRAWS {
            if self.rules(node, 0)? != Flow::DrawAgain {
                return Ok(());
            }
            for (index, declaration) in self.declarations.all.iter().enumerate() {
                self.values[index] = declaration.initial();
            }
        }
        Ok(())
    }

    pub(super) fn take_responses(&mut self, responses: &Map<String, Json>) -> Result<(), Error> {
        for (index, declaration) in self.declarations.all.iter().enumerate() {
            if let (Role::Response, Some(json)) = (declaration.role, responses.get(&declaration.identifier)) {
                self.values[index] = declaration.response(json)?;
            }
        }
        Ok(())
    }

    pub(super) fn process_responses(&mut self, node: Node<'_, '_>) -> Result<(), Error> {
        match name::attribute(node, "template").filter(|_| xml::elements(node).next().is_none()) {
            Some(template) => self.standard_template(template),
            None => self.process(node),
        }
    }

    pub(super) fn process(&mut self, node: Node<'_, '_>) -> Result<(), Error> {
        self.rules(node, 0).map(drop)
    }

    /// The templates of the specification (QTI 2.2, 2.14; 3.0, 5.4): one response, one score.
    fn standard_template(&mut self, template: &str) -> Result<(), Error> {
        let last = template.rsplit('/').next().unwrap_or(template);
        let score = match last.trim_end_matches(".xml") {
            "match_correct" => {
                let right = super::expression::same(
                    &self.values[self.declarations.find("RESPONSE")?],
                    &self.correct[self.declarations.find("RESPONSE")?],
                );
                Value::float(if right.holds() { 1.0 } else { 0.0 })
            }
            "map_response" => super::expression::map_response(self, "RESPONSE")?,
            "map_response_point" => super::expression::map_points(self, "RESPONSE")?,
            other => return Err(Error::Unsupported(other.to_owned())),
        };
        self.assign("SCORE", score)
    }

    pub(super) fn declaration(&self, identifier: &str) -> Result<&'d Declaration, Error> {
        Ok(&self.declarations.all[self.declarations.find(identifier)?])
    }

    pub(super) fn value(&self, identifier: &str) -> Result<&Value, Error> {
        Ok(&self.values[self.declarations.find(identifier)?])
    }

    pub(super) fn correct(&self, identifier: &str) -> Result<&Value, Error> {
        Ok(&self.correct[self.declarations.find(identifier)?])
    }

    pub(super) fn default(&self, identifier: &str) -> Result<&Value, Error> {
        Ok(&self.defaults[self.declarations.find(identifier)?])
    }

    pub(super) fn assign(&mut self, identifier: &str, value: Value) -> Result<(), Error> {
        let index = self.declarations.find(identifier)?;
        self.values[index] = self.declarations.all[index].assigned(value)?;
        Ok(())
    }

    pub(super) fn set_correct(&mut self, identifier: &str, value: Value) -> Result<(), Error> {
        let index = self.declarations.find(identifier)?;
        self.correct[index] = self.declarations.all[index].assigned(value)?;
        Ok(())
    }

    pub(super) fn set_default(&mut self, identifier: &str, value: Value) -> Result<(), Error> {
        let index = self.declarations.find(identifier)?;
        self.defaults[index] = self.declarations.all[index].assigned(value)?;
        self.values[index] = self.defaults[index].clone();
        Ok(())
    }

    pub(super) fn outcomes(&self) -> Map<String, Json> {
        let all = self.declarations.all.iter().zip(&self.values);
        all.filter(|(declaration, _)| declaration.role == Role::Outcome)
            .map(|(declaration, value)| (declaration.identifier.clone(), value.json()))
            .collect()
    }

    pub(super) fn score(&self) -> f64 {
        self.value("SCORE").ok().and_then(Value::number).unwrap_or(0.0)
    }

    /// The body as text, variables printed.
    pub(super) fn printed(&self, body: Node<'_, '_>) -> String {
        let mut text = String::new();
        for node in body.descendants() {
            if node.is_text() {
                text.push_str(node.text().unwrap_or_default());
            } else if name::of(node) == "printedVariable" {
                let shown = name::attribute(node, "identifier")
                    .and_then(|identifier| self.value(identifier).ok())
                    .map(Value::json);
                match shown {
                    Some(Json::String(shown)) => text.push_str(&shown),
                    Some(Json::Null) | None => {}
                    Some(other) => text.push_str(&other.to_string()),
                }
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
