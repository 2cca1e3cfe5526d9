//! Groups for key agreement, ICAO 9303-11 sections 9.4 to 9.6: the standardised domain parameters of elliptic curves and of
//! Diffie-Hellman, behind one interface over encoded elements.
//!
//! An [`Element`] comes only from a group that has checked it: on the curve or in the subgroup, and not the neutral one.
//! Parameters are never taken from a chip: what a chip names or spells out is looked up here, or refused.

mod curve;
mod modular;

use core::fmt;
use rand::CryptoRng;
use zeroize::Zeroizing;

/// A valid element in the encoding of section 9.4: `04 ‖ X ‖ Y`, or an unsigned integer as long as the modulus.
#[derive(Clone, PartialEq, Eq)]
pub struct Element(Zeroizing<Vec<u8>>);

impl Element {
    /// The encoding.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A secret exponent or scalar, big-endian. Wiped when dropped.
pub struct Secret(Zeroizing<Vec<u8>>);

/// Which of the two kinds of key agreement a group is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A prime-order subgroup of integers.
    DiffieHellman,
    /// An elliptic curve.
    EllipticCurve,
}

/// Parameters spelt out in a `SubjectPublicKeyInfo`, as unsigned big-endian integers without leading zeros.
#[derive(Clone, Copy)]
pub enum Explicit<'e> {
    /// p, a, b, base point (`04 ‖ X ‖ Y`), n, and h where it is given (RFC 3279, section 2.3.5).
    Curve {
        /// Prime of the field.
        prime: &'e [u8],
        /// Coefficient a.
        a: &'e [u8],
        /// Coefficient b.
        b: &'e [u8],
        /// Base point.
        base: &'e [u8],
        /// Order of the base point.
        order: &'e [u8],
        /// Cofactor.
        cofactor: Option<&'e [u8]>,
    },
    /// p, g, and q where it is given (RFC 3279, section 2.3.3; PKCS #3).
    Modular {
        /// The modulus.
        prime: &'e [u8],
        /// The generator.
        base: &'e [u8],
        /// Order of the generator.
        order: Option<&'e [u8]>,
    },
}

/// A group of prime order.
pub trait Group: Sync {
    /// Which kind.
    fn kind(&self) -> Kind;
    /// Bits of the field's prime.
    fn field_bits(&self) -> u32;
    /// The standardised generator.
    fn base(&self) -> Element;
    /// Are these exactly this group's parameters?
    fn is(&self, parameters: &Explicit<'_>) -> bool;
    /// Checks an element of somebody else; `None` for the neutral one, or one outside the group.
    fn element(&self, encoded: &[u8]) -> Option<Element>;
    /// A fresh secret: uniform, not zero.
    fn secret(&self, rng: &mut dyn CryptoRng) -> Secret;
    /// An element multiplied by (or raised to) a big-endian number of any length; `None` for the neutral element.
    fn act(&self, number: &[u8], element: &Element) -> Option<Element>;
    /// Two elements together; `None` for the neutral element.
    fn combine(&self, one: &Element, other: &Element) -> Option<Element>;
    /// What a key derivation takes of an agreed element (section 9.6): the X coordinate, or the whole number.
    fn agreed(&self, element: &Element) -> Zeroizing<Vec<u8>>;
    /// A generator from pseudo-random bytes, for integrated mapping (section 4.4.3.3.2, appendix B).
    fn generator_from(&self, pseudo_random: &[u8]) -> Option<Element>;
}

impl fmt::Debug for dyn Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {} bits", self.kind(), self.field_bits())
    }
}

/// The groups of section 9.5.1, table 6, by parameter id. The curves of 192 bits (ids 8 and 9) are too short and left out.
const STANDARDISED: [(u8, &dyn Group); 12] = [
    (0, &modular::MODP_1024_160),
    (1, &modular::MODP_2048_224),
    (2, &modular::MODP_2048_256),
    (10, &curve::P224),
    (11, &curve::BRAINPOOL_P224),
    (12, &curve::P256),
    (13, &curve::BRAINPOOL_P256),
    (14, &curve::BRAINPOOL_P320),
    (15, &curve::P384),
    (16, &curve::BRAINPOOL_P384),
    (17, &curve::BRAINPOOL_P512),
    (18, &curve::P521),
];

/// The group with this id among the standardised domain parameters.
pub fn standardised(id: u8) -> Option<&'static dyn Group> {
    STANDARDISED
        .iter()
        .find(|(number, _)| *number == id)
        .map(|(_, group)| *group)
}

/// The group whose parameters are spelt out; all of them have to agree.
pub fn spelt_out(parameters: &Explicit<'_>) -> Option<&'static dyn Group> {
    STANDARDISED
        .iter()
        .find(|(_, group)| group.is(parameters))
        .map(|(_, group)| *group)
}

/// One side's ephemeral key pair over some generator of a group.
pub struct KeyPair {
    group: &'static dyn Group,
    secret: Secret,
    public: Element,
}

impl KeyPair {
    /// A fresh key pair over `generator`.
    pub fn generate(group: &'static dyn Group, generator: &Element, rng: &mut dyn CryptoRng) -> Self {
        let secret = group.secret(rng);
        let public = group
            .act(&secret.0, generator)
            .expect("a secret is not zero below the group's prime order");
        Self {
            group,
            secret,
            public,
        }
    }

    /// The public key.
    pub fn public(&self) -> &Element {
        &self.public
    }

    /// The element that both sides agree on.
    pub fn agree(&self, other: &Element) -> Option<Element> {
        self.group.act(&self.secret.0, other)
    }

    /// The secret that keys are derived from.
    pub fn shared_secret(&self, other: &Element) -> Option<Zeroizing<Vec<u8>>> {
        Some(self.group.agreed(&self.agree(other)?))
    }
}

/// Without leading zeros, so that numbers of different encodings compare.
fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    &number[zeros..]
}

#[cfg(test)]
mod tests;
