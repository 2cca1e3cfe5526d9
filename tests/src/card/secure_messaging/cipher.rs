//! The two cipher suites of secure messaging: 3DES with retail MAC, AES-128 with CMAC (ICAO Doc 9303 part 11, 9.8.6
//! and 9.8.7).
//!
//! Owns padding, chaining and MACs over whole blocks. Must not know data objects.

use aes::{
    Aes128,
    cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
};
use cmac::{Cmac, Mac};
use des::{Des, TdesEde2};

/// Cipher and MAC of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// Two-key 3DES in CBC mode with a zero vector; retail MAC (ISO/IEC 9797-1, MAC algorithm 3).
    TripleDes,
    /// AES-128 in CBC mode with an encrypted counter as vector; CMAC cut to 8 bytes.
    Aes128,
}

impl Suite {
    /// Block size in bytes.
    pub fn block(self) -> usize {
        match self {
            Self::TripleDes => 8,
            Self::Aes128 => 16,
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
            Self::Aes128 => counter.wrapping_add(1),
        }
    }

    /// The counter as one block.
    pub fn counter_block(self, counter: u128) -> Vec<u8> {
        counter.to_be_bytes()[16 - self.block()..].to_vec()
    }

    /// Encrypts whole blocks.
    pub fn encrypt(self, key: &[u8; 16], counter: u128, data: &[u8]) -> Vec<u8> {
        match self {
            Self::TripleDes => cbc_encrypt(&TdesEde2::new(key.into()), &[0; 8], data),
            Self::Aes128 => aes_encrypt(key, &self.vector(key, counter), data),
        }
    }

    /// Decrypts whole blocks; `None` if `data` is empty or not made of whole blocks.
    pub fn decrypt(self, key: &[u8; 16], counter: u128, data: &[u8]) -> Option<Vec<u8>> {
        if data.is_empty() || !data.len().is_multiple_of(self.block()) {
            return None;
        }
        Some(match self {
            Self::TripleDes => cbc_decrypt(&TdesEde2::new(key.into()), &[0; 8], data),
            Self::Aes128 => cbc_decrypt(&Aes128::new(key.into()), &self.vector(key, counter), data),
        })
    }

    /// The 8-byte MAC over whole blocks.
    pub fn mac(self, key: &[u8; 16], blocks: &[u8]) -> [u8; 8] {
        match self {
            Self::TripleDes => retail_mac(key, blocks),
            Self::Aes128 => cmac_8(key, blocks),
        }
    }

    fn vector(self, key: &[u8; 16], counter: u128) -> Vec<u8> {
        aes_encrypt(key, &[0; 16], &self.counter_block(counter))
    }
}

/// AES-128 in CBC mode.
pub fn aes_encrypt(key: &[u8; 16], vector: &[u8], data: &[u8]) -> Vec<u8> {
    cbc_encrypt(&Aes128::new(key.into()), vector, data)
}

/// AES-CMAC cut to its first 8 bytes; it pads by itself.
pub fn cmac_8(key: &[u8; 16], message: &[u8]) -> [u8; 8] {
    let mut mac = Cmac::<Aes128>::new(key.into());
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

fn retail_mac(key: &[u8; 16], blocks: &[u8]) -> [u8; 8] {
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
