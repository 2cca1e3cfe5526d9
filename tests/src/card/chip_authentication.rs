//! Chip authentication version 1, the chip's side (ICAO Doc 9303 part 11, 6.2).
//!
//! Owns the static key and one agreement. Must not know commands.

use anyhow::{Context, Result, ensure};
use num_bigint::BigUint;

use super::{
    domain::Domain,
    key,
    pace::suite_named,
    secure_messaging::{SecureMessaging, Suite},
    status::Status,
};
use crate::dice::Dice;

/// id-CA, 0.4.0.127.0.7.2.2.3, as content bytes.
const PROTOCOL: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03];

/// The chip authentication that a chip speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChipProfile {
    /// Id of the standardised domain parameters.
    pub parameters: u8,
    /// The ciphers afterwards.
    pub suite: Suite,
}

impl Default for ChipProfile {
    /// What cards in the field announce: id-CA-ECDH-AES-CBC-CMAC-128, here on brainpoolP256r1.
    fn default() -> Self {
        Self {
            parameters: 13,
            suite: Suite::Aes128,
        }
    }
}

impl ChipProfile {
    /// Reads `13-aes128`: parameters, ciphers.
    ///
    /// # Errors
    ///
    /// What part was not understood.
    pub fn parse(text: &str) -> Result<Self> {
        let (parameters, suite) = text
            .split_once('-')
            .with_context(|| format!("`{text}` should read like 13-aes128"))?;
        let parameters = parameters
            .parse()
            .with_context(|| format!("`{parameters}` is not the number of domain parameters"))?;
        ensure!(
            Domain::standardised(parameters).is_some(),
            "there is no group {parameters}"
        );
        Ok(Self {
            parameters,
            suite: suite_named(suite)?,
        })
    }

    /// Object identifier of the protocol, as content bytes.
    pub fn protocol(&self) -> Vec<u8> {
        let agreement = if self.domain().is_curve() { 2 } else { 1 };
        [&PROTOCOL[..], &[agreement, self.suite.arc()]].concat()
    }

    /// The group.
    pub fn domain(&self) -> Domain {
        Domain::standardised(self.parameters).expect("a profile is made of known parameters")
    }
}

/// A chip's static key pair.
#[derive(Clone, Debug)]
pub struct StaticKey {
    profile: ChipProfile,
    secret: BigUint,
}

impl StaticKey {
    /// The key that a seed gives.
    pub fn new(profile: ChipProfile, seed: u64) -> Self {
        let order = profile.domain().order().clone();
        let bytes = Dice::new(seed, "chip authentication").bytes(order.to_bytes_be().len());
        Self {
            profile,
            secret: BigUint::from_bytes_be(&bytes) % (order - 1_u8) + 1_u8,
        }
    }

    /// What it is for.
    pub fn profile(&self) -> ChipProfile {
        self.profile
    }

    /// The public key for data group 14.
    pub fn public(&self) -> Vec<u8> {
        let domain = self.profile.domain();
        domain
            .write(&domain.times(&self.secret, &domain.base()))
            .expect("a secret is not a multiple of the order")
    }

    /// The channel that follows from the reader's ephemeral key.
    ///
    /// # Errors
    ///
    /// The status word for a key that is not in the group.
    pub fn agree(&self, reader: &[u8]) -> Result<SecureMessaging, Status> {
        let domain = self.profile.domain();
        let shared = domain.shared(&domain.times(&self.secret, &domain.read(reader)?))?;
        let key = |counter| key::of_suite(self.profile.suite, &shared, counter);
        Ok(SecureMessaging::new(
            self.profile.suite,
            key(key::ENCRYPTION),
            key(key::AUTHENTICATION),
            0,
        ))
    }
}
