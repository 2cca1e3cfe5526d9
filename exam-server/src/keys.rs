//! The server's keys, read once at start.

use crate::config::Config;
use anyhow::{Context, Result, anyhow};
use certs::seal::ContentKey;
use certs::sealed_box::AuditPublicKey;
use certs::signing::SigningKey;
use std::path::Path;

/// Keys in memory; never printed.
pub struct Keys {
    /// Signs seat certificates and receipts.
    pub receipt: SigningKey,
    /// Its certificate and that of the issuing authority above it (DER, one after another).
    pub receipt_certificate: Vec<u8>,
    /// Wraps sitting keys.
    pub node: ContentKey,
    /// Seals chip data; what is sealed can't be opened here.
    pub audit: AuditPublicKey,
}

impl Keys {
    /// Reads the key files.
    ///
    /// # Errors
    /// Names the file that is missing or broken.
    pub fn read(config: &Config) -> Result<Self> {
        let data = &config.data;
        let receipt = SigningKey::from_pkcs8_pem(&text(&data.receipt_key)?)
            .with_context(|| format!("{}: not a signing key", data.receipt_key.display()))?;
        let receipt_certificate = certs::x509::chain_from_pem(&text(&data.receipt_certificate)?)
            .with_context(|| format!("{}: not a certificate", data.receipt_certificate.display()))?;
        let node = hex::decode(text(&data.node_key)?.trim())
            .ok()
            .and_then(|bytes| bytes.try_into().ok());
        let node = node.ok_or_else(|| anyhow!("{}: not 64 hexadecimal digits", data.node_key.display()))?;
        Ok(Self {
            receipt,
            receipt_certificate,
            node: ContentKey::from_bytes(node),
            audit: AuditPublicKey::from_text(&text(&data.audit_public_key)?)
                .with_context(|| format!("{}: not an audit key", data.audit_public_key.display()))?,
        })
    }
}

fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{}: can't be read", path.display()))
}
