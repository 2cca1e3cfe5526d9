//! ECDSA checks on curves that no kept crate has, by the schoolbook: short Weierstrass form, Jacobian coordinates, big
//! integers. For public data only: nothing here runs in constant time, so no private key may ever come here.

use super::domain::{Curve, Domain};
use num_bigint::BigUint;

/// The group of points of a curve y² = x³ + ax + b over the integers modulo p, of prime order.
pub(super) struct Group {
    p: BigUint,
    a: BigUint,
    b: BigUint,
    order: BigUint,
    base: Point,
}

/// A point (X/Z², Y/Z³); Z = 0 is the point at infinity.
#[derive(Clone)]
pub(super) struct Point {
    x: BigUint,
    y: BigUint,
    z: BigUint,
}

impl Group {
    /// The group of a known curve.
    pub(super) fn of(curve: Curve) -> Self {
        let [p, a, b, base_x, base_y, order] = Domain::numbers(curve);
        Self {
            p,
            a,
            b,
            order,
            base: Point {
                x: base_x,
                y: base_y,
                z: BigUint::from(1u8),
            },
        }
    }

    /// Reads an uncompressed point (SEC 1, section 2.3.4); nothing when it is not on the curve.
    pub(super) fn point(&self, bytes: &[u8]) -> Option<Point> {
        let len = usize::try_from(self.p.bits().div_ceil(8)).ok()?;
        let coordinates = bytes.strip_prefix(&[0x04]).filter(|rest| rest.len() == 2 * len)?;
        let (x, y) = coordinates.split_at(len);
        let (x, y) = (BigUint::from_bytes_be(x), BigUint::from_bytes_be(y));
        let right = (&x * &x * &x + &self.a * &x + &self.b) % &self.p;
        let on_curve = x < self.p && y < self.p && &y * &y % &self.p == right;
        on_curve.then(|| Point {
            x,
            y,
            z: BigUint::from(1u8),
        })
    }

    /// Checks a signature `r ‖ s` over a digest (FIPS 186-4, section 6.4.2).
    pub(super) fn verify(&self, public: &[u8], signature: &[u8], hash: &[u8]) -> bool {
        let zero = BigUint::ZERO;
        let (r, s) = signature.split_at(signature.len() / 2);
        let (r, s) = (BigUint::from_bytes_be(r), BigUint::from_bytes_be(s));
        let Some(public) = self.point(public) else {
            return false;
        };
        if r == zero || r >= self.order || s == zero || s >= self.order {
            return false;
        }
        let Some(inverse) = s.modinv(&self.order) else {
            return false;
        };
        let (u1, u2) = (
            self.number(hash) * &inverse % &self.order,
            &r * &inverse % &self.order,
        );
        let sum = self.multiply_two(&u1, &u2, &public);
        self.affine_x(&sum).is_some_and(|x| x % &self.order == r)
    }

    /// The leftmost bits of the digest, as many as n has.
    fn number(&self, hash: &[u8]) -> BigUint {
        let surplus = (hash.len() as u64 * 8).saturating_sub(self.order.bits());
        BigUint::from_bytes_be(hash) >> surplus
    }

    /// u1·G + u2·Q, both at once.
    fn multiply_two(&self, u1: &BigUint, u2: &BigUint, point: &Point) -> Point {
        let both = self.add(&self.base, point);
        let mut sum = Point {
            x: BigUint::from(1u8),
            y: BigUint::from(1u8),
            z: BigUint::ZERO,
        };
        for bit in (0..u1.bits().max(u2.bits())).rev() {
            sum = self.double(&sum);
            sum = match (u1.bit(bit), u2.bit(bit)) {
                (true, true) => self.add(&sum, &both),
                (true, false) => self.add(&sum, &self.base),
                (false, true) => self.add(&sum, point),
                (false, false) => sum,
            };
        }
        sum
    }

    fn affine_x(&self, point: &Point) -> Option<BigUint> {
        let inverse = point.z.modinv(&self.p)?;
        Some(&point.x * &inverse % &self.p * &inverse % &self.p)
    }

    fn times(&self, a: &BigUint, b: &BigUint) -> BigUint {
        a * b % &self.p
    }

    fn minus(&self, a: &BigUint, b: &BigUint) -> BigUint {
        (a + &self.p - b) % &self.p
    }

    /// Doubling for any a. Infinity stays infinity, because Z stays 0; a point with Y = 0 becomes it.
    fn double(&self, point: &Point) -> Point {
        let Point { x, y, z } = point;
        let y_squared = self.times(y, y);
        let s = self.times(x, &y_squared) * 4u8 % &self.p;
        let z_squared = self.times(z, z);
        let z_fourth = self.times(&z_squared, &z_squared);
        let m = (self.times(x, x) * 3u8 + &self.a * z_fourth) % &self.p;
        let doubled_x = self.minus(&self.times(&m, &m), &(&s * 2u8 % &self.p));
        let y_fourth = self.times(&y_squared, &y_squared) * 8u8 % &self.p;
        let doubled_y = self.minus(&self.times(&m, &self.minus(&s, &doubled_x)), &y_fourth);
        Point {
            x: doubled_x,
            y: doubled_y,
            z: self.times(y, z) * 2u8 % &self.p,
        }
    }

    fn add(&self, first: &Point, second: &Point) -> Point {
        let zero = BigUint::ZERO;
        if first.z == zero {
            return second.clone();
        }
        if second.z == zero {
            return first.clone();
        }
        let (z1, z2) = (self.times(&first.z, &first.z), self.times(&second.z, &second.z));
        let (x1, x2) = (self.times(&first.x, &z2), self.times(&second.x, &z1));
        let y1 = self.times(&first.y, &self.times(&z2, &second.z));
        let y2 = self.times(&second.y, &self.times(&z1, &first.z));
        let (run, rise) = (self.minus(&x2, &x1), self.minus(&y2, &y1));
        if run == zero && rise == zero {
            return self.double(first);
        }
        // Opposite points have no run, so that Z becomes 0: infinity.
        let run_squared = self.times(&run, &run);
        let run_cubed = self.times(&run_squared, &run);
        let middle = self.times(&x1, &run_squared);
        let x = self.minus(
            &self.minus(&self.times(&rise, &rise), &run_cubed),
            &(&middle * 2u8 % &self.p),
        );
        let y = self.minus(
            &self.times(&rise, &self.minus(&middle, &x)),
            &self.times(&y1, &run_cubed),
        );
        let z = self.times(&run, &self.times(&first.z, &second.z));
        Point { x, y, z }
    }
}

#[cfg(test)]
mod tests {
    use super::super::domain::DOMAINS;
    use super::*;

    #[test]
    fn the_order_of_the_base_point_is_n() {
        for domain in &DOMAINS {
            let group = Group::of(domain.curve);
            let zero = BigUint::ZERO;
            let nothing = group.multiply_two(&group.order, &zero, &group.base);
            assert_eq!(nothing.z, zero, "{:?}", domain.curve);
            // (n - 1)·G + 1·G meets in addition, (n - 2)·G + 1·(2·G) through another way.
            let last = &group.order - 1u8;
            assert_eq!(
                group.multiply_two(&last, &BigUint::from(1u8), &group.base).z,
                zero
            );
            let twice = group.double(&group.base);
            let sum = group.multiply_two(&BigUint::from(5u8), &BigUint::from(3u8), &twice);
            let eleven = group.multiply_two(&BigUint::from(11u8), &zero, &group.base);
            assert_eq!(
                group.affine_x(&sum),
                group.affine_x(&eleven),
                "5·G + 3·2·G = 11·G"
            );
        }
    }

    #[test]
    fn signatures_out_of_range_are_refused() {
        let group = Group::of(Curve::BrainpoolP224r1);
        let affine = |value: &BigUint| value.to_bytes_be();
        let public = [
            vec![0x04],
            vec![0; 28 - affine(&group.base.x).len()],
            affine(&group.base.x),
        ]
        .concat();
        let public = [public, affine(&group.base.y)].concat();
        assert!(group.point(&public).is_some());
        let (zero, n) = ([0; 28].to_vec(), group.order.to_bytes_be());
        let one = [vec![0; 27], vec![1]].concat();
        for (r, s) in [(&zero, &one), (&one, &zero), (&n, &one), (&one, &n)] {
            assert!(!group.verify(&public, &[r.as_slice(), s].concat(), &[1; 28]));
        }
    }
}
