//! Key agreement at the chip's end: curves and modular groups by plain big-integer arithmetic (ICAO Doc 9303 part 11, 9.5.1).
//!
//! Owns addition, encoding and the mapping of a nonce to a generator. A chip made for tests need not hide how long it computes,
//! so this is textbook arithmetic on purpose: it shares neither code nor curve crates with any reader. Must not be used where
//! a secret matters.

mod parameters;

use num_bigint::BigUint;

use super::{
    randomness::Randomness,
    status::{Status, WRONG_DATA},
};

/// A group of the standardised domain parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Domain {
    /// y² = x³ + ax + b modulo p, with a base point of prime order n.
    Curve {
        /// The field's prime.
        p: BigUint,
        /// Coefficient a.
        a: BigUint,
        /// Coefficient b.
        b: BigUint,
        /// The base point.
        base: (BigUint, BigUint),
        /// Its order.
        n: BigUint,
    },
    /// A subgroup of prime order q modulo p.
    Modular {
        /// The modulus.
        p: BigUint,
        /// The generator.
        g: BigUint,
        /// Its order.
        q: BigUint,
    },
}

/// An element; `None` is the neutral one.
pub type Element = Option<(BigUint, BigUint)>;

impl Domain {
    /// The group with this id, if a chip can have it.
    pub fn standardised(id: u8) -> Option<Self> {
        parameters::find(id)
    }

    /// Whether it is an elliptic curve.
    pub fn is_curve(&self) -> bool {
        matches!(self, Self::Curve { .. })
    }

    /// The prime of the field.
    pub fn prime(&self) -> &BigUint {
        match self {
            Self::Curve { p, .. } | Self::Modular { p, .. } => p,
        }
    }

    /// The order of the group.
    pub fn order(&self) -> &BigUint {
        match self {
            Self::Curve { n, .. } => n,
            Self::Modular { q, .. } => q,
        }
    }

    /// The standardised generator. Elements of a modular group stand in the first coordinate.
    pub fn base(&self) -> Element {
        let coordinates = match self {
            Self::Curve { base, .. } => base.clone(),
            Self::Modular { g, .. } => (g.clone(), BigUint::ZERO),
        };
        Element::from(coordinates)
    }

    /// A secret below the order, from as many bytes as the order has.
    pub fn secret(&self, randomness: &mut Randomness) -> BigUint {
        loop {
            let bytes = randomness.vector(self.order().to_bytes_be().len());
            let secret = BigUint::from_bytes_be(&bytes);
            if secret != BigUint::ZERO && secret < *self.order() {
                return secret;
            }
        }
    }

    /// `number` times (or to the power of) an element.
    pub fn times(&self, number: &BigUint, element: &Element) -> Element {
        match self {
            Self::Modular { p, .. } => {
                let (value, _) = element.as_ref()?;
                Some((value.modpow(number, p), BigUint::ZERO))
                    .filter(|(value, _)| *value != BigUint::from(1_u8))
            }
            Self::Curve { .. } => {
                let mut sum = None;
                for bit in (0..number.bits()).rev() {
                    sum = self.plus(&sum, &sum);
                    if number.bit(bit) {
                        sum = self.plus(&sum, element);
                    }
                }
                sum
            }
        }
    }

    /// Two elements together.
    pub fn plus(&self, one: &Element, other: &Element) -> Element {
        let (Some((x1, y1)), Some((x2, y2))) = (one, other) else {
            return one.clone().or_else(|| other.clone());
        };
        let (p, a) = match self {
            Self::Modular { p, .. } => return Some((x1 * x2 % p, BigUint::ZERO)),
            Self::Curve { p, a, .. } => (p, a),
        };
        let (rise, run) = if x1 != x2 {
            (p + y2 - y1, p + x2 - x1)
        } else if y1 == y2 && *y1 != BigUint::ZERO {
            (BigUint::from(3_u8) * x1 * x1 + a, BigUint::from(2_u8) * y1)
        } else {
            return None;
        };
        let slope = rise * (run % p).modinv(p)? % p;
        let x = (&slope * &slope + p + p - x1 - x2) % p;
        let y = (slope * (p + x1 - &x) + p - y1) % p;
        Some((x, y))
    }

    /// Reads the element of a reader: 04, x, y; or a number as long as the modulus.
    ///
    /// # Errors
    ///
    /// WRONG_DATA for anything that is not in the group, and for the neutral element.
    pub fn read(&self, bytes: &[u8]) -> Result<Element, Status> {
        let size = self.size();
        let element = match self {
            Self::Curve { .. } => match bytes.split_first() {
                Some((4, point)) if point.len() == 2 * size => {
                    let (x, y) = point.split_at(size);
                    (BigUint::from_bytes_be(x), BigUint::from_bytes_be(y))
                }
                _ => return Err(WRONG_DATA),
            },
            Self::Modular { .. } if bytes.len() == size => (BigUint::from_bytes_be(bytes), BigUint::ZERO),
            Self::Modular { .. } => return Err(WRONG_DATA),
        };
        let inside = match self {
            Self::Curve { p, .. } => {
                let (x, y) = &element;
                x < p && y < p && y * y % p == self.right_side(x)
            }
            Self::Modular { p, q, .. } => {
                let one = BigUint::from(1_u8);
                element.0 > one && element.0 < *p && element.0.modpow(q, p) == one
            }
        };
        inside.then_some(Some(element)).ok_or(WRONG_DATA)
    }

    /// The encoding that `read` takes.
    ///
    /// # Errors
    ///
    /// WRONG_DATA for the neutral element, which has none.
    pub fn write(&self, element: &Element) -> Result<Vec<u8>, Status> {
        let (x, y) = element.as_ref().ok_or(WRONG_DATA)?;
        Ok(match self {
            Self::Curve { .. } => [vec![4], self.fixed(x), self.fixed(y)].concat(),
            Self::Modular { .. } => self.fixed(x),
        })
    }

    /// What keys are derived from: the x coordinate, or the number.
    ///
    /// # Errors
    ///
    /// WRONG_DATA for the neutral element.
    pub fn shared(&self, element: &Element) -> Result<Vec<u8>, Status> {
        element.as_ref().map(|(x, _)| self.fixed(x)).ok_or(WRONG_DATA)
    }

    /// The generator of integrated mapping for pseudo-random bytes (4.4.3.3.2 and appendix B).
    pub fn encode(&self, random: &[u8]) -> Element {
        let number = BigUint::from_bytes_be(random) % self.prime();
        match self {
            Self::Modular { p, q, .. } => {
                let cofactor = (p - 1_u8) / q;
                Some((number.modpow(&cofactor, p), BigUint::ZERO))
            }
            Self::Curve { p, a, b, .. } => {
                let alpha = p - &number * &number % p;
                let inverse = ((&alpha + &alpha * &alpha) % p).modinv(p)?;
                let x2 = (p - b) * a.modinv(p)? * (inverse + 1_u8) % p;
                let x3 = &alpha * &x2 % p;
                let h2 = self.right_side(&x2);
                // The square root of h2 if it has one; else that of -h2.
                let root = h2.modpow(&((p + 1_u8) / 4_u8), p);
                if &root * &root % p == h2 {
                    Some((x2, root))
                } else {
                    let cube = &number * &number * &number % p;
                    Some((x3, (p - cube * root % p) % p))
                }
            }
        }
    }

    fn right_side(&self, x: &BigUint) -> BigUint {
        match self {
            Self::Curve { p, a, b, .. } => (x * x * x + a * x + b) % p,
            Self::Modular { .. } => BigUint::ZERO,
        }
    }

    fn size(&self) -> usize {
        self.prime().to_bytes_be().len()
    }

    fn fixed(&self, number: &BigUint) -> Vec<u8> {
        let digits = number.to_bytes_be();
        [vec![0; self.size() - digits.len()], digits].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_agree_and_strangers_are_refused() {
        for id in [0, 1, 2, 10, 11, 12, 13, 14, 15, 16, 17, 18] {
            let domain = Domain::standardised(id).unwrap();
            assert_eq!(
                domain.times(domain.order(), &domain.base()),
                None,
                "{id}: the order"
            );
            let mut randomness = Randomness::system();
            let (one, other) = (domain.secret(&mut randomness), domain.secret(&mut randomness));
            let public = domain.write(&domain.times(&one, &domain.base())).unwrap();
            let shared = domain.times(&other, &domain.read(&public).unwrap());
            assert_eq!(shared, domain.times(&(one * other), &domain.base()), "{id}");
            let mut changed = public.clone();
            *changed.last_mut().unwrap() ^= 1;
            assert_eq!(domain.read(&changed), Err(WRONG_DATA), "{id}");
            assert_eq!(domain.read(&public[1..]), Err(WRONG_DATA), "{id}");
        }
    }
}
