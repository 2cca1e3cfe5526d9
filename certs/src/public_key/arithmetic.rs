//! One curve's points and numbers behind encodings: which crate computes on which curve stands in one table.
//!
//! Secrets are multiplied by the crates' constant-time code only; signatures of others are public and are not.

use super::domain::Curve;
use crate::curve::{BrainpoolP224r1, BrainpoolP320r1, BrainpoolP512r1, P224};
use core::ops::Mul;
use ecdsa::elliptic_curve::array::ArraySize;
use ecdsa::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use ecdsa::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, PublicKey, SecretKey};
use ecdsa::signature::hazmat::PrehashVerifier;
use ecdsa::{EcdsaCurve, Signature, SignatureSize, VerifyingKey};
use zeroize::Zeroizing;

/// An ephemeral public key, and the x-coordinate shared with somebody else's point.
pub(crate) type Agreement = (Vec<u8>, Zeroizing<Vec<u8>>);

/// What can be computed on a curve.
pub(crate) struct Arithmetic {
    /// Is this the encoding of a point of the curve, not the one at infinity?
    pub(super) is_point: fn(&[u8]) -> bool,
    /// Does a signature `r ‖ s` over a digest fit the point?
    pub(super) fits: fn(&[u8], &[u8], &[u8]) -> bool,
    /// Agrees with a point by a secret scalar; nothing when the scalar is zero or not below the order.
    pub(crate) agree: fn(&[u8], &[u8]) -> Option<Agreement>,
}

impl Arithmetic {
    /// The arithmetic of a curve.
    pub(crate) fn of(curve: Curve) -> Self {
        match curve {
            Curve::P224 => Self::on::<P224>(),
            Curve::BrainpoolP224r1 => Self::on::<BrainpoolP224r1>(),
            Curve::P256 => Self::on::<p256::NistP256>(),
            Curve::BrainpoolP256r1 => Self::on::<bp256::BrainpoolP256r1>(),
            Curve::BrainpoolP320r1 => Self::on::<BrainpoolP320r1>(),
            Curve::P384 => Self::on::<p384::NistP384>(),
            Curve::BrainpoolP384r1 => Self::on::<bp384::BrainpoolP384r1>(),
            Curve::BrainpoolP512r1 => Self::on::<BrainpoolP512r1>(),
            Curve::P521 => Self::on::<p521::NistP521>(),
        }
    }

    fn on<C>() -> Self
    where
        C: EcdsaCurve + CurveArithmetic,
        AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
        FieldBytesSize<C>: ModulusSize,
        SignatureSize<C>: ArraySize,
    {
        Self {
            is_point: is_point::<C>,
            fits: fits::<C>,
            agree: agree::<C>,
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

/// The shared secret is the x-coordinate (ICAO Doc 9303-11, section 9.6).
fn agree<C>(point: &[u8], scalar: &[u8]) -> Option<Agreement>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let secret = SecretKey::<C>::from_slice(scalar).ok()?;
    let point = PublicKey::<C>::from_sec1_bytes(point).ok()?;
    let shared: AffinePoint<C> = point.to_projective().mul(*secret.to_nonzero_scalar()).into();
    let shared = Zeroizing::new(shared.to_sec1_point(false).as_bytes().to_vec());
    let ephemeral = secret.public_key().to_sec1_point(false).as_bytes().to_vec();
    let x = shared.get(1..=ephemeral.len() / 2)?;
    Some((ephemeral, Zeroizing::new(x.to_vec())))
}
