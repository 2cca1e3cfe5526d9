//! The cipher suites of secure messaging, ICAO 9303-11 section 9.8.6: 3DES with retail MAC, AES with CMAC.
//!
//! Blocks in, blocks out; message layout belongs to `messaging`.

use super::kdf::{self, Key, Purpose};
use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit,
};
use cmac::{Cmac, Mac};
use des::{Des, TdesEde2};
use retail_mac::RetailMac;

/// Why a key fits its cipher.
const FITS: &str = "keys are derived in the length that their suite names";

/// Which block ciphers protect the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// Two-key 3DES in CBC mode, ISO/IEC 9797-1 MAC algorithm 3 (section 9.8.6.2).
    TripleDes,
    /// AES-128 in CBC mode, CMAC shortened to 8 bytes (section 9.8.6.1).
    Aes128,
    /// The same with AES-192.
    Aes192,
    /// The same with AES-256.
    Aes256,
}

impl Suite {
    /// The suite that the last arc of a protocol identifier names: 1 for 3DES, 2 to 4 for AES (section 9.2).
    pub const fn named(arc: u8) -> Option<Self> {
        match arc {
            1 => Some(Self::TripleDes),
            2 => Some(Self::Aes128),
            3 => Some(Self::Aes192),
            4 => Some(Self::Aes256),
            _ => None,
        }
    }

    /// The last arc of the protocol identifiers that name this suite.
    pub const fn arc(self) -> u8 {
        match self {
            Self::TripleDes => 1,
            Self::Aes128 => 2,
            Self::Aes192 => 3,
            Self::Aes256 => 4,
        }
    }

    /// Bytes of a block, and of the send sequence counter.
    pub const fn block_size(self) -> usize {
        match self {
            Self::TripleDes => 8,
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
        }
    }

    /// Bytes of a key.
    pub const fn key_size(self) -> usize {
        match self {
            Self::TripleDes | Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    /// A key of this suite from a shared secret or a password (section 9.7.1).
    pub fn derive(self, secret: &[u8], purpose: Purpose) -> Key {
        match self {
            Self::TripleDes => kdf::triple_des(secret, purpose),
            Self::Aes128 | Self::Aes192 | Self::Aes256 => kdf::aes(self.key_size(), secret, purpose),
        }
    }

    /// Encrypts whole blocks in CBC mode with this vector.
    pub fn encrypt_from(self, key: &[u8], vector: &[u8], plain: &[u8]) -> Vec<u8> {
        match self {
            Self::TripleDes => encrypt::<TdesEde2>(key, vector, plain),
            Self::Aes128 => encrypt::<Aes128>(key, vector, plain),
            Self::Aes192 => encrypt::<Aes192>(key, vector, plain),
            Self::Aes256 => encrypt::<Aes256>(key, vector, plain),
        }
    }

    /// Decrypts whole blocks in CBC mode with this vector; `None` when there is a broken one.
    pub fn decrypt_from(self, key: &[u8], vector: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::TripleDes => decrypt::<TdesEde2>(key, vector, secret),
            Self::Aes128 => decrypt::<Aes128>(key, vector, secret),
            Self::Aes192 => decrypt::<Aes192>(key, vector, secret),
            Self::Aes256 => decrypt::<Aes256>(key, vector, secret),
        }
    }

    /// Encrypts whole blocks of a message; `counter` is the send sequence counter as one block.
    pub fn encrypt(self, key: &Key, counter: &[u8], plain: &[u8]) -> Vec<u8> {
        self.encrypt_from(key, &self.vector(key, counter), plain)
    }

    /// Decrypts whole blocks of a message; `None` when there is a broken one.
    pub fn decrypt(self, key: &Key, counter: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
        self.decrypt_from(key, &self.vector(key, counter), secret)
    }

    /// The 8-byte checksum. The caller pads for 3DES; CMAC takes the same padded bytes (section 9.8.6.1).
    pub fn checksum(self, key: &Key, message: &[u8]) -> [u8; 8] {
        match self {
            Self::TripleDes => checksum::<RetailMac<Des>>(key, message),
            Self::Aes128 => checksum::<Cmac<Aes128>>(key, message),
            Self::Aes192 => checksum::<Cmac<Aes192>>(key, message),
            Self::Aes256 => checksum::<Cmac<Aes256>>(key, message),
        }
    }

    /// The authentication token of PACE over a message (section 4.4.3.4): 3DES pads, CMAC does so by itself.
    pub fn token(self, key: &Key, message: &[u8]) -> [u8; 8] {
        let mut message = message.to_vec();
        if self == Self::TripleDes {
            pad(&mut message, self.block_size());
        }
        self.checksum(key, &message)
    }

    /// Zeros for 3DES; `IV = E(KSenc, SSC)` for AES (section 9.8.6.1).
    fn vector(self, key: &Key, counter: &[u8]) -> Vec<u8> {
        let zeros = vec![0; self.block_size()];
        if self == Self::TripleDes {
            zeros
        } else {
            self.encrypt_from(key, &zeros, counter)
        }
    }
}

fn encrypt<C: BlockCipherEncrypt + KeyInit>(key: &[u8], vector: &[u8], plain: &[u8]) -> Vec<u8> {
    let cipher = C::new_from_slice(key).expect(FITS);
    cbc::Encryptor::inner_iv_slice_init(cipher, vector)
        .expect("a vector is one block")
        .encrypt_padded_vec::<NoPadding>(plain)
}

fn decrypt<C: BlockCipherDecrypt + KeyInit>(key: &[u8], vector: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
    let cipher = C::new_from_slice(key).expect(FITS);
    cbc::Decryptor::inner_iv_slice_init(cipher, vector)
        .expect("a vector is one block")
        .decrypt_padded_vec::<NoPadding>(secret)
        .ok()
}

fn checksum<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> [u8; 8] {
    let full = <M as KeyInit>::new_from_slice(key)
        .expect(FITS)
        .chain_update(message)
        .finalize()
        .into_bytes();
    let mut short = [0; 8];
    short.copy_from_slice(&full[..8]);
    short
}

/// Padding method 2 of ISO/IEC 9797-1: `80`, then zeros to a whole block.
pub fn pad(bytes: &mut Vec<u8>, block_size: usize) {
    bytes.push(0x80);
    bytes.resize(bytes.len().next_multiple_of(block_size), 0);
}

/// Takes this padding off; `None` when it is not there.
pub fn unpad(bytes: &mut Vec<u8>) -> Option<()> {
    let end = bytes.iter().rposition(|&byte| byte != 0)?;
    (bytes[end] == 0x80).then(|| bytes.truncate(end))
}
