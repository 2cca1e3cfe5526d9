//! A MathML element under construction, and its text. Must never hold markup as text.

use crate::xml::escape;
use core::fmt::{self, Display};

/// A MathML element or token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    name: &'static str,
    attributes: Vec<(&'static str, &'static str)>,
    text: String,
    children: Vec<Node>,
}

impl Node {
    /// An element with children.
    pub fn element(name: &'static str, children: Vec<Node>) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            text: String::new(),
            children,
        }
    }

    /// `mi`, `mn`, `mo` or `mtext`.
    pub fn token(name: &'static str, text: impl Into<String>) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            text: text.into(),
            children: Vec::new(),
        }
    }

    /// Children as one argument: a single one stands for itself.
    pub fn row(mut children: Vec<Node>) -> Self {
        if children.len() == 1 {
            children.remove(0)
        } else {
            Self::element("mrow", children)
        }
    }

    /// A whole formula.
    pub fn math(children: Vec<Node>, display: bool) -> Self {
        let display = if display { "block" } else { "inline" };
        Self::element("math", children).with("display", display)
    }

    /// With one more attribute.
    pub fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.attributes.push((name, value));
        self
    }

    /// The element's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The text of a token.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is a row without content.
    pub fn is_empty_row(&self) -> bool {
        self.name == "mrow" && self.children.is_empty()
    }
}

impl Display for Node {
    /// As XML, without a namespace: HTML needs none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.name)?;
        for (name, value) in &self.attributes {
            write!(f, " {name}=\"{}\"", escape(value))?;
        }
        write!(f, ">{}", escape(&self.text))?;
        for child in &self.children {
            child.fmt(f)?;
        }
        write!(f, "</{}>", self.name)
    }
}
