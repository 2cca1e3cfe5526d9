//! What an installed certificate is, for the people who manage anchors.

use super::Installed;
use super::{country, path};
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
    /// SHA-256 of the public key with its algorithm: the same key in another certificate is recognised by it.
    pub key: [u8; 32],
}

/// Why a certificate is no country signer that people should install by hand, whatever else it is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAState {
    /// It names no country, or one that is in no list of ISO 3166-1 and ICAO Doc 9303-3.
    NoCountry,
    /// Its key is one of the exam's own authorities.
    OwnAuthority,
}

impl Anchor {
    /// Whether it can be a state's country signer: it names a country (ICAO Doc 9303-12, section 7.1.1: mandatory), and its
    /// key is none of these, as [`crate::x509::key_fingerprint`] gives them.
    ///
    /// # Errors
    /// [`NotAState`].
    pub fn check_state(&self, own: &[[u8; 32]]) -> Result<(), NotAState> {
        if own.contains(&self.key) {
            return Err(NotAState::OwnAuthority);
        }
        match self.country.as_deref() {
            Some(country) if country::is_known(country) => Ok(()),
            _ => Err(NotAState::NoCountry),
        }
    }
}

pub(super) fn describe(installed: &[Installed], anchor: &Installed) -> Option<Anchor> {
    let certificate = Certificate::parse(&anchor.der).ok()?;
    let role = if path::is_root(anchor, &certificate) {
        Role::Root
    } else if path::paths_of(installed, anchor, certificate.clone()).is_empty() {
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
        key: certificate.key_fingerprint(),
    })
}
