//! brainpoolP224r1: its constants (RFC 5639, section 3.3), set into the arithmetic of `primefield` and `primeorder`.
//!
//! Holds no algorithm. Where the macros ask for a generator of the multiplicative group a non-residue suffices: all they
//! derive from it are roots of unity of an order that is a power of two.

use bp256::elliptic_curve::bigint::{Odd, U256};
use bp256::elliptic_curve::consts::U28;
use bp256::elliptic_curve::hazmat::FieldArithmetic;
use bp256::elliptic_curve::ops::Reduce;
use bp256::elliptic_curve::scalar::{FromUintUnchecked, IsHigh};
use bp256::elliptic_curve::subtle::{Choice, ConstantTimeEq, ConstantTimeGreater, CtOption};
use bp256::elliptic_curve::{Curve, CurveArithmetic, FieldBytes, PrimeCurve, PrimeCurveArithmetic, field};
use primefield::ff::PrimeField;
use primeorder::{PrimeCurveParams, mul_backend, point_arithmetic, wnaf};

const PRIME: &str = "00000000d7c134aa264366862a18302575d1d787b09f075797da89f57ec8c0ff";
const ORDER: &str = "00000000d7c134aa264366862a18302575d0fb98d116bc4b6ddebca3a5a7939f";

/// The curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct BrainpoolP224r1;

impl Curve for BrainpoolP224r1 {
    type FieldBytesSize = U28;
    type Uint = U256;
    const ORDER: Odd<U256> = Odd::<U256>::from_be_hex(ORDER);
}

impl PrimeCurve for BrainpoolP224r1 {}

/// The field in a module of its own: the macros name things that the scalars' macros name too.
mod base_field {
    use bp256::elliptic_curve::bigint::U256;
    use bp256::elliptic_curve::ops::BatchInvert;
    use bp256::elliptic_curve::subtle::{Choice, ConstantTimeEq, CtOption};
    use primefield::ff::PrimeField;

    primefield::monty_field_params! {
        name: FieldParams,
        modulus: super::PRIME,
        uint: U256,
        byte_order: primefield::ByteOrder::BigEndian,
        multiplicative_generator: 3,
        doc: "Parameters of the field."
    }

    primefield::monty_field_element! {
        name: FieldElement,
        params: FieldParams,
        uint: U256,
        doc: "Element of the field."
    }

    primefield::monty_field_arithmetic! {
        name: FieldElement,
        params: FieldParams,
        uint: U256
    }

    impl BatchInvert for FieldElement {}
}

pub use base_field::FieldElement;

primefield::monty_field_params! {
    name: ScalarParams,
    modulus: ORDER,
    uint: U256,
    byte_order: primefield::ByteOrder::BigEndian,
    multiplicative_generator: 3,
    doc: "Parameters of the scalars."
}

primefield::monty_field_element! {
    name: Scalar,
    params: ScalarParams,
    uint: U256,
    doc: "Number modulo the order."
}

primefield::monty_field_arithmetic! {
    name: Scalar,
    params: ScalarParams,
    uint: U256
}

impl Reduce<U256> for Scalar {
    fn reduce(number: &U256) -> Self {
        // The order takes 224 of the 256 bits: nothing but a division brings any number below it.
        Self::from_uint_unchecked(number.rem(BrainpoolP224r1::ORDER.as_nz_ref()))
    }
}

impl Reduce<FieldBytes<BrainpoolP224r1>> for Scalar {
    fn reduce(bytes: &FieldBytes<BrainpoolP224r1>) -> Self {
        <Self as Reduce<U256>>::reduce(&field::bytes_to_uint::<BrainpoolP224r1>(bytes))
    }
}

bp256::elliptic_curve::scalar_impls!(BrainpoolP224r1, Scalar);

wnaf::impl_wnaf_size_for_scalar!(Scalar);

impl AsRef<Scalar> for Scalar {
    fn as_ref(&self) -> &Scalar {
        self
    }
}

impl FromUintUnchecked for Scalar {
    type Uint = U256;

    fn from_uint_unchecked(number: U256) -> Self {
        Self::from_uint_unchecked(number)
    }
}

impl IsHigh for Scalar {
    fn is_high(&self) -> Choice {
        const HALF: U256 = BrainpoolP224r1::ORDER.as_ref().shr_vartime(1);
        self.to_canonical().ct_gt(&HALF)
    }
}

impl CurveArithmetic for BrainpoolP224r1 {
    type AffinePoint = primeorder::AffinePoint<Self>;
    type ProjectivePoint = primeorder::ProjectivePoint<Self>;
    type Scalar = Scalar;
}

impl FieldArithmetic for BrainpoolP224r1 {
    type FieldElement = FieldElement;
}

impl PrimeCurveArithmetic for BrainpoolP224r1 {
    type CurveGroup = primeorder::ProjectivePoint<Self>;
}

impl PrimeCurveParams for BrainpoolP224r1 {
    type PointArithmetic = point_arithmetic::EquationAIsGeneric;
    type Backend = mul_backend::VariableOnly;

    const EQUATION_A: FieldElement =
        FieldElement::from_hex_vartime("68a5e62ca9ce6c1c299803a6c1530b514e182ad8b0042a59cad29f43");
    const EQUATION_B: FieldElement =
        FieldElement::from_hex_vartime("2580f63ccfe44138870713b1a92369e33e2135d266dbb372386c400b");
    const GENERATOR: (FieldElement, FieldElement) = (
        FieldElement::from_hex_vartime("0d9029ad2c7e5cf4340823b2a87dc68c9e4ce3174c1e6efdee12c07d"),
        FieldElement::from_hex_vartime("58aa56f772c0726f24c6b89e4ecdac24354b9e99caa3f6d3761402cd"),
    );
}
