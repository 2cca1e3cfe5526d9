//! EF.SOD: the hashes of a card's data groups, signed by a document signer (ICAO Doc 9303 part 10, 4.6.2).
//!
//! Owns the CMS SignedData around the LDS security object. Must not decide which data groups a card has.

use anyhow::Result;
use sha2::{Digest, Sha256};

use super::DocumentSigner;
use crate::tlv::{group, integer, oid, set_of, tlv};

/// id-icao-ldsSecurityObject, 2.23.136.1.1.1.
const LDS_SECURITY_OBJECT: &str = "678108010101";
/// id-signedData, 1.2.840.113549.1.7.2.
const SIGNED_DATA: &str = "2a864886f70d010702";
/// id-contentType, 1.2.840.113549.1.9.3.
const CONTENT_TYPE: &str = "2a864886f70d010903";
/// id-messageDigest, 1.2.840.113549.1.9.4.
const MESSAGE_DIGEST: &str = "2a864886f70d010904";
/// id-sha256, 2.16.840.1.101.3.4.2.1.
const SHA256: &str = "608648016503040201";
/// ecdsa-with-SHA256, 1.2.840.10045.4.3.2.
const ECDSA_SHA256: &str = "2a8648ce3d040302";
/// rsaEncryption, 1.2.840.113549.1.1.1: what CMS names for PKCS#1 version 1.5 (RFC 3370, 3.2).
const RSA: &str = "2a864886f70d010101";

/// Version of the LDS security object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LdsVersion {
    /// Version 0: data group hashes only.
    #[default]
    V0,
    /// Version 1: names the LDS and Unicode versions too.
    V1,
}

/// What a security object may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The signed attributes name the hash of other content.
    OtherContent,
    /// The signer's certificate is not in it.
    NoCertificate,
}

/// The hashes of a card, ready to be signed.
#[derive(Clone, Debug, Default)]
pub struct SecurityObject {
    hashes: Vec<(u8, [u8; 32])>,
    version: LdsVersion,
    flaw: Option<Flaw>,
}

impl SecurityObject {
    /// An object without data groups.
    pub fn new(version: LdsVersion) -> Self {
        Self {
            hashes: Vec::new(),
            version,
            flaw: None,
        }
    }

    /// The same with a flaw.
    pub fn with_flaw(mut self, flaw: Option<Flaw>) -> Self {
        self.flaw = flaw;
        self
    }

    /// Adds the SHA-256 of a data group's whole file, tag and length included.
    pub fn cover(&mut self, data_group: u8, file: &[u8]) {
        self.hashes.push((data_group, Sha256::digest(file).into()));
    }

    /// The whole file EF.SOD.
    ///
    /// # Errors
    ///
    /// The signer's certificate or key cannot be used.
    pub fn sign(&self, signer: &DocumentSigner) -> Result<Vec<u8>> {
        let content = self.to_der();
        let attributes = match self.flaw {
            Some(Flaw::OtherContent) => signed_attributes(b"other content"),
            _ => signed_attributes(&content),
        };
        let certificate = match self.flaw {
            Some(Flaw::NoCertificate) => Vec::new(),
            _ => tlv(0xA0, &signer.certificate_der()?),
        };
        let signature = signer.sign(&set_of(0x31, attributes.clone()))?;
        let info = signer_info(signer, attributes, &signature)?;
        let encapsulated = group(
            0x30,
            &[&oid(LDS_SECURITY_OBJECT), &tlv(0xA0, &tlv(0x04, &content))],
        );
        let signed = group(
            0x30,
            &[
                &integer(3),
                &tlv(0x31, &sha256_identifier()),
                &encapsulated,
                &certificate,
                &tlv(0x31, &info),
            ],
        );
        Ok(tlv(0x77, &group(0x30, &[&oid(SIGNED_DATA), &tlv(0xA0, &signed)])))
    }

    fn to_der(&self) -> Vec<u8> {
        let mut hashes = self.hashes.clone();
        hashes.sort_unstable();
        let list: Vec<u8> = hashes
            .iter()
            .flat_map(|(number, hash)| group(0x30, &[&integer(u32::from(*number)), &tlv(0x04, hash)]))
            .collect();
        let (version, names) = match self.version {
            LdsVersion::V0 => (0, Vec::new()),
            LdsVersion::V1 => (1, group(0x30, &[&tlv(0x13, b"0108"), &tlv(0x13, b"040000")])),
        };
        group(
            0x30,
            &[&integer(version), &sha256_identifier(), &tlv(0x30, &list), &names],
        )
    }
}

/// SHA-256's AlgorithmIdentifier with NULL parameters, as the cards in the field write it.
fn sha256_identifier() -> Vec<u8> {
    group(0x30, &[&oid(SHA256), &[0x05, 0x00]])
}

fn signed_attributes(content: &[u8]) -> Vec<Vec<u8>> {
    let attribute = |kind: &str, value: &[u8]| group(0x30, &[&oid(kind), &tlv(0x31, value)]);
    vec![
        attribute(CONTENT_TYPE, &oid(LDS_SECURITY_OBJECT)),
        attribute(MESSAGE_DIGEST, &tlv(0x04, &Sha256::digest(content))),
    ]
}

fn signer_info(signer: &DocumentSigner, attributes: Vec<Vec<u8>>, signature: &[u8]) -> Result<Vec<u8>> {
    let algorithm = if signer.is_ecdsa() {
        group(0x30, &[&oid(ECDSA_SHA256)])
    } else {
        group(0x30, &[&oid(RSA), &[0x05, 0x00]])
    };
    Ok(group(
        0x30,
        &[
            &integer(1),
            &tlv(0x30, &signer.issuer_and_serial()?),
            &sha256_identifier(),
            &set_of(0xA0, attributes),
            &algorithm,
            &tlv(0x04, signature),
        ],
    ))
}
