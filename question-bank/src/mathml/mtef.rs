//! `MathType`'s equation format MTEF, versions 2 to 5 (Equation Editor 3 writes 3), to MathML: from an OLE object, a
//! Windows metafile or bare. Sources: Design Science, "`MathType` MTEF v.5", "MTEF v.3" and "How MTEF is stored".
//! Must never show a part of an equation whose other parts it could not read.

mod character;
mod container;
mod embellishment;
mod record;
mod stream;
mod template;
mod write;

use super::Node;

/// Most bytes of a file with one equation: previews of a page have less.
pub const MAX_BYTES: usize = 4 << 20;
/// Deepest nesting of templates.
const MAX_DEPTH: usize = 48;
/// Most records of one equation.
const MAX_RECORDS: usize = 50_000;

/// Why an equation is not converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Larger than any honest equation.
    #[error("tệp công thức lớn hơn {} MB (the equation file is too large)", MAX_BYTES >> 20)]
    TooLarge,
    /// Neither an OLE object with an equation, nor a metafile with one, nor MTEF.
    #[error("không tìm thấy công thức MathType trong tệp (no MathType equation in the file)")]
    NoEquation,
    /// A version that is not described.
    #[error("MTEF phiên bản {0} không đọc được (this version of MTEF is not read)")]
    Version(u8),
    /// The data end within a record, or a record is none.
    #[error("MTEF hỏng tại byte {0} (broken MTEF)")]
    Broken(usize),
    /// A template that the version does not have.
    #[error("mẫu công thức số {0} không rõ (unknown template of MTEF)")]
    Template(u8),
    /// Nesting or number of records beyond any honest equation.
    #[error("công thức quá phức tạp (the equation nests too deep or has too many records)")]
    TooComplex,
}

/// The equation of a file as MathML.
///
/// # Errors
/// There is none, or it is broken, or it uses what is not described.
pub fn convert(bytes: &[u8]) -> Result<Node, Error> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::TooLarge);
    }
    let mtef = container::equation(bytes).ok_or(Error::NoEquation)?;
    let objects = record::read(&mtef)?;
    Ok(Node::math(write::row(&objects), true))
}

#[cfg(test)]
mod tests;
