//! Formulas of word processors as MathML: Word's own (OMML) and `MathType`'s (MTEF). Pure: bytes or an XML element in,
//! a formula or the reason against it out. Must never change a formula to make it convertible.

pub mod mtef;
mod node;
pub mod omml;

pub use node::Node;
