//! GIFT, Moodle's text format (docs/formats.md says what is read). Lines are put together to questions here; what
//! stands in one question is read in [`question`].

mod answers;
mod block;
mod escape;
mod question;

pub(super) use answers::check_weights;
pub(super) use block::category;

use super::collect::Findings;
use super::{Import, encoding};
use crate::fault::Fault;

/// Reads a GIFT file.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn gift(bytes: &[u8]) -> Result<Import, Vec<Fault>> {
    read(&encoding::decode(bytes).map_err(|fault| vec![fault])?)
}

pub(super) fn read(text: &str) -> Result<Import, Vec<Fault>> {
    let mut findings = Findings::default();
    let mut questions = Vec::new();
    for (index, block) in block::split(text).into_iter().enumerate() {
        questions.extend(question::read(&block, index + 1, &mut findings));
    }
    findings.finish(questions)
}

#[cfg(test)]
mod tests;
