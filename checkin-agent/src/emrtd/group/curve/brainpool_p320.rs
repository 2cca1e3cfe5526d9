//! brainpoolP320r1: its constants (RFC 5639, section 3.5), set into the arithmetic of `primefield` and `primeorder`.
//!
//! Holds no algorithm. Where the macros ask for a generator of the multiplicative group a non-residue suffices: all they
//! derive from it are roots of unity of an order that is a power of two.

use bp256::elliptic_curve::bigint::{Odd, U384};
use bp256::elliptic_curve::consts::U40;
use bp256::elliptic_curve::hazmat::FieldArithmetic;
use bp256::elliptic_curve::ops::Reduce;
use bp256::elliptic_curve::scalar::{FromUintUnchecked, IsHigh};
use bp256::elliptic_curve::subtle::{Choice, ConstantTimeEq, ConstantTimeGreater, CtOption};
use bp256::elliptic_curve::{Curve, CurveArithmetic, FieldBytes, PrimeCurve, PrimeCurveArithmetic, field};
use primefield::ff::PrimeField;
use primeorder::{PrimeCurveParams, mul_backend, point_arithmetic, wnaf};

const PRIME: &str =
    "0000000000000000d35e472036bc4fb7e13c785ed201e065f98fcfa6f6f40def4f92b9ec7893ec28fcd412b1f1b32e27";
const ORDER: &str =
    "0000000000000000d35e472036bc4fb7e13c785ed201e065f98fcfa5b68f12a32d482ec7ee8658e98691555b44c59311";

/// The curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct BrainpoolP320r1;

impl Curve for BrainpoolP320r1 {
    type FieldBytesSize = U40;
    type Uint = U384;
    const ORDER: Odd<U384> = Odd::<U384>::from_be_hex(ORDER);
}

impl PrimeCurve for BrainpoolP320r1 {}

/// The field in a module of its own: the macros name things that the scalars' macros name too.
mod base_field {
    use bp256::elliptic_curve::bigint::U384;
    use bp256::elliptic_curve::ops::BatchInvert;
    use bp256::elliptic_curve::subtle::{Choice, ConstantTimeEq, CtOption};
    use primefield::ff::PrimeField;

    primefield::monty_field_params! {
        name: FieldParams,
        modulus: super::PRIME,
        uint: U384,
        byte_order: primefield::ByteOrder::BigEndian,
        multiplicative_generator: 5,
        doc: "Parameters of the field."
    }

    primefield::monty_field_element! {
        name: FieldElement,
        params: FieldParams,
        uint: U384,
        doc: "Element of the field."
    }

    primefield::monty_field_arithmetic! {
        name: FieldElement,
        params: FieldParams,
        uint: U384
    }

    impl BatchInvert for FieldElement {}
}

pub use base_field::FieldElement;

primefield::monty_field_params! {
    name: ScalarParams,
    modulus: ORDER,
    uint: U384,
    byte_order: primefield::ByteOrder::BigEndian,
    multiplicative_generator: 3,
    doc: "Parameters of the scalars."
}

primefield::monty_field_element! {
    name: Scalar,
    params: ScalarParams,
    uint: U384,
    doc: "Number modulo the order."
}

primefield::monty_field_arithmetic! {
    name: Scalar,
    params: ScalarParams,
    uint: U384
}

impl Reduce<U384> for Scalar {
    fn reduce(number: &U384) -> Self {
        // The order takes 320 of the 384 bits: nothing but a division brings any number below it.
        Self::from_uint_unchecked(number.rem(BrainpoolP320r1::ORDER.as_nz_ref()))
    }
}

impl Reduce<FieldBytes<BrainpoolP320r1>> for Scalar {
    fn reduce(bytes: &FieldBytes<BrainpoolP320r1>) -> Self {
        <Self as Reduce<U384>>::reduce(&field::bytes_to_uint::<BrainpoolP320r1>(bytes))
    }
}

bp256::elliptic_curve::scalar_impls!(BrainpoolP320r1, Scalar);

wnaf::impl_wnaf_size_for_scalar!(Scalar);

impl AsRef<Scalar> for Scalar {
    fn as_ref(&self) -> &Scalar {
        self
    }
}

impl FromUintUnchecked for Scalar {
    type Uint = U384;

    fn from_uint_unchecked(number: U384) -> Self {
        Self::from_uint_unchecked(number)
    }
}

impl IsHigh for Scalar {
    fn is_high(&self) -> Choice {
        const HALF: U384 = BrainpoolP320r1::ORDER.as_ref().shr_vartime(1);
        self.to_canonical().ct_gt(&HALF)
    }
}

impl CurveArithmetic for BrainpoolP320r1 {
    type AffinePoint = primeorder::AffinePoint<Self>;
    type ProjectivePoint = primeorder::ProjectivePoint<Self>;
    type Scalar = Scalar;
}

impl FieldArithmetic for BrainpoolP320r1 {
    type FieldElement = FieldElement;
}

impl PrimeCurveArithmetic for BrainpoolP320r1 {
    type CurveGroup = primeorder::ProjectivePoint<Self>;
}

impl PrimeCurveParams for BrainpoolP320r1 {
    type PointArithmetic = point_arithmetic::EquationAIsGeneric;
    type Backend = mul_backend::VariableOnly;

    const EQUATION_A: FieldElement = FieldElement::from_hex_vartime(
        "3ee30b568fbab0f883ccebd46d3f3bb8a2a73513f5eb79da66190eb085ffa9f492f375a97d860eb4",
    );
    const EQUATION_B: FieldElement = FieldElement::from_hex_vartime(
        "520883949dfdbc42d3ad198640688a6fe13f41349554b49acc31dccd884539816f5eb4ac8fb1f1a6",
    );
    const GENERATOR: (FieldElement, FieldElement) = (
        FieldElement::from_hex_vartime(
            "43bd7e9afb53d8b85289bcc48ee5bfe6f20137d10a087eb6e7871e2a10a599c710af8d0d39e20611",
        ),
        FieldElement::from_hex_vartime(
            "14fdd05545ec1cc8ab4093247f77275e0743ffed117182eaa9c77877aaac6ac7d35245d1692e8ee1",
        ),
    );
}
