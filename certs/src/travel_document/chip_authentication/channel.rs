//! The first exchange under the keys of chip authentication (ICAO Doc 9303-11, sections 9.7 and 9.8): one protected command
//! is made, one protected response is checked. Everything else of secure messaging is the agent's.

use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockCipherEncrypt, BlockModeEncrypt, InnerIvInit, KeyInit};
use cmac::{Cmac, Mac};
use des::{Des, TdesEde2};
use retail_mac::RetailMac;
use sha2::Digest;
use zeroize::Zeroizing;

const FITS: &str = "keys are derived in the length that their suite names";
/// `SELECT` by file identifier, without response data: a file that every chip with chip authentication has.
const SELECT: [u8; 4] = [0x0c, 0xa4, 0x02, 0x0c];
const DG14: [u8; 2] = [0x01, 0x0e];
/// A response to `SELECT` has no data: status and checksum, and room for what a chip adds.
const MAX_RESPONSE: usize = 512;

/// The ciphers of a session, the better the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Suite {
    TripleDes,
    Aes128,
    Aes192,
    Aes256,
}

impl Suite {
    /// By the last arc of `id-CA`.
    pub(super) fn named(arc: u8) -> Option<Self> {
        [Self::TripleDes, Self::Aes128, Self::Aes192, Self::Aes256]
            .into_iter()
            .find(|suite| suite.arc() == arc)
    }

    pub(super) fn arc(self) -> u8 {
        match self {
            Self::TripleDes => 1,
            Self::Aes128 => 2,
            Self::Aes192 => 3,
            Self::Aes256 => 4,
        }
    }

    fn block(self) -> usize {
        if self == Self::TripleDes { 8 } else { 16 }
    }

    /// `H(secret ‖ counter)` (9303-11, section 9.7.1): SHA-1 for keys of 16 bytes, SHA-256 for longer ones. The parity bits
    /// of 3DES keys are ignored by the cipher.
    fn derive(self, secret: &[u8], counter: u8) -> Zeroizing<Vec<u8>> {
        let input = Zeroizing::new([secret, &[0, 0, 0, counter]].concat());
        let (digest, len) = match self {
            Self::TripleDes | Self::Aes128 => (sha1::Sha1::digest(&*input).to_vec(), 16),
            Self::Aes192 => (sha2::Sha256::digest(&*input).to_vec(), 24),
            Self::Aes256 => (sha2::Sha256::digest(&*input).to_vec(), 32),
        };
        let digest = Zeroizing::new(digest);
        Zeroizing::new(digest[..len].to_vec())
    }
}

/// The keys of a session with its send sequence counter.
pub(super) struct Session {
    suite: Suite,
    encryption: Zeroizing<Vec<u8>>,
    authentication: Zeroizing<Vec<u8>>,
    counter: u8,
}

impl Session {
    /// From the shared secret; the counter begins at 0 (9303-11, section 9.8.2).
    pub(super) fn derive(suite: Suite, shared: &[u8]) -> Self {
        Self {
            suite,
            encryption: suite.derive(shared, 1),
            authentication: suite.derive(shared, 2),
            counter: 0,
        }
    }

    /// The protected command `SELECT EF.DG14`.
    pub(super) fn select_dg14(&mut self) -> Vec<u8> {
        self.counter += 1;
        let secret = self.encrypt(&padded(DG14.to_vec(), self.suite.block()));
        let length = u8::try_from(secret.len() + 1).expect("one block");
        let cryptogram = [&[0x87, length, 0x01], secret.as_slice()].concat();
        let header = padded(SELECT.to_vec(), self.suite.block());
        let checksum = self.checksum(&[header, cryptogram.clone()].concat());
        let data = [cryptogram.as_slice(), &[0x8e, 0x08], &checksum].concat();
        let length = u8::try_from(data.len()).expect("two short objects");
        [&SELECT, [length].as_slice(), &data, &[0]].concat()
    }

    /// Whether the response carries the right checksum: `87? 99 8E` and the status word outside.
    pub(super) fn is_authentic(&mut self, response: &[u8]) -> bool {
        self.counter += 1;
        let Some((objects, checksum)) = split(response) else {
            return false;
        };
        let message = padded(self.message(objects), self.suite.block());
        match self.suite {
            Suite::TripleDes => fits::<RetailMac<Des>>(&self.authentication, &message, checksum),
            Suite::Aes128 => fits::<Cmac<Aes128>>(&self.authentication, &message, checksum),
            Suite::Aes192 => fits::<Cmac<Aes192>>(&self.authentication, &message, checksum),
            Suite::Aes256 => fits::<Cmac<Aes256>>(&self.authentication, &message, checksum),
        }
    }

    fn counter_block(&self) -> Vec<u8> {
        let mut block = vec![0; self.suite.block()];
        if let Some(last) = block.last_mut() {
            *last = self.counter;
        }
        block
    }

    fn message(&self, objects: &[u8]) -> Vec<u8> {
        [self.counter_block().as_slice(), objects].concat()
    }

    fn checksum(&self, objects: &[u8]) -> Vec<u8> {
        let message = padded(self.message(objects), self.suite.block());
        match self.suite {
            Suite::TripleDes => mac::<RetailMac<Des>>(&self.authentication, &message),
            Suite::Aes128 => mac::<Cmac<Aes128>>(&self.authentication, &message),
            Suite::Aes192 => mac::<Cmac<Aes192>>(&self.authentication, &message),
            Suite::Aes256 => mac::<Cmac<Aes256>>(&self.authentication, &message),
        }
    }

    /// CBC; the vector is zero for 3DES and the encrypted counter for AES (9303-11, section 9.8.6).
    fn encrypt(&self, plain: &[u8]) -> Vec<u8> {
        let zeros = vec![0; self.suite.block()];
        let counter = self.counter_block();
        let key = &self.encryption;
        match self.suite {
            Suite::TripleDes => cbc::<TdesEde2>(key, &zeros, plain),
            Suite::Aes128 => cbc::<Aes128>(key, &cbc::<Aes128>(key, &zeros, &counter), plain),
            Suite::Aes192 => cbc::<Aes192>(key, &cbc::<Aes192>(key, &zeros, &counter), plain),
            Suite::Aes256 => cbc::<Aes256>(key, &cbc::<Aes256>(key, &zeros, &counter), plain),
        }
    }
}

/// Padding method 2 of ISO/IEC 9797-1.
fn padded(mut bytes: Vec<u8>, block: usize) -> Vec<u8> {
    bytes.push(0x80);
    bytes.resize(bytes.len().next_multiple_of(block), 0);
    bytes
}

/// What the checksum is over, and the checksum. The status under protection must be there, and be the one outside.
fn split(response: &[u8]) -> Option<(&[u8], &[u8])> {
    if response.len() > MAX_RESPONSE {
        return None;
    }
    let (data, outside) = response.split_last_chunk::<2>()?;
    let (rest, checksum) = data.split_last_chunk::<8>()?;
    let objects = rest.strip_suffix(&[0x8e, 0x08])?;
    let inside = objects.last_chunk::<4>()?;
    (inside[..2] == [0x99, 0x02] && inside[2..] == outside[..]).then_some((objects, checksum.as_slice()))
}

fn cbc<C: BlockCipherEncrypt + KeyInit>(key: &[u8], vector: &[u8], plain: &[u8]) -> Vec<u8> {
    let cipher = C::new_from_slice(key).expect(FITS);
    cbc::Encryptor::inner_iv_slice_init(cipher, vector)
        .expect("a vector is one block")
        .encrypt_padded_vec::<NoPadding>(plain)
}

fn mac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mac = <M as KeyInit>::new_from_slice(key).expect(FITS);
    mac.chain_update(message).finalize().into_bytes()[..8].to_vec()
}

fn fits<M: Mac + KeyInit>(key: &[u8], message: &[u8], checksum: &[u8]) -> bool {
    let mac = <M as KeyInit>::new_from_slice(key).expect(FITS);
    mac.chain_update(message).verify_truncated_left(checksum).is_ok()
}

#[cfg(test)]
impl Session {
    /// What a chip with these keys answers to a command without data.
    pub(super) fn respond(&mut self) -> Vec<u8> {
        self.counter += 1;
        let status = [0x99, 0x02, 0x90, 0x00];
        let checksum = self.checksum(&status);
        [&status, [0x8e, 0x08].as_slice(), &checksum, &[0x90, 0x00]].concat()
    }
}
