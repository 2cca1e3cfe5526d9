//! What an installed certificate is, for the people who manage anchors.

use super::Installed;
use super::path;
use crate::certificate::Certificate;
use crate::hash;
use crate::time::Validity;

/// What an installed certificate can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Self-signed: vouches for its signers.
    Root,
    /// A link certificate that leads to an installed root: vouches for its signers as well.
    Link,
    /// Not self-signed, and no installed root stands above it: vouches for nobody.
    Unanchored,
}

impl Role {
    /// `root`, `link` or `unanchored`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Link => "link",
            Self::Unanchored => "unanchored",
        }
    }
}

/// An installed certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// SHA-256 of the certificate.
    pub fingerprint: [u8; 32],
    /// Country of the subject, two small letters.
    pub country: Option<String>,
    /// Common name of the subject.
    pub name: Option<String>,
    /// Time of validity.
    pub validity: Validity,
    /// What it can do.
    pub role: Role,
}

pub(super) fn describe(installed: &[Installed], anchor: &Installed) -> Option<Anchor> {
    let certificate = Certificate::parse(&anchor.der).ok()?;
    let role = if path::is_root(&certificate) {
        Role::Root
    } else if path::paths_of(installed, certificate.clone()).is_empty() {
        Role::Unanchored
    } else {
        Role::Link
    };
    Some(Anchor {
        certificate: anchor.der.clone(),
        fingerprint: hash::sha256(&anchor.der),
        country: anchor.subject.country().map(str::to_owned),
        name: certificate.common_name(),
        validity: certificate.validity,
        role,
    })
}
