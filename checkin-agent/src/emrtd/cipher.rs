//! The two cipher suites of secure messaging, ICAO 9303-11 section 9.8.6: 3DES with retail MAC, AES-128 with CMAC.
//!
//! Blocks in, blocks out; message layout belongs to `messaging`.

use super::kdf::Key;
use aes::Aes128;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit,
};
use cmac::{Cmac, Mac};
use des::{Des, TdesEde2};
use retail_mac::RetailMac;

/// Which block ciphers protect the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// Two-key 3DES in CBC mode, ISO/IEC 9797-1 MAC algorithm 3 (section 9.8.6.2).
    TripleDes,
    /// AES-128 in CBC mode, CMAC shortened to 8 bytes (section 9.8.6.1).
    Aes128,
}

impl Suite {
    /// Bytes of a block, and of the send sequence counter.
    pub const fn block_size(self) -> usize {
        match self {
            Self::TripleDes => 8,
            Self::Aes128 => 16,
        }
    }

    /// Encrypts whole blocks; `counter` is the send sequence counter as one block.
    pub fn encrypt(self, key: &Key, counter: &[u8], plain: &[u8]) -> Vec<u8> {
        match self {
            Self::TripleDes => cbc::Encryptor::<TdesEde2>::new(&(**key).into(), &[0; 8].into())
                .encrypt_padded_vec::<NoPadding>(plain),
            Self::Aes128 => cbc::Encryptor::<Aes128>::new(&(**key).into(), &aes_iv(key, counter).into())
                .encrypt_padded_vec::<NoPadding>(plain),
        }
    }

    /// Decrypts whole blocks; `None` when there is a broken one.
    pub fn decrypt(self, key: &Key, counter: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::TripleDes => cbc::Decryptor::<TdesEde2>::new(&(**key).into(), &[0; 8].into())
                .decrypt_padded_vec::<NoPadding>(secret),
            Self::Aes128 => cbc::Decryptor::<Aes128>::new(&(**key).into(), &aes_iv(key, counter).into())
                .decrypt_padded_vec::<NoPadding>(secret),
        }
        .ok()
    }

    /// The 8-byte checksum. The caller pads for 3DES; CMAC takes the same padded bytes (section 9.8.6.1).
    pub fn checksum(self, key: &Key, message: &[u8]) -> [u8; 8] {
        let mut checksum = [0; 8];
        match self {
            Self::TripleDes => {
                let mac = RetailMac::<Des>::new(&(**key).into())
                    .chain_update(message)
                    .finalize();
                checksum.copy_from_slice(&mac.into_bytes());
            }
            Self::Aes128 => checksum = cmac(key, message),
        }
        checksum
    }
}

/// CMAC with AES-128, shortened to 8 bytes; also the PACE authentication token (section 4.4.3.4).
pub fn cmac(key: &Key, message: &[u8]) -> [u8; 8] {
    let full = Cmac::<Aes128>::new(&(**key).into())
        .chain_update(message)
        .finalize()
        .into_bytes();
    let mut short = [0; 8];
    short.copy_from_slice(&full[..8]);
    short
}

/// One AES-128 block decrypted: the PACE nonce (section 4.4.3.3), which is CBC with a zero IV over one block.
pub fn decrypt_block(key: &Key, block: [u8; 16]) -> Key {
    let mut block = block.into();
    Aes128::new(&(**key).into()).decrypt_block(&mut block);
    Key::new(block.into())
}

/// `IV = E(KSenc, SSC)` (section 9.8.6.1).
fn aes_iv(key: &Key, counter: &[u8]) -> [u8; 16] {
    let mut block = [0; 16];
    block.copy_from_slice(counter);
    let mut block = block.into();
    Aes128::new(&(**key).into()).encrypt_block(&mut block);
    block.into()
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
