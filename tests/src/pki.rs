//! A test country signing authority and its document signers, made from a seed in milliseconds.
//!
//! Owns every certificate and security object that a virtual card carries. Must share no code with `certs`, whose
//! judgement these files are there to test, and must never be trusted outside a test or a demo.

mod authority;
mod fixture_keys;
mod security_object;

pub use authority::{Authority, DocumentSigner, SignerKind, Validity};
pub use fixture_keys::{DOCUMENT_SIGNER_KEY, FORGER_KEY, WEAK_CHIP_KEY, chip_key, rsa_key};
pub use security_object::{Flaw, LdsVersion, SecurityObject};

use anyhow::Result;

/// All authorities that the virtual cards of one run know of.
pub struct TestPki {
    /// The country signing authority that the exam's server is told to trust.
    pub country: Authority,
    /// Another authority under the same name, whose key the server has never seen: a forger's.
    pub look_alike: Authority,
    /// An authority under another name which nobody installed: an issuer unknown to the server.
    pub stranger: Authority,
}

impl TestPki {
    /// Makes the authorities of `seed`; the same seed gives the same certificates byte for byte.
    ///
    /// # Errors
    ///
    /// A name or key was refused by the certificate library.
    pub fn new(seed: u64) -> Result<Self> {
        let name = "CN=CSCA Truong Thi Test,OU=Only for tests,O=Truong Thi,C=VN";
        let stranger = "CN=CSCA Stranger Test,OU=Only for tests,O=Truong Thi,C=VN";
        Ok(Self {
            country: Authority::new(seed, "country", name)?,
            look_alike: Authority::new(seed, "look-alike", name)?,
            stranger: Authority::new(seed, "stranger", stranger)?,
        })
    }
}
