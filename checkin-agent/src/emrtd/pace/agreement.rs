//! Elliptic-curve steps of PACE with generic mapping (ICAO 9303-11, sections 4.4.3.3.1 and 9.5) on brainpoolP256r1.
//!
//! Points of the chip are accepted only uncompressed, on the curve and not at infinity. Secret scalars wipe themselves and
//! are multiplied in constant time by the curve crate.

use crate::emrtd::kdf::Key;
use bp256::elliptic_curve::Generate;
use bp256::elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use bp256::r1::{AffinePoint, NonZeroScalar, ProjectivePoint, Sec1Point};
use bp256::{Scalar, elliptic_curve::PrimeField};
use rand::CryptoRng;
use zeroize::Zeroizing;

/// An uncompressed point: `04 ‖ X ‖ Y`.
pub type Encoded = [u8; 65];

/// A point of the chip or of a mapping: on the curve, not at infinity.
#[derive(Clone, Copy)]
pub struct Point(AffinePoint);

impl Point {
    /// The base point of the standardised domain parameters.
    pub const BASE: Self = Self(AffinePoint::GENERATOR);

    /// Reads a point of the chip.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let encoded = Encoded::try_from(bytes).ok().filter(|bytes| bytes[0] == 0x04)?;
        let point = Sec1Point::from_bytes(encoded).ok()?;
        Option::from(AffinePoint::from_sec1_point(&point)).map(Self)
    }

    /// The point for the chip.
    pub fn encode(&self) -> Encoded {
        let mut bytes = [0; 65];
        bytes.copy_from_slice(self.0.to_sec1_point(false).as_bytes());
        bytes
    }

    fn from_projective(point: ProjectivePoint) -> Option<Self> {
        let point = point.to_affine();
        (!bool::from(point.is_identity())).then_some(Self(point))
    }
}

/// One side's ephemeral key pair over some generator.
pub struct KeyPair {
    secret: Zeroizing<NonZeroScalar>,
    public: Point,
}

impl KeyPair {
    /// A fresh key pair over `generator`.
    pub fn generate(generator: &Point, rng: &mut dyn CryptoRng) -> Self {
        let secret = Zeroizing::new(NonZeroScalar::generate_from_rng(rng));
        // A generator of prime order times a non-zero scalar below that order.
        let public = Point((ProjectivePoint::from(generator.0) * **secret).to_affine());
        Self { secret, public }
    }

    /// The public key.
    pub fn public(&self) -> &Point {
        &self.public
    }

    fn agree(&self, other: &Point) -> ProjectivePoint {
        ProjectivePoint::from(other.0) * **self.secret
    }

    /// The shared secret: the X coordinate of the agreed point.
    pub fn shared_secret(&self, other: &Point) -> Option<Zeroizing<[u8; 32]>> {
        let encoded = Zeroizing::new(Point::from_projective(self.agree(other))?.encode());
        let mut x = Zeroizing::new([0; 32]);
        x.copy_from_slice(&encoded[1..33]);
        Some(x)
    }

    /// Generic mapping: `G' = s·G + H` with `H` agreed between both mapping keys; `None` when it is the point at infinity.
    pub fn map(&self, other: &Point, nonce: &Key) -> Option<Point> {
        let mut bytes = Zeroizing::new([0; 32]);
        bytes[16..].copy_from_slice(nonce.as_slice());
        // 128 bits are always below the group order, so there is nothing to reduce.
        let nonce: Option<Scalar> = Scalar::from_repr((*bytes).into()).into();
        let nonce = Zeroizing::new(nonce?);
        Point::from_projective(ProjectivePoint::GENERATOR * *nonce + self.agree(other))
    }
}
