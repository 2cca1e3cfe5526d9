//! From the nonce to the generator of a PACE run, ICAO 9303-11 section 4.4.3.3.
//!
//! Pure: what both sides said is an argument.

use super::super::card_access::PaceOffer;
use super::super::cipher::Suite;
use super::super::group::{Element, KeyPair};
use zeroize::Zeroizing;

/// `c0` and `c1` for 3DES and AES-128 (section 4.4.3.3.2).
const SHORT: [[u8; 16]; 2] = [
    [
        0xA6, 0x68, 0x89, 0x2A, 0x7C, 0x41, 0xE3, 0xCA, 0x73, 0x9F, 0x40, 0xB0, 0x57, 0xD8, 0x59, 0x04,
    ],
    [
        0xA4, 0xE1, 0x36, 0xAC, 0x72, 0x5F, 0x73, 0x8B, 0x01, 0xC1, 0xF6, 0x02, 0x17, 0xC1, 0x88, 0xAD,
    ],
];

/// `c0` and `c1` for AES-192 and AES-256.
const LONG: [[u8; 32]; 2] = [
    [
        0xD4, 0x63, 0xD6, 0x52, 0x34, 0x12, 0x4E, 0xF7, 0x89, 0x70, 0x54, 0x98, 0x6D, 0xCA, 0x0A, 0x17, 0x4E,
        0x28, 0xDF, 0x75, 0x8C, 0xBA, 0xA0, 0x3F, 0x24, 0x06, 0x16, 0x41, 0x4D, 0x5A, 0x16, 0x76,
    ],
    [
        0x54, 0xBD, 0x72, 0x55, 0xF0, 0xAA, 0xF8, 0x31, 0xBE, 0xC3, 0x42, 0x3F, 0xCF, 0x39, 0xD6, 0x9B, 0x6C,
        0xBF, 0x06, 0x66, 0x77, 0xD0, 0xFA, 0xAE, 0x5A, 0xAD, 0xD9, 0x9D, 0xF8, 0xE5, 0x35, 0x17,
    ],
];

/// Generic mapping (section 4.4.3.3.1): `s·G + H`, or `g^s · h`, with H agreed between both mapping keys.
pub fn generic(offer: PaceOffer, nonce: &[u8], own: &KeyPair, theirs: &Element) -> Option<Element> {
    let shared = own.agree(theirs)?;
    let moved = offer.group.act(nonce, &offer.group.base())?;
    offer.group.combine(&moved, &shared)
}

/// Integrated mapping (section 4.4.3.3.2): a generator encoded from `R(s, t)`.
pub fn integrated(offer: PaceOffer, nonce: &[u8], own_nonce: &[u8]) -> Option<Element> {
    let bits = offer.group.field_bits();
    let random = pseudo_random(offer.suite, nonce, own_nonce, bits)?;
    offer.group.generator_from(&random)
}

/// `R(s, t)`: blocks of l bits, at least 64 bits more than the prime has. `None` when s is not l bits long.
pub fn pseudo_random(
    suite: Suite,
    nonce: &[u8],
    own_nonce: &[u8],
    prime_bits: u32,
) -> Option<Zeroizing<Vec<u8>>> {
    let [first, second] = match suite {
        Suite::TripleDes | Suite::Aes128 => [&SHORT[0][..], &SHORT[1][..]],
        Suite::Aes192 | Suite::Aes256 => [&LONG[0][..], &LONG[1][..]],
    };
    let zeros = vec![0; suite.block_size()];
    // AES-192 takes the first 24 octets of a key block; keys of 3DES ignore their parity bits.
    let step = |key: &[u8], block: &[u8]| {
        Zeroizing::new(suite.encrypt_from(&key[..suite.key_size()], &zeros, block))
    };
    if nonce.len() != first.len() || own_nonce.len() != suite.key_size() {
        return None;
    }
    let mut key = step(own_nonce, nonce);
    let mut random = Zeroizing::new(Vec::new());
    while random.len() * 8 < prime_bits as usize + 64 {
        random.extend_from_slice(&step(&key, second));
        key = step(&key, first);
    }
    Some(random)
}
