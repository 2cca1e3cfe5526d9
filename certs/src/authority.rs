//! The exam CA: a root that stays offline, and the issuing authorities below it that servers use from day to day.
//!
//! | certificate | issued by | key usage | extended key usage | name |
//! |---|---|---|---|---|
//! | root ([`ExamRoot`]) | itself | certificate and CRL signing, path length 1 | | CN = name of the exam authority |
//! | issuing authority ([`IssuingAuthority`]) | root | certificate and CRL signing, path length 0 | | CN = name of the server or school |
//! | server | issuing authority | digital signature | serverAuth | DNS names and IP addresses |
//! | desk, seat | issuing authority | digital signature | clientAuth | CN = machine's name, URI `urn:truong-thi:desk:<32 hex>` or `…:seat:…` |
//! | receipt signer | issuing authority | digital signature | documentSigning (RFC 9336) | URI `urn:truong-thi:receipt-signer` |
//!
//! All keys are P-256. Profiles follow RFC 5280. New keys and serial numbers come from ring's operating-system generator,
//! because the certificate writer takes no other. Writes no files and checks nothing: checks are in [`crate::x509`].

mod issuing;
mod ledger;
mod profile;
mod request;
mod revocation;
mod root;

pub use issuing::IssuingAuthority;
pub use ledger::{Entry, LEDGER};
pub use request::{CertificationRequest, certification_request};
pub use revocation::{Reason, Revoked};
pub use root::ExamRoot;

use crate::time::Validity;
use core::fmt;
use zeroize::Zeroizing;

/// What stands before a desk's id in its certificate.
pub const DESK_URI_PREFIX: &str = "urn:truong-thi:desk:";
/// What stands before a seat PC's id in its certificate.
pub const SEAT_URI_PREFIX: &str = "urn:truong-thi:seat:";
/// What stood before a desk's id in its certificate up to version 0.1; still taken for a desk.
pub const STATION_URI_PREFIX: &str = "urn:truong-thi:station:";
/// What a receipt signer's certificate is named.
pub const RECEIPT_SIGNER_URI: &str = "urn:truong-thi:receipt-signer";

/// What a machine is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MachineKind {
    /// At the door, with a card reader.
    Desk,
    /// In the room, in front of a candidate.
    Seat,
}

impl MachineKind {
    /// What stands before the machine's id in its certificate.
    pub const fn uri_prefix(self) -> &'static str {
        match self {
            Self::Desk => DESK_URI_PREFIX,
            Self::Seat => SEAT_URI_PREFIX,
        }
    }
}

/// What a machine's certificate is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine<'a> {
    /// What it is for.
    pub kind: MachineKind,
    /// Its id, 32 lower-case hexadecimal digits.
    pub id_hex: &'a str,
    /// Its name, 1 to 64 characters.
    pub name: &'a str,
}

/// A certificate as issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certified {
    /// The certificate and, below a root, that of the issuing authority: PEM, leaf first, as a TLS end point shows them.
    pub certificate_pem: String,
    /// Serial number of the certificate, lower-case hexadecimal without leading zeros.
    pub serial: String,
    /// Its time of validity; it may end sooner than was asked for, because it never outlives its issuer.
    pub validity: Validity,
}

/// A certificate with its new private key.
#[derive(Clone)]
pub struct Issued {
    /// The certificate.
    pub certified: Certified,
    /// Its private key, PKCS #8 PEM; wiped when dropped.
    pub key_pem: Zeroizing<String>,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued")
            .field("certified", &self.certified)
            .finish_non_exhaustive()
    }
}
