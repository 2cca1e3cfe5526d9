//! What went wrong and where: a kind and a place. Never carries the bytes themselves: they may be personal or secret.

use core::fmt;

/// Result of this crate.
pub type Result<T> = core::result::Result<T, Error>;

/// Why bytes or an operation were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Not the structure that was expected.
    Malformed,
    /// Longer or deeper nested than this crate is willing to read.
    TooLarge,
    /// Well formed, but not in the one deterministic encoding.
    NotDeterministic,
    /// A known structure with an algorithm, curve or parameter outside the allow-list.
    NotAllowed,
    /// The signature or authentication tag does not fit.
    NotAuthentic,
    /// Signed for another purpose, or by a certificate that is not meant for this.
    WrongPurpose,
    /// Outside its time of validity.
    OutsideValidity,
    /// A key can't be used: wrong kind, wrong length, private and public half do not fit.
    Key,
    /// An argument of the caller can't be put into the structure: a host name, a time.
    Argument,
    /// The random number generator gave nothing.
    Randomness,
}

/// An error: what and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    kind: Kind,
    place: &'static str,
    offset: Option<usize>,
}

impl Error {
    pub(crate) const fn new(kind: Kind, place: &'static str) -> Self {
        Self {
            kind,
            place,
            offset: None,
        }
    }

    #[cfg(feature = "full")]
    pub(crate) const fn at(kind: Kind, place: &'static str, offset: usize) -> Self {
        Self {
            kind,
            place,
            offset: Some(offset),
        }
    }

    /// What went wrong.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// In which structure, e.g. `EF.SOD` or `COSE protected header`.
    pub const fn place(&self) -> &'static str {
        self.place
    }

    /// At which byte of that structure, counted from 0, where that is known.
    pub const fn offset(&self) -> Option<usize> {
        self.offset
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            Kind::Malformed => "malformed",
            Kind::TooLarge => "too large or too deeply nested",
            Kind::NotDeterministic => "not in deterministic encoding",
            Kind::NotAllowed => "algorithm or parameter not allowed",
            Kind::NotAuthentic => "signature or authentication tag does not fit",
            Kind::WrongPurpose => "made for another purpose",
            Kind::OutsideValidity => "not valid at this time",
            Kind::Key => "unusable key",
            Kind::Argument => "unusable argument",
            Kind::Randomness => "no random numbers available",
        };
        match self.offset {
            Some(offset) => write!(f, "{}, byte {offset}: {what}", self.place),
            None => write!(f, "{}: {what}", self.place),
        }
    }
}
