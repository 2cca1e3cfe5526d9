//! Elliptic curves of short Weierstrass form (ICAO 9303-11, section 9.5.1; RFC 5639; FIPS 186-4) over the arithmetic of the
//! curve crates. Points of a chip are accepted only uncompressed, on the curve and not at infinity.
//!
//! Multiplication by a secret is constant-time in those crates. All curves here have cofactor 1.

use super::modular::{Field, Number};
use super::{Element, Explicit, Group, Kind, Secret, trimmed};
use bp256::elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use bp256::elliptic_curve::{Generate, NonZeroScalar};
use certs::curve;
use core::marker::PhantomData;
use primefield::ff::{Field as _, PrimeField};
use primeorder::{AffinePoint, PrimeCurveParams, ProjectivePoint};
use rand::CryptoRng;
use zeroize::Zeroizing;

/// NIST P-224.
pub const P224: Curve<curve::P224> = Curve(PhantomData);
/// NIST P-256.
pub const P256: Curve<p256::NistP256> = Curve(PhantomData);
/// NIST P-384.
pub const P384: Curve<p384::NistP384> = Curve(PhantomData);
/// NIST P-521.
pub const P521: Curve<p521::NistP521> = Curve(PhantomData);
/// brainpoolP224r1.
pub const BRAINPOOL_P224: Curve<curve::BrainpoolP224r1> = Curve(PhantomData);
/// brainpoolP256r1, the curve of Vietnamese cards.
pub const BRAINPOOL_P256: Curve<bp256::BrainpoolP256r1> = Curve(PhantomData);
/// brainpoolP320r1.
pub const BRAINPOOL_P320: Curve<curve::BrainpoolP320r1> = Curve(PhantomData);
/// brainpoolP384r1.
pub const BRAINPOOL_P384: Curve<bp384::BrainpoolP384r1> = Curve(PhantomData);
/// brainpoolP512r1.
pub const BRAINPOOL_P512: Curve<curve::BrainpoolP512r1> = Curve(PhantomData);

/// A curve as a group.
pub struct Curve<C>(PhantomData<fn() -> C>);

impl<C: PrimeCurveParams> Curve<C> {
    fn point(encoded: &[u8]) -> Option<AffinePoint<C>> {
        let size = C::EQUATION_A.to_repr().as_slice().len();
        let uncompressed = encoded.len() == 1 + 2 * size && encoded[0] == 0x04;
        let point = uncompressed.then(|| bp256::elliptic_curve::sec1::Sec1Point::<C>::from_bytes(encoded));
        Option::from(AffinePoint::from_sec1_point(&point?.ok()?))
    }

    fn encode(point: &ProjectivePoint<C>) -> Option<Element> {
        let point = point.to_affine();
        let encoded = point.to_sec1_point(false);
        (!bool::from(point.is_identity())).then(|| Element(Zeroizing::new(encoded.as_bytes().to_vec())))
    }

    /// A number of any length modulo the order: `((b0·256 + b1)·256 + b2)…`
    fn scalar(number: &[u8]) -> C::Scalar {
        let step = C::Scalar::from(256);
        number.iter().fold(C::Scalar::ZERO, |sum, &byte| {
            sum * step + C::Scalar::from(u64::from(byte))
        })
    }

    fn prime() -> Vec<u8> {
        let text = <C::FieldElement as PrimeField>::MODULUS.trim_start_matches("0x");
        let prime =
            hex::decode(text).expect("the curve crates write the prime as whole bytes in hexadecimal");
        trimmed(&prime).to_vec()
    }

    fn order() -> Vec<u8> {
        let largest = (C::Scalar::ZERO - C::Scalar::ONE).to_repr();
        let mut order = trimmed(largest.as_slice()).to_vec();
        // The order is odd, so that adding one to the largest scalar carries nothing.
        if let Some(last) = order.last_mut() {
            *last |= 1;
        }
        order
    }
}

impl<C: PrimeCurveParams> Group for Curve<C> {
    fn kind(&self) -> Kind {
        Kind::EllipticCurve
    }

    fn field_bits(&self) -> u32 {
        <C::FieldElement as PrimeField>::NUM_BITS
    }

    fn base(&self) -> Element {
        let (x, y) = C::GENERATOR;
        let (x, y) = (x.to_repr(), y.to_repr());
        Element(Zeroizing::new([&[0x04], x.as_slice(), y.as_slice()].concat()))
    }

    fn is(&self, parameters: &Explicit<'_>) -> bool {
        let Explicit::Curve {
            prime,
            a,
            b,
            base,
            order,
            cofactor,
        } = parameters
        else {
            return false;
        };
        trimmed(prime) == Self::prime()
            && trimmed(a) == trimmed(C::EQUATION_A.to_repr().as_slice())
            && trimmed(b) == trimmed(C::EQUATION_B.to_repr().as_slice())
            && *base == self.base().bytes()
            && trimmed(order) == Self::order()
            && cofactor.is_none_or(|cofactor| trimmed(cofactor) == [1])
    }

    fn element(&self, encoded: &[u8]) -> Option<Element> {
        // Never infinity: that has an encoding of one byte.
        Self::point(encoded).map(|_| Element(Zeroizing::new(encoded.to_vec())))
    }

    fn secret(&self, rng: &mut dyn CryptoRng) -> Secret {
        let scalar = Zeroizing::new(NonZeroScalar::<C>::generate_from_rng(rng));
        Secret(Zeroizing::new(scalar.to_repr().as_slice().to_vec()))
    }

    fn act(&self, number: &[u8], element: &Element) -> Option<Element> {
        let scalar = Zeroizing::new(Self::scalar(number));
        Self::encode(&(ProjectivePoint::from(Self::point(element.bytes())?) * *scalar))
    }

    fn combine(&self, one: &Element, other: &Element) -> Option<Element> {
        let one = ProjectivePoint::from(Self::point(one.bytes())?);
        Self::encode(&(one + Self::point(other.bytes())?))
    }

    fn agreed(&self, element: &Element) -> Zeroizing<Vec<u8>> {
        let size = element.bytes().len() / 2;
        Zeroizing::new(element.bytes()[1..=size].to_vec())
    }

    /// Point encoding of appendix B.1, for curves whose prime leaves 3 modulo 4 (all here but P-224).
    fn generator_from(&self, pseudo_random: &[u8]) -> Option<Element> {
        let prime = Self::prime();
        let field = Field::of(&prime);
        let size = prime.len();
        let number = |value: &C::FieldElement| field.number(value.to_repr().as_slice());
        let [a, b] = [C::EQUATION_A, C::EQUATION_B].map(|coefficient| number(&coefficient));
        let t = field.number(pseudo_random);
        let alpha = t.square().neg();
        // X2 = -b / a · (1 + 1 / (α + α²)), X3 = α · X2
        let inverse = field.invert(&alpha.add(&alpha.square()))?;
        let x2 = b.neg().mul(&field.invert(&a)?).mul(&inverse.add(&field.one()));
        let x3 = alpha.mul(&x2);
        let right_side = |at: &Number| at.square().mul(at).add(&a.mul(at)).add(&b);
        let h2 = right_side(&x2);
        let root = field.inverse_square_root(&h2)?;
        let point = if root.square().mul(&h2) == field.one() {
            [x2, root.mul(&h2)]
        } else {
            [x3, root.mul(&t.square().mul(&t).mul(&h2))]
        };
        let point = point.map(|coordinate| Field::encode(&coordinate, size));
        self.element(&[&[0x04][..], &point[0], &point[1]].concat())
    }
}
