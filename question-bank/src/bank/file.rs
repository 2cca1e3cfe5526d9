//! The file of a bank: JSON with a signature over the bank in it. Must never open a file whose signature does not fit
//! what stands in it.

use super::Bank;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use certs::signing::{SigningKey, verify};
use ring::rand::SecureRandom;
use serde::{Deserialize, Serialize};

/// The value of `format`.
pub const FORMAT: &str = "truong-thi-question-bank";
/// The only version.
pub const VERSION: u32 = 1;
/// Largest file.
pub const MAX_BYTES: usize = 1 << 30;
/// Stands before the bank's JSON in what is signed, so that the signature fits nothing else.
const SIGNED_PREFIX: &[u8] = b"truong-thi question bank 1\n";

#[derive(Serialize, Deserialize)]
struct Package {
    format: String,
    version: u32,
    bank: Bank,
    /// ECDSA P-256 with SHA-256 over the prefix and the bank's JSON, in base64.
    signature: String,
    /// The uncompressed point, in base64.
    public_key: String,
}

/// An opened bank with the key that signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The bank.
    pub bank: Bank,
    /// Who signed it; whether to trust the key is for the caller to say.
    pub signed_by: [u8; 65],
}

/// Why a file is no bank.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Larger than any bank.
    #[error("tệp ngân hàng quá lớn (the bank file is too large)")]
    TooLarge,
    /// Not JSON of a bank.
    #[error("không phải tệp ngân hàng câu hỏi: {0} (no bank file)")]
    Json(#[from] serde_json::Error),
    /// Another format or version.
    #[error("định dạng «{0}» không phải ngân hàng câu hỏi phiên bản {VERSION} (another format)")]
    Format(String),
    /// The signature does not fit.
    #[error("chữ kí không khớp: tệp đã bị sửa hoặc hỏng (the signature does not fit)")]
    Signature,
    /// The signature could not be made.
    #[error("không kí được: {0}")]
    Signing(certs::Error),
}

/// Writes a bank, signed.
///
/// # Errors
/// The signature cannot be made.
pub fn write(bank: &Bank, key: &SigningKey, rng: &dyn SecureRandom) -> Result<String, Error> {
    let signature = key.sign(rng, &signed(bank)?).map_err(Error::Signing)?;
    let package = Package {
        format: FORMAT.to_owned(),
        version: VERSION,
        bank: bank.clone(),
        signature: STANDARD.encode(signature),
        public_key: STANDARD.encode(key.public_key()),
    };
    Ok(serde_json::to_string(&package)?)
}

/// Opens a bank.
///
/// # Errors
/// It is none, or was changed after it was signed.
pub fn read(bytes: &[u8]) -> Result<Opened, Error> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::TooLarge);
    }
    let package: Package = serde_json::from_slice(bytes)?;
    if package.format != FORMAT || package.version != VERSION {
        return Err(Error::Format(package.format));
    }
    let decode = |text: &str| STANDARD.decode(text).map_err(|_| Error::Signature);
    let signature: [u8; 64] = decode(&package.signature)?
        .try_into()
        .map_err(|_| Error::Signature)?;
    let signed_by: [u8; 65] = decode(&package.public_key)?
        .try_into()
        .map_err(|_| Error::Signature)?;
    verify(&signed_by, &signed(&package.bank)?, &signature).map_err(|_| Error::Signature)?;
    Ok(Opened {
        bank: package.bank,
        signed_by,
    })
}

/// What is signed: maps are ordered, so the same bank has the same bytes.
fn signed(bank: &Bank) -> Result<Vec<u8>, Error> {
    let mut bytes = SIGNED_PREFIX.to_vec();
    serde_json::to_writer(&mut bytes, bank)?;
    Ok(bytes)
}
