//! QTI items (1EdTech Question and Test Interoperability 2.1, 2.2 and 3.0): scoring of responses by interpreting the
//! item's own template, response and outcome processing. Must never fetch what an item refers to, and never score an
//! item of which it understands only a part.

mod declaration;
mod expression;
mod name;
mod random;
mod rule;
mod session;
mod value;

pub use value::Value;

use crate::xml;
use declaration::Declarations;
use roxmltree::Node;
use serde_json::{Map, Value as Json};
use session::Session;

/// Largest item.
pub const MAX_BYTES: usize = 4 << 20;

/// Why an item is not scored.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The item is not XML.
    #[error(transparent)]
    Xml(#[from] xml::Error),
    /// Larger than any honest item.
    #[error("câu hỏi QTI lớn hơn {} MB (the item is too large)", MAX_BYTES >> 20)]
    TooLarge,
    /// The root element is another one.
    #[error("phần tử gốc là <{0}>, không phải assessmentItem (not an assessment item)")]
    NotAnItem(String),
    /// An element that belongs to tests, or that no version has, or that would fetch a file.
    #[error("phần tử «{0}» không được hỗ trợ trong một câu hỏi (not supported in an item)")]
    Unsupported(String),
    /// A rule or expression names a variable that is not declared.
    #[error("biến «{0}» không được khai báo (undeclared variable)")]
    Undeclared(String),
    /// A value that its type does not have.
    #[error("giá trị «{value}» không thuộc kiểu {kind} (not a value of the type)")]
    BadValue {
        /// The text.
        value: String,
        /// The base type.
        kind: String,
    },
    /// An expression with the wrong number or kind of operands, or without a needed attribute.
    #[error("biểu thức «{0}» sai cấu trúc (malformed expression)")]
    Malformed(String),
    /// Nesting or number of steps beyond any honest item.
    #[error("xử lý trả lời quá phức tạp (processing nests too deep or takes too long)")]
    TooComplex,
}

/// A parsed item whose responses can be scored.
#[derive(Debug)]
pub struct Item<'a> {
    root: Node<'a, 'a>,
    declarations: Declarations,
}

/// What came of scoring.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Outcome variables by name, in the order of their declaration.
    pub outcomes: Map<String, Json>,
    /// The outcome `SCORE` as a number; 0 where it is none.
    pub score: f64,
    /// The item body as text, with its printed variables.
    pub body: String,
}

impl<'a> Item<'a> {
    /// Reads an item from a parsed document.
    ///
    /// # Errors
    /// It is no item, or its declarations are malformed.
    pub fn read(document: &'a roxmltree::Document<'a>) -> Result<Self, Error> {
        let root = document.root_element();
        if name::of(root) != "assessmentItem" {
            return Err(Error::NotAnItem(root.tag_name().name().to_owned()));
        }
        Ok(Self {
            root,
            declarations: Declarations::read(root)?,
        })
    }

    /// Scores responses: a JSON object of values by response identifier, as players write them.
    ///
    /// # Errors
    /// A response has another type than declared, or the processing cannot be carried out.
    pub fn score(&self, responses: &Map<String, Json>, seed: u32) -> Result<Scored, Error> {
        let mut session = Session::new(&self.declarations, seed);
        let part = |wanted| xml::elements(self.root).find(|node| name::of(*node) == wanted);
        if let Some(templates) = part("templateProcessing") {
            session.process_templates(templates)?;
        }
        session.take_responses(responses)?;
        if let Some(processing) = part("responseProcessing") {
            session.process_responses(processing)?;
        }
        if let Some(processing) = part("outcomeProcessing") {
            session.process(processing)?;
        }
        let body = part("itemBody").map_or(String::new(), |body| session.printed(body));
        Ok(Scored {
            outcomes: session.outcomes(),
            score: session.score(),
            body,
        })
    }
}

/// Scores the responses of one item text.
///
/// # Errors
/// As [`Item::read`] and [`Item::score`].
pub fn score(item: &str, responses: &Map<String, Json>, seed: u32) -> Result<Scored, Error> {
    if item.len() > MAX_BYTES {
        return Err(Error::TooLarge);
    }
    let document = xml::parse(item.trim_start_matches('\u{feff}'))?;
    Item::read(&document)?.score(responses, seed)
}

/// A number as players write it: whole ones without a fraction.
pub fn number(value: f64) -> Json {
    value::number_json(value)
}

#[cfg(test)]
mod tests;
