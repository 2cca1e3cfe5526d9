//! Elliptic-curve public keys on known curves, and ECDSA checks (FIPS 186-4, section 6.4).
//!
//! Where a kept crate has the curve, it does the arithmetic; the other curves are [`super::weierstrass`]'s.

use super::domain::{self, Curve};
use super::weierstrass::Group;
use crate::algorithm::{self, Digest};
use crate::error::{Error, Kind, Result};
use crate::tlv::{Element, INTEGER};
use ecdsa::elliptic_curve::array::ArraySize;
use ecdsa::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use ecdsa::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize};
use ecdsa::signature::hazmat::PrehashVerifier;
use ecdsa::{EcdsaCurve, Signature, SignatureSize, VerifyingKey};

const PLACE: &str = "elliptic-curve public key";

/// A point on an accepted curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EcPublicKey {
    curve: Curve,
    point: Vec<u8>,
}

impl EcPublicKey {
    /// From the `ECParameters` of the algorithm and the uncompressed point.
    pub(crate) fn parse(parameters: &Element<'_>, point: &[u8]) -> Result<Self> {
        Self::on(
            domain::find(parameters)?.ok_or(Error::new(Kind::NotAllowed, PLACE))?,
            point,
        )
    }

    /// From an uncompressed point, which must lie on the curve.
    pub(crate) fn on(curve: Curve, point: &[u8]) -> Result<Self> {
        let key = Self {
            curve,
            point: point.to_vec(),
        };
        if point.first() == Some(&0x04) && key.is_on_curve() {
            Ok(key)
        } else {
            Err(Error::new(Kind::Malformed, PLACE))
        }
    }

    /// The curve.
    pub(crate) fn curve(&self) -> Curve {
        self.curve
    }

    /// The uncompressed point.
    pub(crate) fn point(&self) -> &[u8] {
        &self.point
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
            Curve::P521 => is_point::<p521::NistP521>(&self.point),
            Curve::BrainpoolP256r1 => is_point::<bp256::BrainpoolP256r1>(&self.point),
            Curve::BrainpoolP384r1 => is_point::<bp384::BrainpoolP384r1>(&self.point),
            other => Group::of(other).point(&self.point).is_some(),
        }
    }

    fn coordinate_len(&self) -> usize {
        (self.point.len() - 1) / 2
    }

    /// Checks a DER signature; the digest may be shorter or longer than the curve's order.
    pub(crate) fn verify(&self, digest: Digest, message: &[u8], signature: &[u8]) -> bool {
        let fixed = fixed_signature(signature, self.coordinate_len());
        fixed.is_ok_and(|signature| self.verify_plain(digest, message, &signature))
    }

    /// Checks a plain signature `r ‖ s` (BSI TR-03111, section 5.2.1), each number as long as a coordinate.
    pub(crate) fn verify_plain(&self, digest: Digest, message: &[u8], signature: &[u8]) -> bool {
        if signature.len() != 2 * self.coordinate_len() {
            return false;
        }
        let hash = digest.of(message);
        match self.curve {
            Curve::P256 => fits::<p256::NistP256>(&self.point, signature, &hash),
            Curve::P384 => fits::<p384::NistP384>(&self.point, signature, &hash),
            Curve::P521 => fits::<p521::NistP521>(&self.point, signature, &hash),
            Curve::BrainpoolP256r1 => fits::<bp256::BrainpoolP256r1>(&self.point, signature, &hash),
            Curve::BrainpoolP384r1 => fits::<bp384::BrainpoolP384r1>(&self.point, signature, &hash),
            other => Group::of(other).verify(&self.point, signature, &hash),
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
    // A short digest is a small number; written in the order's length it is the same number.
    let padding = vec![0; (signature.len() / 2).saturating_sub(hash.len())];
    let hash = [padding.as_slice(), hash].concat();
    match (
        VerifyingKey::<C>::from_sec1_bytes(point),
        Signature::<C>::from_slice(signature),
    ) {
        (Ok(key), Ok(signature)) => key.verify_prehash(&hash, &signature).is_ok(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::public_key::domain::{DOMAINS, Domain};
    use crate::tlv::{OBJECT_IDENTIFIER, Reader, Rules};

    #[test]
    fn points_must_be_on_the_curve() {
        for domain in &DOMAINS {
            let name = [&[0x06, u8::try_from(domain.oid.len()).unwrap()], domain.oid].concat();
            let name = Reader::only(&name, "test", Rules::Der, OBJECT_IDENTIFIER).unwrap();
            let [p, _, _, x, y, _] = Domain::numbers(domain.curve);
            let len = usize::try_from(p.bits().div_ceil(8)).unwrap();
            let padded = |number: &num_bigint::BigUint| {
                let bytes = number.to_bytes_be();
                [vec![0; len - bytes.len()], bytes].concat()
            };
            let good = [vec![0x04], padded(&x), padded(&y)].concat();
            assert!(EcPublicKey::parse(&name, &good).is_ok(), "{:?}", domain.curve);
            let mut beside = good.clone();
            *beside.last_mut().unwrap() ^= 1;
            let beyond = [vec![0x04], padded(&x), padded(&p)].concat();
            let compressed = [vec![0x02 + u8::from(y.bit(0))], padded(&x)].concat();
            let short = good[..good.len() - 1].to_vec();
            for bad in [beside, beyond, compressed, short, vec![0], vec![]] {
                assert_eq!(
                    EcPublicKey::parse(&name, &bad).unwrap_err().kind(),
                    Kind::Malformed,
                    "{:?}",
                    domain.curve
                );
            }
        }
    }
}
