//! The chip's static key for chip authentication, from EF.DG14: ICAO 9303-11 sections 9.2.5 and 9.2.6.
//!
//! ```text
//! ChipAuthenticationInfo          ::= SEQUENCE { protocol id-CA-…, version INTEGER (1), keyId INTEGER OPTIONAL }
//! ChipAuthenticationPublicKeyInfo ::= SEQUENCE { protocol id-PK-…, key SubjectPublicKeyInfo, keyId INTEGER OPTIONAL }
//! ```
//! Parameters are looked up, never taken over: a key on other parameters, or outside its group, is left out.

use super::cipher::Suite;
use super::group::{self, Element, Explicit, Group, Kind};
use crate::apdu::tlv;

/// `id-CA` (0.4.0.127.0.7.2.2.3), the value of its DER.
const PROTOCOL: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03];

/// `id-PK` (0.4.0.127.0.7.2.2.1).
const PUBLIC_KEY: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x01];

/// `standardizedDomainParameters` (0.4.0.127.0.7.1.2).
const STANDARDISED: [u8; 7] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x01, 0x02];

/// `id-ecPublicKey` (1.2.840.10045.2.1).
const EC_PUBLIC_KEY: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];

/// `dhKeyAgreement` of PKCS #3 (1.2.840.113549.1.3.1).
const DH_KEY_AGREEMENT: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x03, 0x01];

/// `dhpublicnumber` of X9.42 (1.2.840.10046.2.1).
const DH_PUBLIC_NUMBER: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3E, 0x02, 0x01];

/// Named curves (RFC 5480, section 2.1.1.1; RFC 5639, section 4.1) with their ids among the standardised parameters.
const NAMED: [(&[u8], u8); 9] = [
    (&[0x2B, 0x81, 0x04, 0x00, 0x21], 10),
    (&[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x05], 11),
    (&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07], 12),
    (&[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07], 13),
    (&[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x09], 14),
    (&[0x2B, 0x81, 0x04, 0x00, 0x22], 15),
    (&[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0B], 16),
    (&[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0D], 17),
    (&[0x2B, 0x81, 0x04, 0x00, 0x23], 18),
];

/// More infos of one file than this are not looked at.
const MOST_INFOS: usize = 32;

/// One static key, and the ciphers that follow from it.
#[derive(Clone)]
pub struct ChipKey {
    /// Its group.
    pub group: &'static dyn Group,
    /// The public key.
    pub public: Element,
    /// The ciphers of the session afterwards.
    pub suite: Suite,
    /// Number of the key, where the chip has several (DO'84').
    pub id: Option<Vec<u8>>,
}

impl ChipKey {
    /// The value of the DER of the protocol's object identifier: `id-CA`, key agreement, ciphers.
    pub fn protocol(&self) -> [u8; 10] {
        let agreement = arc(self.group.kind());
        let mut protocol = [0; 10];
        protocol[..8].copy_from_slice(&PROTOCOL);
        protocol[8..].copy_from_slice(&[agreement, self.suite.arc()]);
        protocol
    }
}

/// The keys of an EF.DG14 that this agent can use, the best first: AES before 3DES, curves before Diffie-Hellman.
pub fn chip_keys(dg14: &[u8]) -> Vec<ChipKey> {
    let infos = tlv::only(dg14, 0x6E)
        .and_then(|file| tlv::only(file, 0x31))
        .unwrap_or_default();
    let infos: Vec<_> = infos_of(infos).collect();
    let protocols: Vec<_> = infos.iter().filter_map(Protocol::of).collect();
    let mut keys: Vec<_> = infos
        .iter()
        .filter_map(static_key)
        .flat_map(|(group, public, id)| {
            let suites = suites(&protocols, group.kind(), id);
            suites.into_iter().map(move |suite| ChipKey {
                group,
                public: public.clone(),
                suite,
                id: id.map(<[u8]>::to_vec),
            })
        })
        .collect();
    keys.sort_by_key(|key| {
        let slow = key.group.kind() == Kind::DiffieHellman;
        (key.suite == Suite::TripleDes, slow, key.suite.key_size())
    });
    keys
}

/// Protocol identifier and the fields after it.
type Info<'i> = (&'i [u8], &'i [u8]);

fn infos_of(mut rest: &[u8]) -> impl Iterator<Item = Info<'_>> {
    let next = move || {
        let (tag, info, after) = tlv::take(rest)?;
        rest = after;
        match tlv::take(info) {
            Some((0x06, protocol, fields)) if tag == 0x30 => Some((protocol, fields)),
            _ => Some((&[][..], &[][..])),
        }
    };
    core::iter::from_fn(next).take(MOST_INFOS)
}

/// A `ChipAuthenticationInfo` of version 1.
struct Protocol<'i> {
    kind: Kind,
    suite: Suite,
    id: Option<&'i [u8]>,
}

impl<'i> Protocol<'i> {
    fn of((protocol, fields): &Info<'i>) -> Option<Self> {
        let &[agreement, suite] = protocol.strip_prefix(&PROTOCOL)? else {
            return None;
        };
        let (0x02, [1], rest) = tlv::take(fields)? else {
            return None;
        };
        Some(Self {
            kind: kind(agreement)?,
            suite: Suite::named(suite)?,
            id: integer(rest),
        })
    }
}

/// The suites in which a key is used; a key that no info speaks of is for 3DES (section 9.2.6).
fn suites(protocols: &[Protocol<'_>], kind: Kind, id: Option<&[u8]>) -> Vec<Suite> {
    if protocols.is_empty() {
        return vec![Suite::TripleDes];
    }
    let same = |protocol: &&Protocol<'_>| {
        protocol.kind == kind && (protocol.id.is_none() || id.is_none() || protocol.id == id)
    };
    protocols
        .iter()
        .filter(same)
        .map(|protocol| protocol.suite)
        .collect()
}

fn static_key<'i>((protocol, fields): &Info<'i>) -> Option<(&'static dyn Group, Element, Option<&'i [u8]>)> {
    let &[agreement] = protocol.strip_prefix(&PUBLIC_KEY)? else {
        return None;
    };
    let (0x30, key, rest) = tlv::take(fields)? else {
        return None;
    };
    let (0x30, algorithm, bits) = tlv::take(key)? else {
        return None;
    };
    let [0, bits @ ..] = tlv::find(bits, 0x03)? else {
        return None;
    };
    let group = group_of(algorithm).filter(|group| Some(group.kind()) == kind(agreement))?;
    let public = match group.kind() {
        Kind::EllipticCurve => group.element(bits)?,
        Kind::DiffieHellman => group.element(&padded(tlv::only(bits, 0x02)?, group.field_bits())?)?,
    };
    Some((group, public, integer(rest)))
}

fn group_of(algorithm: &[u8]) -> Option<&'static dyn Group> {
    let (0x06, identifier, parameters) = tlv::take(algorithm)? else {
        return None;
    };
    let (tag, value, _) = tlv::take(parameters)?;
    match (identifier, tag) {
        (id, 0x02) if id == STANDARDISED => match value {
            &[id] => group::standardised(id),
            _ => None,
        },
        (id, 0x06) if id == EC_PUBLIC_KEY => {
            let (_, id) = NAMED.iter().find(|(name, _)| *name == value)?;
            group::standardised(*id)
        }
        (id, 0x30) if id == EC_PUBLIC_KEY => explicit_curve(value),
        (id, 0x30) if id == DH_KEY_AGREEMENT || id == DH_PUBLIC_NUMBER => {
            let (0x02, prime, rest) = tlv::take(value)? else {
                return None;
            };
            let (0x02, base, rest) = tlv::take(rest)? else {
                return None;
            };
            // PKCS #3 puts the length of the exponent where X9.42 puts the order.
            let order = integer(rest).filter(|_| id == DH_PUBLIC_NUMBER);
            group::spelt_out(&Explicit::Modular { prime, base, order })
        }
        _ => None,
    }
}

/// `ECParameters` spelt out (RFC 3279, section 2.3.5).
fn explicit_curve(parameters: &[u8]) -> Option<&'static dyn Group> {
    let (0x02, [1], rest) = tlv::take(parameters)? else {
        return None;
    };
    let (0x30, field, rest) = tlv::take(rest)? else {
        return None;
    };
    let (0x30, equation, rest) = tlv::take(rest)? else {
        return None;
    };
    let (0x04, a, equation) = tlv::take(equation)? else {
        return None;
    };
    let (0x04, base, rest) = tlv::take(rest)? else {
        return None;
    };
    let (0x02, order, rest) = tlv::take(rest)? else {
        return None;
    };
    group::spelt_out(&Explicit::Curve {
        prime: tlv::find(field, 0x02)?,
        a,
        b: tlv::find(equation, 0x04)?,
        base,
        order,
        cofactor: integer(rest),
    })
}

fn integer(bytes: &[u8]) -> Option<&[u8]> {
    match tlv::take(bytes)? {
        (0x02, value, _) => Some(value),
        _ => None,
    }
}

/// An INTEGER's bytes as long as the modulus.
fn padded(integer: &[u8], bits: u32) -> Option<Vec<u8>> {
    let size = bits as usize / 8;
    let digits = &integer[integer.iter().take_while(|&&byte| byte == 0).count()..];
    let zeros = size.checked_sub(digits.len())?;
    Some([&vec![0; zeros][..], digits].concat())
}

const fn arc(kind: Kind) -> u8 {
    match kind {
        Kind::DiffieHellman => 1,
        Kind::EllipticCurve => 2,
    }
}

const fn kind(arc: u8) -> Option<Kind> {
    match arc {
        1 => Some(Kind::DiffieHellman),
        2 => Some(Kind::EllipticCurve),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Protocols and key ids of the keys, best first.
    fn check(dg14: &[u8], expected: &[&str]) {
        let keys = chip_keys(dg14);
        let words: Vec<_> = keys
            .iter()
            .map(|key| format!("{:?} {:?} {:?}", key.group, key.suite, key.id))
            .collect();
        assert_eq!(words, expected);
    }

    fn file(infos: &[Vec<u8>]) -> Vec<u8> {
        tlv::write(0x6E, &tlv::write(0x31, &infos.concat()))
    }

    fn info(agreement: u8, suite: u8, rest: &[u8]) -> Vec<u8> {
        let oid = tlv::write(0x06, &[&PROTOCOL[..], &[agreement, suite]].concat());
        tlv::write(0x30, &[&oid, rest].concat())
    }

    fn key(id: u8, rest: &[u8]) -> Vec<u8> {
        let group = group::standardised(id).unwrap();
        let oid = tlv::write(0x06, &[&PUBLIC_KEY[..], &[arc(group.kind())]].concat());
        let parameters = [tlv::write(0x06, &STANDARDISED), tlv::write(0x02, &[id])].concat();
        let base = group.base().bytes().to_vec();
        let public = match group.kind() {
            Kind::EllipticCurve => base,
            Kind::DiffieHellman => tlv::write(0x02, &[&[0], &base[..]].concat()),
        };
        let bits = tlv::write(0x03, &[&[0], &public[..]].concat());
        let spki = tlv::write(0x30, &[tlv::write(0x30, &parameters), bits].concat());
        tlv::write(0x30, &[&oid, &spki[..], rest].concat())
    }

    const VERSION: [u8; 3] = [0x02, 0x01, 0x01];

    #[test]
    fn keys_and_protocols_find_each_other() {
        check(
            &file(&[info(2, 2, &VERSION), key(13, &[])]),
            &["EllipticCurve of 256 bits Aes128 None"],
        );
        check(
            &file(&[key(12, &[])]),
            &["EllipticCurve of 256 bits TripleDes None"],
        );
        let second = [2, 1, 1, 2, 1, 2];
        check(
            &file(&[
                info(1, 1, &VERSION),
                info(2, 4, &second),
                key(2, &[]),
                key(17, &[2, 1, 2]),
                key(18, &[2, 1, 3]),
            ]),
            &[
                "EllipticCurve of 512 bits Aes256 Some([2])",
                "DiffieHellman of 2048 bits TripleDes None",
            ],
        );
        check(&file(&[info(1, 2, &VERSION), key(13, &[])]), &[]);
        check(&[], &[]);
    }

    #[test]
    fn a_key_outside_its_group_is_left_out() {
        let mut dg14 = file(&[info(2, 2, &VERSION), key(13, &[])]);
        *dg14.last_mut().unwrap() ^= 1;
        check(&dg14, &[]);
    }

    proptest! {
        #[test]
        fn rubbish_never_panics(bytes: Vec<u8>, at: prop::sample::Index, byte: u8) {
            let _ = chip_keys(&bytes);
            let mut changed = file(&[info(2, 2, &VERSION), key(13, &[]), key(0, &[2, 1, 7])]);
            let at = at.index(changed.len());
            changed[at] = byte;
            let _ = chip_keys(&changed);
        }
    }
}
