//! Signed heads: how long the chain was at a time, under the receipt key. Whoever keeps one can show that a chain was cut
//! off or rewritten later.

use certs::Time;
use certs::cose::Envelope;
use certs::hash::sha256;
use certs::signing::{SigningKey, verify_cose};
use certs::x509::receipt_key;
use exam_protocol::bytes::Digest;
use exam_protocol::canonical;
use exam_protocol::time::Timestamp;
use minicbor::{Decode, Encode};
use ring::rand::SecureRandom;
use serde::Serialize;

/// Content type of a head, in the protected header of its COSE_Sign1.
pub const HEAD: &str = "application/vnd.truong-thi.audit-head+cbor";

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct Head {
    /// Always [`super::chain::FORMAT`].
    #[n(1)]
    pub format: String,
    /// SHA-256 of the exam CA's certificate (DER).
    #[n(2)]
    pub installation: Digest,
    /// First record of the file.
    #[n(3)]
    pub from: i64,
    /// Hash of the record before it.
    #[n(4)]
    pub previous: Digest,
    /// Last record of the file; one less than the first where the file holds none.
    #[n(5)]
    pub sequence: i64,
    /// Its hash.
    #[n(6)]
    pub hash: Digest,
    /// When this was signed.
    #[n(7)]
    pub at: Timestamp,
    /// SHA-256 of all bytes of the file before the head's line.
    #[n(8)]
    pub body: Digest,
}

/// Why a head is not believed, in Vietnamese and in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotBelieved(pub String, pub String);

/// The installation's name in exports: SHA-256 of the exam CA's certificate.
pub fn installation(exam_ca: &[u8]) -> Digest {
    exam_protocol::bytes::Fixed(sha256(exam_ca))
}

impl Head {
    /// Signs.
    ///
    /// # Errors
    /// When the generator gives no randomness.
    pub fn sign(&self, key: &SigningKey, random: &dyn SecureRandom) -> Result<Vec<u8>, certs::Error> {
        key.sign_cose(random, HEAD, canonical::encode(self))
    }

    /// Reads a head and believes it only under a receipt certificate of this exam CA that held when it was signed.
    ///
    /// # Errors
    /// [`NotBelieved`] says why.
    pub fn verify(envelope: &[u8], certificates: &[u8], exam_ca: &[u8]) -> Result<Self, NotBelieved> {
        let unreadable = || {
            NotBelieved(
                "phần ký không đọc được".into(),
                "the signed head can't be read".into(),
            )
        };
        let parsed = Envelope::parse(envelope).map_err(|_| unreadable())?;
        let claimed: Self = canonical::decode(parsed.unverified_payload()).map_err(|_| unreadable())?;
        let at = Time(claimed.at.0.div_euclid(1000));
        let key = receipt_key(certificates, exam_ca, at).map_err(|error| {
            NotBelieved(
                format!("chứng thư máy chủ không thuộc CA của kỳ thi hoặc không còn hạn: {error}"),
                format!("the server's certificate is not the exam CA's, or was not valid then: {error}"),
            )
        })?;
        verify_cose(&key, HEAD, envelope).map_err(|_| {
            NotBelieved(
                "chữ ký của phần ký không đúng".into(),
                "the signature of the head is wrong".into(),
            )
        })?;
        Ok(claimed)
    }
}
