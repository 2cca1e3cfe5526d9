//! The curves of travel documents that have no crate of their own: tables of constants (FIPS 186-4, D.1.2.2; RFC 5639,
//! section 3), set into the arithmetic of `primefield` and `primeorder`.
//!
//! Holds no algorithm: points, scalars and their products are those crates', in constant time where a secret is involved.
//! Which curve a key may use is decided elsewhere.

#[cfg(test)]
mod tests;

/// A curve y² = x³ + ax + b of prime order and cofactor 1 from a table of its constants, big-endian hexadecimal.
///
/// `prime` and `order` are as long as `uint`, which is a whole number of 64-bit limbs. Where the arithmetic asks for a
/// generator of a multiplicative group a non-residue suffices (`non_residues`, modulo the prime and modulo the order): all
/// that is derived from it are roots of unity of an order that is a power of two.
macro_rules! weierstrass {
    (
        $(#[$doc:meta])*
        $name:ident in $module:ident, uint: $uint:ident, bytes: $bytes:ident, equation: $equation:ident,
        prime: $prime:literal, order: $order:literal, non_residues: ($field:literal, $scalar:literal),
        a: $a:literal, b: $b:literal, x: $x:literal, y: $y:literal
    ) => {
        mod $module {
            use ecdsa::elliptic_curve::bigint::{Odd, $uint};
            use ecdsa::elliptic_curve::consts::$bytes;
            use ecdsa::elliptic_curve::hazmat::FieldArithmetic;
            use ecdsa::elliptic_curve::ops::Reduce;
            use ecdsa::elliptic_curve::scalar::{FromUintUnchecked, IsHigh};
            use ecdsa::elliptic_curve::subtle::{Choice, ConstantTimeEq, ConstantTimeGreater, CtOption};
            use ecdsa::elliptic_curve::{
                Curve, CurveArithmetic, FieldBytes, PrimeCurve, PrimeCurveArithmetic, field,
            };
            use field_element::FieldElement;
            use primefield::ff::PrimeField;
            use primeorder::{PrimeCurveParams, mul_backend, point_arithmetic, wnaf};

            $(#[$doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
            pub struct $name;

            impl Curve for $name {
                type FieldBytesSize = $bytes;
                type Uint = $uint;
                const ORDER: Odd<$uint> = Odd::<$uint>::from_be_hex($order);
            }

            impl PrimeCurve for $name {}

            impl ecdsa::EcdsaCurve for $name {
                const NORMALIZE_S: bool = false;
            }

            /// In a module of its own: the macros name things that the scalars' macros name too.
            mod field_element {
                use ecdsa::elliptic_curve::bigint::$uint;
                use ecdsa::elliptic_curve::ops::BatchInvert;
                use ecdsa::elliptic_curve::subtle::{Choice, ConstantTimeEq, CtOption};
                use primefield::ff::PrimeField;

                primefield::monty_field_params! {
                    name: FieldParams,
                    modulus: $prime,
                    uint: $uint,
                    byte_order: primefield::ByteOrder::BigEndian,
                    multiplicative_generator: $field,
                    doc: "Parameters of the field."
                }

                primefield::monty_field_element! {
                    name: FieldElement,
                    params: FieldParams,
                    uint: $uint,
                    doc: "Element of the field."
                }

                primefield::monty_field_arithmetic! {
                    name: FieldElement,
                    params: FieldParams,
                    uint: $uint
                }

                impl BatchInvert for FieldElement {}
            }

            primefield::monty_field_params! {
                name: ScalarParams,
                modulus: $order,
                uint: $uint,
                byte_order: primefield::ByteOrder::BigEndian,
                multiplicative_generator: $scalar,
                doc: "Parameters of the scalars."
            }

            primefield::monty_field_element! {
                name: Scalar,
                params: ScalarParams,
                uint: $uint,
                doc: "Number modulo the order."
            }

            primefield::monty_field_arithmetic! {
                name: Scalar,
                params: ScalarParams,
                uint: $uint
            }

            impl Reduce<$uint> for Scalar {
                fn reduce(number: &$uint) -> Self {
                    // An order may be far below the largest number: nothing but a division brings any number below it.
                    Self::from_uint_unchecked(number.rem($name::ORDER.as_nz_ref()))
                }
            }

            impl Reduce<FieldBytes<$name>> for Scalar {
                fn reduce(bytes: &FieldBytes<$name>) -> Self {
                    <Self as Reduce<$uint>>::reduce(&field::bytes_to_uint::<$name>(bytes))
                }
            }

            ecdsa::elliptic_curve::scalar_impls!($name, Scalar);

            wnaf::impl_wnaf_size_for_scalar!(Scalar);

            impl AsRef<Scalar> for Scalar {
                fn as_ref(&self) -> &Scalar {
                    self
                }
            }

            impl FromUintUnchecked for Scalar {
                type Uint = $uint;

                fn from_uint_unchecked(number: $uint) -> Self {
                    Self::from_uint_unchecked(number)
                }
            }

            impl IsHigh for Scalar {
                fn is_high(&self) -> Choice {
                    const HALF: $uint = $name::ORDER.as_ref().shr_vartime(1);
                    self.to_canonical().ct_gt(&HALF)
                }
            }

            impl CurveArithmetic for $name {
                type AffinePoint = primeorder::AffinePoint<Self>;
                type ProjectivePoint = primeorder::ProjectivePoint<Self>;
                type Scalar = Scalar;
            }

            impl FieldArithmetic for $name {
                type FieldElement = FieldElement;
            }

            impl PrimeCurveArithmetic for $name {
                type CurveGroup = primeorder::ProjectivePoint<Self>;
            }

            impl PrimeCurveParams for $name {
                type PointArithmetic = point_arithmetic::$equation;
                type Backend = mul_backend::VariableOnly;

                const EQUATION_A: FieldElement = FieldElement::from_hex_vartime($a);
                const EQUATION_B: FieldElement = FieldElement::from_hex_vartime($b);
                const GENERATOR: (FieldElement, FieldElement) = (
                    FieldElement::from_hex_vartime($x),
                    FieldElement::from_hex_vartime($y),
                );
            }
        }

        pub use $module::$name;
    };
}

weierstrass! {
    /// NIST P-224 (FIPS 186-4, D.1.2.2).
    P224 in p224, uint: U256, bytes: U28, equation: EquationAIsMinusThree,
    prime: "00000000ffffffffffffffffffffffffffffffff000000000000000000000001",
    order: "00000000ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d",
    non_residues: (11, 2),
    a: "fffffffffffffffffffffffffffffffefffffffffffffffffffffffe",
    b: "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4",
    x: "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
    y: "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34"
}

weierstrass! {
    /// brainpoolP224r1 (RFC 5639, section 3.3).
    BrainpoolP224r1 in brainpool_p224, uint: U256, bytes: U28, equation: EquationAIsGeneric,
    prime: "00000000d7c134aa264366862a18302575d1d787b09f075797da89f57ec8c0ff",
    order: "00000000d7c134aa264366862a18302575d0fb98d116bc4b6ddebca3a5a7939f",
    non_residues: (3, 3),
    a: "68a5e62ca9ce6c1c299803a6c1530b514e182ad8b0042a59cad29f43",
    b: "2580f63ccfe44138870713b1a92369e33e2135d266dbb372386c400b",
    x: "0d9029ad2c7e5cf4340823b2a87dc68c9e4ce3174c1e6efdee12c07d",
    y: "58aa56f772c0726f24c6b89e4ecdac24354b9e99caa3f6d3761402cd"
}

weierstrass! {
    /// brainpoolP320r1 (RFC 5639, section 3.5).
    BrainpoolP320r1 in brainpool_p320, uint: U384, bytes: U40, equation: EquationAIsGeneric,
    prime: "0000000000000000d35e472036bc4fb7e13c785ed201e065f98fcfa6f6f40def4f92b9ec7893ec28fcd412b1f1b32e27",
    order: "0000000000000000d35e472036bc4fb7e13c785ed201e065f98fcfa5b68f12a32d482ec7ee8658e98691555b44c59311",
    non_residues: (5, 3),
    a: "3ee30b568fbab0f883ccebd46d3f3bb8a2a73513f5eb79da66190eb085ffa9f492f375a97d860eb4",
    b: "520883949dfdbc42d3ad198640688a6fe13f41349554b49acc31dccd884539816f5eb4ac8fb1f1a6",
    x: "43bd7e9afb53d8b85289bcc48ee5bfe6f20137d10a087eb6e7871e2a10a599c710af8d0d39e20611",
    y: "14fdd05545ec1cc8ab4093247f77275e0743ffed117182eaa9c77877aaac6ac7d35245d1692e8ee1"
}

weierstrass! {
    /// brainpoolP512r1 (RFC 5639, section 3.7), the curve of the Vietnamese passport's country signer.
    BrainpoolP512r1 in brainpool_p512, uint: U512, bytes: U64, equation: EquationAIsGeneric,
    prime: "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e6\
            2881ff2f2d82c68528aa6056583a48f3",
    order: "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac1047\
            1db1d381085ddaddb58796829ca90069",
    non_residues: (2, 7),
    a: "7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b5\
        7f1117a72bf2c7b9e7c1ac4d77fc94ca",
    b: "3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94cadc083e67\
        984050b75ebae5dd2809bd638016f723",
    x: "81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50d1687b93b97d5f\
        7c6d5047406a5e688b352209bcb9f822",
    y: "7dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111b2dcde494a5f485e5bca4bd88a2763ae\
        d1ca2b2fa8f0540678cd1e0f3ad80892"
}
