//! The cipher suites of secure messaging: 3DES with retail MAC, AES with CMAC (ICAO Doc 9303 part 11, 9.8.6 and 9.8.7).
//!
//! Owns padding, chaining and MACs over whole blocks. Must not know data objects.

use aes::{
    Aes128, Aes192, Aes256,
    cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
};
use cmac::{Cmac, Mac};
use des::{Des, TdesEde2};

/// Why a key fits its cipher.
const FITS: &str = "keys are derived in the length of their suite";

/// Cipher and MAC of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// Two-key 3DES in CBC mode with a zero vector; retail MAC (ISO/IEC 9797-1, MAC algorithm 3).
    TripleDes,
    /// AES-128 in CBC mode with an encrypted counter as vector; CMAC cut to 8 bytes.
    Aes128,
    /// The same with AES-192.
    Aes192,
    /// The same with AES-256.
    Aes256,
}

impl Suite {
    /// Block size in bytes.
    pub fn block(self) -> usize {
        if self == Self::TripleDes { 8 } else { 16 }
    }

    /// Its number at the end of a protocol's object identifier.
    pub fn arc(self) -> u8 {
        match self {
            Self::TripleDes => 1,
            Self::Aes128 => 2,
            Self::Aes192 => 3,
            Self::Aes256 => 4,
        }
    }

    /// Size of a key in bytes.
    pub fn key_size(self) -> usize {
        match self {
            Self::TripleDes | Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    /// ISO/IEC 9797-1 padding method 2: 80, then zeros up to a whole block.
    pub fn pad(self, data: &[u8]) -> Vec<u8> {
        let mut out = data.to_vec();
        out.push(0x80);
        out.resize(out.len().next_multiple_of(self.block()), 0);
        out
    }

    /// The counter's next value; 3DES has 64 bits of it.
    pub fn next_counter(self, counter: u128) -> u128 {
        match self {
            Self::TripleDes => (counter + 1) & u128::from(u64::MAX),
            _ => counter.wrapping_add(1),
        }
    }

    /// The counter as one block.
    pub fn counter_block(self, counter: u128) -> Vec<u8> {
        counter.to_be_bytes()[16 - self.block()..].to_vec()
    }

    /// Encrypts whole blocks of a message.
    pub fn encrypt(self, key: &[u8], counter: u128, data: &[u8]) -> Vec<u8> {
        self.encrypt_from(key, &self.vector(key, counter), data)
    }

    /// Encrypts whole blocks from a zero vector, as PACE does with its nonce.
    pub fn encrypt_plainly(self, key: &[u8], data: &[u8]) -> Vec<u8> {
        self.encrypt_from(key, &vec![0; self.block()], data)
    }

    fn encrypt_from(self, key: &[u8], vector: &[u8], data: &[u8]) -> Vec<u8> {
        match self {
            Self::TripleDes => cbc_encrypt(&TdesEde2::new_from_slice(key).expect(FITS), vector, data),
            Self::Aes128 => cbc_encrypt(&Aes128::new_from_slice(key).expect(FITS), vector, data),
            Self::Aes192 => cbc_encrypt(&Aes192::new_from_slice(key).expect(FITS), vector, data),
            Self::Aes256 => cbc_encrypt(&Aes256::new_from_slice(key).expect(FITS), vector, data),
        }
    }

    /// Decrypts whole blocks; `None` if `data` is empty or not made of whole blocks.
    pub fn decrypt(self, key: &[u8], counter: u128, data: &[u8]) -> Option<Vec<u8>> {
        if data.is_empty() || !data.len().is_multiple_of(self.block()) {
            return None;
        }
        let vector = self.vector(key, counter);
        Some(match self {
            Self::TripleDes => cbc_decrypt(&TdesEde2::new_from_slice(key).expect(FITS), &vector, data),
            Self::Aes128 => cbc_decrypt(&Aes128::new_from_slice(key).expect(FITS), &vector, data),
            Self::Aes192 => cbc_decrypt(&Aes192::new_from_slice(key).expect(FITS), &vector, data),
            Self::Aes256 => cbc_decrypt(&Aes256::new_from_slice(key).expect(FITS), &vector, data),
        })
    }

    /// The 8-byte MAC over whole blocks.
    pub fn mac(self, key: &[u8], blocks: &[u8]) -> [u8; 8] {
        match self {
            Self::TripleDes => retail_mac(key, blocks),
            Self::Aes128 => short(Cmac::<Aes128>::new_from_slice(key).expect(FITS), blocks),
            Self::Aes192 => short(Cmac::<Aes192>::new_from_slice(key).expect(FITS), blocks),
            Self::Aes256 => short(Cmac::<Aes256>::new_from_slice(key).expect(FITS), blocks),
        }
    }

    /// The MAC of a token, whose message is padded for 3DES and by CMAC itself.
    pub fn token(self, key: &[u8], message: &[u8]) -> [u8; 8] {
        if self == Self::TripleDes {
            self.mac(key, &self.pad(message))
        } else {
            self.mac(key, message)
        }
    }

    fn vector(self, key: &[u8], counter: u128) -> Vec<u8> {
        if self == Self::TripleDes {
            vec![0; 8]
        } else {
            self.encrypt_plainly(key, &self.counter_block(counter))
        }
    }
}

fn short<M: Mac>(mut mac: M, message: &[u8]) -> [u8; 8] {
    mac.update(message);
    mac.finalize().into_bytes()[..8]
        .try_into()
        .expect("CMAC has 16 bytes")
}

/// Takes padding method 2 off.
pub fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|&byte| byte != 0)?;
    (padded[end] == 0x80).then(|| &padded[..end])
}

fn retail_mac(key: &[u8], blocks: &[u8]) -> [u8; 8] {
    let (first, second) = key.split_first_chunk::<8>().expect("the key has 16 bytes");
    let first = Des::new(first.into());
    let second = Des::new(second.try_into().expect("the key's second half has 8 bytes"));
    let chained = cbc_encrypt(&first, &[0; 8], blocks);
    let mut last = Array::try_from(&chained[chained.len() - 8..]).expect("eight bytes are a block");
    second.decrypt_block(&mut last);
    first.encrypt_block(&mut last);
    last.into()
}

fn cbc_encrypt<C: BlockCipherEncrypt>(cipher: &C, vector: &[u8], data: &[u8]) -> Vec<u8> {
    let mut previous = vector.to_vec();
    let mut out = Vec::with_capacity(data.len());
    for chunk in data.chunks_exact(C::block_size()) {
        let mut block = Array::try_from(chunk).expect("a chunk is a block");
        block
            .iter_mut()
            .zip(&previous)
            .for_each(|(byte, before)| *byte ^= before);
        cipher.encrypt_block(&mut block);
        previous = block.to_vec();
        out.extend_from_slice(&previous);
    }
    out
}

fn cbc_decrypt<C: BlockCipherDecrypt>(cipher: &C, vector: &[u8], data: &[u8]) -> Vec<u8> {
    let mut previous = vector;
    let mut out = Vec::with_capacity(data.len());
    for chunk in data.chunks_exact(C::block_size()) {
        let mut block = Array::try_from(chunk).expect("a chunk is a block");
        cipher.decrypt_block(&mut block);
        out.extend(block.iter().zip(previous).map(|(byte, before)| byte ^ before));
        previous = chunk;
    }
    out
}
