//! Rules of template, response and outcome processing. Must never skip a rule that it does not know.

use super::declaration::{Entry, Table, required};
use super::expression::evaluate;
use super::session::Session;
use super::value::{Single, Value};
use super::{Error, name};
use crate::xml;
use roxmltree::Node;

/// Whether processing goes on after a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Exit,
    /// A template's constraint did not hold.
    DrawAgain,
}

impl Session<'_> {
    /// The rules within an element, in order.
    pub(super) fn rules(&mut self, node: Node<'_, '_>, depth: u32) -> Result<Flow, Error> {
        for rule in xml::elements(node) {
            let flow = self.rule(rule, depth + 1)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn rule(&mut self, node: Node<'_, '_>, depth: u32) -> Result<Flow, Error> {
        self.step(depth)?;
        let name = name::of(node);
        match name.as_ref() {
            "responseCondition" | "outcomeCondition" | "templateCondition" => {
                return self.condition(node, depth);
            }
            "responseProcessingFragment" | "outcomeProcessingFragment" => return self.rules(node, depth),
            "exitResponse" | "exitTemplate" | "exitTest" => return Ok(Flow::Exit),
            "templateConstraint" => {
                let holds = self.only_operand(node, depth)?.holds();
                return Ok(if holds { Flow::Next } else { Flow::DrawAgain });
            }
            "setOutcomeValue" | "setResponseValue" | "setTemplateValue" => {
                let value = self.only_operand(node, depth)?;
                self.assign(required(node, "identifier")?, value)?;
            }
            "setCorrectResponse" => {
                let value = self.only_operand(node, depth)?;
                self.set_correct(required(node, "identifier")?, value)?;
            }
            "setDefaultValue" => {
                let identifier = required(node, "identifier")?;
                // Without an expression: back to the default.
                let value = if xml::elements(node).next().is_none() {
                    self.default(identifier)?.clone()
                } else {
                    self.only_operand(node, depth)?
                };
                self.set_default(identifier, value)?;
            }
            "lookupOutcomeValue" => {
                let source = self.only_operand(node, depth)?;
                let identifier = required(node, "identifier")?;
                let declaration = self.declaration(identifier)?;
                let table = declaration
                    .table
                    .as_ref()
                    .ok_or_else(|| Error::Malformed(name.into_owned()))?;
                let found = looked_up(table, &source);
                self.assign(identifier, found)?;
            }
            other => return Err(Error::Unsupported(shown(node, other))),
        }
        Ok(Flow::Next)
    }

    /// `…If`, `…ElseIf`, `…Else`: the first whose condition holds.
    fn condition(&mut self, node: Node<'_, '_>, depth: u32) -> Result<Flow, Error> {
        for branch in xml::elements(node) {
            let mut rules: Vec<_> = xml::elements(branch).collect();
            let branch_name = name::of(branch);
            if branch_name.ends_with("If") {
                if rules.is_empty() {
                    return Err(Error::Malformed(branch_name.into_owned()));
                }
                let condition = rules.remove(0);
                if !evaluate(self, condition, depth + 1)?.holds() {
                    continue;
                }
            } else if !branch_name.ends_with("Else") {
                return Err(Error::Unsupported(branch_name.into_owned()));
            }
            for rule in rules {
                let flow = self.rule(rule, depth + 1)?;
                if flow != Flow::Next {
                    return Ok(flow);
                }
            }
            return Ok(Flow::Next);
        }
        Ok(Flow::Next)
    }

    fn only_operand(&mut self, node: Node<'_, '_>, depth: u32) -> Result<Value, Error> {
        let mut operands = xml::elements(node);
        match (operands.next(), operands.next()) {
            (Some(operand), None) => evaluate(self, operand, depth + 1),
            _ => Err(Error::Malformed(name::of(node).into_owned())),
        }
    }
}

/// An element's name with its prefix where it comes from elsewhere (`xi:include`).
pub(super) fn shown(node: Node<'_, '_>, name: &str) -> String {
    match node.tag_name().namespace() {
        Some("http://www.w3.org/2001/XInclude") => format!("xi:{name}"),
        _ => name.to_owned(),
    }
}

/// The target of a table for a number.
pub(super) fn looked_up(table: &Table, source: &Value) -> Value {
    let number = source.number();
    #[expect(clippy::float_cmp, reason = "a match table matches exactly")]
    let target = table.entries.iter().find_map(|entry| match (entry, number?) {
        (Entry::Match(source, target), number) => (*source == number).then_some(target),
        (Entry::From(from, included, target), number) => {
            (number > *from || (*included && number == *from)).then_some(target)
        }
    });
    target
        .or(table.default.as_ref())
        .map_or(Value::Null, |text| Value::Single(Single::Text(text.clone())))
}
