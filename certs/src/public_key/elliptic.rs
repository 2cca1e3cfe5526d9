//! Elliptic-curve public keys: named curves and explicit parameters (RFC 3279, section 2.3.5), ECDSA checks.
//!
//! ICAO Doc 9303-12 wants explicit parameters in certificates. They are never computed with: they are compared in full
//! (p, a, b, G, n, h) with the known curves and refused otherwise (the class of CVE-2020-0601).

use crate::algorithm::{self, Digest};
use crate::error::{Error, Kind, Result};
use crate::oid;
use crate::tlv::{Element, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE};
use ecdsa::elliptic_curve::array::ArraySize;
use ecdsa::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use ecdsa::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize};
use ecdsa::signature::hazmat::PrehashVerifier;
use ecdsa::{EcdsaCurve, Signature, SignatureSize, VerifyingKey};
use num_bigint::BigUint;

const PLACE: &str = "elliptic-curve public key";

/// A curve that is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Curve {
    P256,
    P384,
    BrainpoolP256r1,
    BrainpoolP384r1,
}

/// Domain parameters, big-endian hex: p, a, b, x and y of G, n. All cofactors are 1.
struct Domain {
    curve: Curve,
    values: [&'static str; 6],
}

/// FIPS 186-4 appendix D.1.2 and RFC 5639 section 3.
const DOMAINS: [Domain; 4] = [
    Domain {
        curve: Curve::P256,
        values: [
            "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
            "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc",
            "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
            "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        ],
    },
    Domain {
        curve: Curve::P384,
        values: [
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffc",
            "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
            "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
            "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        ],
    },
    Domain {
        curve: Curve::BrainpoolP256r1,
        values: [
            "a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377",
            "7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9",
            "26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6",
            "8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262",
            "547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997",
            "a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7",
        ],
    },
    Domain {
        curve: Curve::BrainpoolP384r1,
        values: [
            "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b412b1da197fb71123acd3a729901d1a71874700133107ec53",
            "7bc382c63d8c150c3c72080ace05afa0c2bea28e4fb22787139165efba91f90f8aa5814a503ad4eb04a8c7dd22ce2826",
            "04a8c7dd22ce28268b39b55416f0447c2fb77de107dcd2a62e880ea53eeb62d57cb4390295dbc9943ab78696fa504c11",
            "1d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8e826e03436d646aaef87b2e247d4af1e",
            "8abe1d7520f9c2a45cb1eb8e95cfd55262b70b29feec5864e19c054ff99129280e4646217791811142820341263c5315",
            "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565",
        ],
    },
];

/// A point on an accepted curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EcPublicKey {
    curve: Curve,
    point: Vec<u8>,
}

impl EcPublicKey {
    /// From the `ECParameters` of the algorithm and the uncompressed point.
    pub(crate) fn parse(domain: &Element<'_>, point: &[u8]) -> Result<Self> {
        let curve = match domain.tag {
            OBJECT_IDENTIFIER => named(domain.content),
            SEQUENCE => explicit(domain)?,
            _ => None,
        };
        let curve = curve.ok_or(Error::new(Kind::NotAllowed, PLACE))?;
        let key = Self {
            curve,
            point: point.to_vec(),
        };
        if point.first() == Some(&0x04) && key.is_on_curve() {
            Ok(key)
        } else {
            Err(Error::new(Kind::Key, PLACE))
        }
    }

    /// The uncompressed point, if the curve is P-256.
    pub(crate) fn p256_point(&self) -> Option<[u8; 65]> {
        if self.curve == Curve::P256 {
            self.point.as_slice().try_into().ok()
        } else {
            None
        }
    }

    fn is_on_curve(&self) -> bool {
        match self.curve {
            Curve::P256 => is_point::<p256::NistP256>(&self.point),
            Curve::P384 => is_point::<p384::NistP384>(&self.point),
            Curve::BrainpoolP256r1 => is_point::<bp256::BrainpoolP256r1>(&self.point),
            Curve::BrainpoolP384r1 => is_point::<bp384::BrainpoolP384r1>(&self.point),
        }
    }

    /// Checks a DER signature; the digest may be shorter or longer than the curve's order.
    pub(crate) fn verify(&self, digest: Digest, message: &[u8], signature: &[u8]) -> bool {
        let len = (self.point.len() - 1) / 2;
        let Ok(signature) = fixed_signature(signature, len) else {
            return false;
        };
        let hash = digest.of(message);
        // A short digest is a small number; written in the field's length it is the same number.
        let hash = [vec![0; len.saturating_sub(hash.len())], hash].concat();
        match self.curve {
            Curve::P256 => fits::<p256::NistP256>(&self.point, &signature, &hash),
            Curve::P384 => fits::<p384::NistP384>(&self.point, &signature, &hash),
            Curve::BrainpoolP256r1 => fits::<bp256::BrainpoolP256r1>(&self.point, &signature, &hash),
            Curve::BrainpoolP384r1 => fits::<bp384::BrainpoolP384r1>(&self.point, &signature, &hash),
        }
    }
}

fn is_point<C>(point: &[u8]) -> bool
where
    C: EcdsaCurve + CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    VerifyingKey::<C>::from_sec1_bytes(point).is_ok()
}

fn fits<C>(point: &[u8], signature: &[u8], hash: &[u8]) -> bool
where
    C: EcdsaCurve + CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
    SignatureSize<C>: ArraySize,
{
    match (
        VerifyingKey::<C>::from_sec1_bytes(point),
        Signature::<C>::from_slice(signature),
    ) {
        (Ok(key), Ok(signature)) => key.verify_prehash(hash, &signature).is_ok(),
        _ => false,
    }
}

/// `Ecdsa-Sig-Value` as `r ‖ s`, each in `len` bytes.
fn fixed_signature(der: &[u8], len: usize) -> Result<Vec<u8>> {
    let mut fields = algorithm::sequence(der, "ECDSA signature")?;
    let mut fixed = Vec::with_capacity(2 * len);
    for _ in 0..2 {
        let integer = fields.expect(INTEGER)?;
        let value = integer.unsigned()?;
        let padding = len.checked_sub(value.len()).ok_or_else(|| integer.malformed())?;
        fixed.resize(fixed.len() + padding, 0);
        fixed.extend_from_slice(value);
    }
    fields.finish()?;
    Ok(fixed)
}

fn named(identifier: &[u8]) -> Option<Curve> {
    match identifier {
        oid::P256 => Some(Curve::P256),
        oid::P384 => Some(Curve::P384),
        oid::BRAINPOOL_P256R1 => Some(Curve::BrainpoolP256r1),
        oid::BRAINPOOL_P384R1 => Some(Curve::BrainpoolP384r1),
        _ => None,
    }
}

/// `SpecifiedECDomain`: the known curve with exactly these parameters, if there is one.
fn explicit(parameters: &Element<'_>) -> Result<Option<Curve>> {
    let mut fields = parameters.children()?;
    fields.expect(INTEGER)?.small()?;
    let mut field = fields.expect(SEQUENCE)?.children()?;
    if field.expect(OBJECT_IDENTIFIER)?.content != oid::PRIME_FIELD {
        return Ok(None);
    }
    let p = field.expect(INTEGER)?.unsigned()?;
    field.finish()?;
    let mut curve = fields.expect(SEQUENCE)?.children()?;
    // The seed that may follow only says where a and b come from.
    let a = curve.expect(OCTET_STRING)?.content;
    let b = curve.expect(OCTET_STRING)?.content;
    let base = fields.expect(OCTET_STRING)?.content;
    let n = fields.expect(INTEGER)?.unsigned()?;
    let cofactor = match fields.optional(INTEGER)? {
        Some(cofactor) => cofactor.small()?,
        None => 1,
    };
    fields.finish()?;
    let equal = |known: &&Domain| cofactor == 1 && known.equals(&[p, a, b, n].map(number), base);
    Ok(DOMAINS.iter().find(equal).map(|known| known.curve))
}

impl Domain {
    /// Compares p, a, b, n as numbers and the base point byte by byte, uncompressed or compressed.
    fn equals(&self, [p, a, b, n]: &[BigUint; 4], base: &[u8]) -> bool {
        let known = self
            .values
            .map(|value| hex::decode(value).expect("the table above is hex"));
        let [known_p, known_a, known_b, base_x, base_y, known_n] = &known;
        let parity = base_y.last().map_or(0, |byte| byte & 1);
        let same_base = match base {
            [0x04, point @ ..] => point == [base_x.as_slice(), base_y].concat(),
            [form, point @ ..] => *form == 0x02 + parity && point == base_x,
            [] => false,
        };
        let numbers = [(p, known_p), (a, known_a), (b, known_b), (n, known_n)];
        same_base && numbers.iter().all(|(found, known)| **found == number(known))
    }
}

fn number(bytes: &[u8]) -> BigUint {
    BigUint::from_bytes_be(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::{Reader, Rules};

    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        let long = content.len() >= 0x80;
        let length = u8::try_from(content.len()).ok();
        let length = match (long, length) {
            (false, Some(length)) => vec![length],
            (true, Some(length)) => vec![0x81, length],
            _ => [
                &[0x82],
                u16::try_from(content.len()).unwrap().to_be_bytes().as_slice(),
            ]
            .concat(),
        };
        [&[tag], length.as_slice(), content].concat()
    }

    /// Explicit parameters with the point G as public key. `change` names one of p, a, b, x, y, n to spoil.
    fn explicit_key(domain: &Domain, change: Option<usize>, cofactor: u8) -> Result<EcPublicKey> {
        let mut values = domain.values.map(|value| hex::decode(value).unwrap());
        let point = [&[0x04], values[3].as_slice(), &values[4]].concat();
        if let Some(change) = change {
            *values[change].last_mut().unwrap() ^= 2;
        }
        let [p, a, b, base_x, base_y, n] = values;
        let positive = |value: &[u8]| {
            if value[0] & 0x80 == 0 {
                value.to_vec()
            } else {
                [&[0], value].concat()
            }
        };
        let field = [tlv(0x06, oid::PRIME_FIELD), tlv(0x02, &positive(&p))].concat();
        let parameters = [
            tlv(0x02, &[1]),
            tlv(0x30, &field),
            tlv(0x30, &[tlv(0x04, &a), tlv(0x04, &b)].concat()),
            tlv(0x04, &[&[0x04], base_x.as_slice(), &base_y].concat()),
            tlv(0x02, &positive(&n)),
            tlv(0x02, &[cofactor]),
        ];
        let parameters = tlv(0x30, &parameters.concat());
        EcPublicKey::parse(&Reader::only(&parameters, "test", Rules::Der, SEQUENCE)?, &point)
    }

    #[test]
    fn explicit_parameters_must_be_a_known_curve_in_every_number() {
        for domain in &DOMAINS {
            assert_eq!(explicit_key(domain, None, 1).unwrap().curve, domain.curve);
            for change in 0..6 {
                let refused = explicit_key(domain, Some(change), 1).unwrap_err();
                assert_eq!(refused.kind(), Kind::NotAllowed, "{:?} {change}", domain.curve);
            }
            assert_eq!(
                explicit_key(domain, None, 2).unwrap_err().kind(),
                Kind::NotAllowed
            );
        }
    }

    #[test]
    fn points_must_be_on_the_curve() {
        let name = tlv(0x06, oid::BRAINPOOL_P256R1);
        let name = Reader::only(&name, "test", Rules::Der, OBJECT_IDENTIFIER).unwrap();
        let [x, y] = [3, 4].map(|at| hex::decode(DOMAINS[2].values[at]).unwrap());
        let mut point = [&[0x04], x.as_slice(), &y].concat();
        assert!(EcPublicKey::parse(&name, &point).is_ok());
        *point.last_mut().unwrap() ^= 1;
        assert_eq!(EcPublicKey::parse(&name, &point).unwrap_err().kind(), Kind::Key);
        assert_eq!(
            EcPublicKey::parse(&name, &[0]).unwrap_err().kind(),
            Kind::Key,
            "the point at infinity"
        );
        assert_eq!(EcPublicKey::parse(&name, &[]).unwrap_err().kind(), Kind::Key);
        let compressed = [&[0x02 + (y[31] & 1)], x.as_slice()].concat();
        assert_eq!(
            EcPublicKey::parse(&name, &compressed).unwrap_err().kind(),
            Kind::Key
        );
    }
}
