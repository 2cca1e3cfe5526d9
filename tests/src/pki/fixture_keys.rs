//! The committed RSA test keys (`tests/fixtures/cards/README.md`): which key stands where.
//!
//! Must hold no key that protects anything.

use anyhow::{Context, Result};
use rsa::{RsaPrivateKey, pkcs8::DecodePrivateKey};

/// Position of the key with which a forger answers for a card whose own key he could not copy.
pub const FORGER_KEY: usize = 24;
/// Position of the RSA document signer's key.
pub const DOCUMENT_SIGNER_KEY: usize = 25;
/// Position of a chip's key that anybody can factor, RSA-512.
pub const WEAK_CHIP_KEY: usize = 26;
/// Position of a document signer's key that is too short, RSA-1024.
pub const WEAK_SIGNER_KEY: usize = 27;
/// How many keys belong to chips.
const CHIP_KEYS: usize = 24;

const PEM: &str = include_str!("../../fixtures/cards/TEST-ONLY-active-authentication-keys.pem");
const END: &str = "-----END PRIVATE KEY-----\n";

/// The key at a position of the file.
///
/// # Errors
///
/// There is no key at that position.
pub fn rsa_key(position: usize) -> Result<RsaPrivateKey> {
    let text = PEM
        .split_inclusive(END)
        .nth(position)
        .with_context(|| format!("no test key {position}"))?;
    RsaPrivateKey::from_pkcs8_pem(text).with_context(|| format!("test key {position} is not PKCS#8"))
}

/// The key in the chip of citizen `index`; beyond 24 the keys are used again.
///
/// # Errors
///
/// The fixture is damaged.
pub fn chip_key(index: usize) -> Result<RsaPrivateKey> {
    rsa_key(index % CHIP_KEYS)
}
