//! NIST P-224: its constants (FIPS 186-4, D.1.2.2), set into the arithmetic of `primefield` and `primeorder`.
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

const PRIME: &str = "00000000ffffffffffffffffffffffffffffffff000000000000000000000001";
const ORDER: &str = "00000000ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d";

/// The curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct P224;

impl Curve for P224 {
    type FieldBytesSize = U28;
    type Uint = U256;
    const ORDER: Odd<U256> = Odd::<U256>::from_be_hex(ORDER);
}

impl PrimeCurve for P224 {}

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
        multiplicative_generator: 11,
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
    multiplicative_generator: 2,
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
        Self::from_uint_unchecked(number.rem(P224::ORDER.as_nz_ref()))
    }
}

impl Reduce<FieldBytes<P224>> for Scalar {
    fn reduce(bytes: &FieldBytes<P224>) -> Self {
        <Self as Reduce<U256>>::reduce(&field::bytes_to_uint::<P224>(bytes))
    }
}

bp256::elliptic_curve::scalar_impls!(P224, Scalar);

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
        const HALF: U256 = P224::ORDER.as_ref().shr_vartime(1);
        self.to_canonical().ct_gt(&HALF)
    }
}

impl CurveArithmetic for P224 {
    type AffinePoint = primeorder::AffinePoint<Self>;
    type ProjectivePoint = primeorder::ProjectivePoint<Self>;
    type Scalar = Scalar;
}

impl FieldArithmetic for P224 {
    type FieldElement = FieldElement;
}

impl PrimeCurveArithmetic for P224 {
    type CurveGroup = primeorder::ProjectivePoint<Self>;
}

impl PrimeCurveParams for P224 {
    type PointArithmetic = point_arithmetic::EquationAIsMinusThree;
    type Backend = mul_backend::VariableOnly;

    const EQUATION_A: FieldElement =
        FieldElement::from_hex_vartime("fffffffffffffffffffffffffffffffefffffffffffffffffffffffe");
    const EQUATION_B: FieldElement =
        FieldElement::from_hex_vartime("b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4");
    const GENERATOR: (FieldElement, FieldElement) = (
        FieldElement::from_hex_vartime("b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21"),
        FieldElement::from_hex_vartime("bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34"),
    );
}
