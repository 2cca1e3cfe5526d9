//! The root of the exam CA: makes issuing authorities and revokes them. Its key belongs offline.

use super::issuing::IssuingAuthority;
use super::profile::Authority;
use super::revocation::Revoked;
use crate::error::Result;
use crate::time::Validity;
use crate::x509;
use core::fmt;
use zeroize::Zeroizing;

/// Issuing authorities are the only CAs below the root (RFC 5280, section 4.2.1.9).
const PATH_LENGTH: u8 = 1;

/// The root with its private key. Its `Debug` shows no key.
pub struct ExamRoot(Authority);

impl fmt::Debug for ExamRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExamRoot(secret)")
    }
}

impl ExamRoot {
    /// A new root with a fresh key; `name` is its common name.
    ///
    /// # Errors
    /// [`Kind::Argument`](crate::Kind::Argument) for an empty name or impossible times,
    /// [`Kind::Randomness`](crate::Kind::Randomness).
    pub fn create(name: &str, validity: Validity) -> Result<Self> {
        Authority::self_signed(name, validity, PATH_LENGTH).map(Self)
    }

    /// The root from its two files.
    ///
    /// # Errors
    /// [`Kind::Malformed`](crate::Kind::Malformed) for an unreadable certificate, [`Kind::Key`](crate::Kind::Key) when
    /// the key is unreadable or belongs to another certificate, [`Kind::WrongPurpose`](crate::Kind::WrongPurpose) or
    /// [`Kind::NotAuthentic`](crate::Kind::NotAuthentic) when the certificate is not a self-signed CA's.
    pub fn from_pem(certificate_pem: &str, key_pem: &str) -> Result<Self> {
        let key = x509::root_key(&x509::der_from_pem(certificate_pem)?)?;
        Authority::from_pem(certificate_pem, key_pem, key).map(Self)
    }

    /// A new issuing authority below this root. It ends with the root at the latest.
    ///
    /// # Errors
    /// [`Kind::Argument`](crate::Kind::Argument) for an empty name or impossible times,
    /// [`Kind::OutsideValidity`](crate::Kind::OutsideValidity) when the root ends before it would begin,
    /// [`Kind::Randomness`](crate::Kind::Randomness).
    pub fn issue_authority(&self, name: &str, validity: Validity) -> Result<IssuingAuthority> {
        IssuingAuthority::below(&self.0, name, validity)
    }

    /// The root's certificate, PEM: what every machine trusts.
    pub fn certificate_pem(&self) -> &str {
        &self.0.certificate_pem
    }

    /// Serial number of the root's certificate, lower-case hexadecimal.
    pub fn serial(&self) -> &str {
        &self.0.serial
    }

    /// The root's private key, PKCS #8 PEM. It belongs on a medium that is locked away.
    pub fn key_pem(&self) -> Zeroizing<String> {
        self.0.key_pem()
    }

    /// A certificate revocation list (RFC 5280, section 5) of issuing authorities, PEM. `period` runs from this update to
    /// the next one; `number` must be greater than that of the list before.
    ///
    /// # Errors
    /// [`Kind::Argument`](crate::Kind::Argument) for an impossible serial number or time.
    pub fn revocation_list(&self, number: u64, period: Validity, revoked: &[Revoked]) -> Result<String> {
        self.0.revocation_list(number, period, revoked)
    }
}
