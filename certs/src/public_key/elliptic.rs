//! Elliptic-curve public keys on known curves, and ECDSA checks (FIPS 186-4, section 6.4).
//!
//! Which crate does the arithmetic of which curve is [`super::arithmetic`]'s.

use super::arithmetic::Arithmetic;
use super::domain::{self, Curve};
use crate::algorithm::{self, Digest};
use crate::error::{Error, Kind, Result};
use crate::tlv::{Element, INTEGER};

const PLACE: &str = "elliptic-curve public key";

/// A point on an accepted curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EcPublicKey {
    curve: Curve,
    point: Vec<u8>,
}

impl EcPublicKey {
    /// The place in errors.
    pub(crate) const PLACE: &str = PLACE;

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
        if point.first() == Some(&0x04) && (Arithmetic::of(curve).is_point)(point) {
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
        (Arithmetic::of(self.curve).fits)(&self.point, signature, &digest.of(message))
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
impl EcPublicKey {
    /// The base point of a curve.
    pub(crate) fn base(curve: Curve) -> Self {
        let [p, _, _, x, y, _] = domain::Domain::numbers(curve);
        let len = usize::try_from(p.bits().div_ceil(8)).expect("a curve is small");
        let padded = |number: num_bigint::BigUint| {
            let bytes = number.to_bytes_be();
            [vec![0; len - bytes.len()], bytes].concat()
        };
        Self::on(curve, &[vec![0x04], padded(x), padded(y)].concat()).expect("a base point is a point")
    }
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
            let good = EcPublicKey::base(domain.curve).point;
            let (x, y) = good[1..].split_at(good.len() / 2);
            let p = Domain::numbers(domain.curve)[0].to_bytes_be();
            assert!(EcPublicKey::parse(&name, &good).is_ok(), "{:?}", domain.curve);
            let mut beside = good.clone();
            *beside.last_mut().unwrap() ^= 1;
            let beyond = [&[0x04], x, &p].concat();
            let compressed = [&[0x02 + (y[y.len() - 1] & 1)], x].concat();
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
