//! Who sits where when the file does not say: by name in Vietnamese order over the rooms, seats drawn by lot from a seed.

use certs::hash::sha256_of;

/// Most candidates of a room (TT 24/2024, article 22).
pub const CAPACITY: usize = 24;

/// The seats of a room, "01" to "24", less those that are taken, in the order that the seed gives.
pub fn drawn_seats(seed: &[u8; 32], room: &str, capacity: usize, taken: &[String]) -> Vec<String> {
    let mut seats: Vec<String> = (1..=capacity)
        .map(|number| format!("{number:02}"))
        .filter(|seat| !taken.contains(seat))
        .collect();
    // The lot of each seat is its hash under the seed: anybody who knows the seed can draw again.
    seats.sort_by_key(|seat| sha256_of(&[seed, room.as_bytes(), b"\n", seat.as_bytes()]));
    seats
}

/// How many newcomers go into each room, rooms in order, each filled up to its capacity. None when they do not all fit.
pub fn distribute(newcomers: usize, taken: &[usize], capacity: usize) -> Option<Vec<usize>> {
    let mut left = newcomers;
    let shares = taken.iter().map(|taken| {
        let share = capacity.saturating_sub(*taken).min(left);
        left -= share;
        share
    });
    let shares: Vec<usize> = shares.collect();
    (left == 0).then_some(shares)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_free_seat_is_drawn_once(seed: [u8; 32], taken in prop::collection::vec(1usize..=24, 0..24)) {
            let taken: Vec<String> = taken.iter().map(|n| format!("{n:02}")).collect();
            let mut seats = drawn_seats(&seed, "Phòng 01", CAPACITY, &taken);
            prop_assert_eq!(&seats, &drawn_seats(&seed, "Phòng 01", CAPACITY, &taken));
            seats.extend(taken.iter().cloned());
            seats.sort();
            seats.dedup();
            prop_assert_eq!(seats.len(), CAPACITY);
        }

        #[test]
        fn rooms_are_never_overfilled(newcomers in 0usize..200, taken in prop::collection::vec(0usize..30, 0..8)) {
            let free: usize = taken.iter().map(|t| CAPACITY.saturating_sub(*t)).sum();
            match distribute(newcomers, &taken, CAPACITY) {
                Some(shares) => {
                    prop_assert_eq!(shares.iter().sum::<usize>(), newcomers);
                    for (share, taken) in shares.iter().zip(&taken) {
                        prop_assert!(*share == 0 || share + taken <= CAPACITY);
                    }
                }
                None => prop_assert!(newcomers > free),
            }
        }
    }

    #[test]
    fn seats_differ_from_seed_to_seed_and_from_room_to_room() {
        let (a, b) = ([1; 32], [2; 32]);
        assert_ne!(
            drawn_seats(&a, "1", CAPACITY, &[]),
            drawn_seats(&b, "1", CAPACITY, &[])
        );
        assert_ne!(
            drawn_seats(&a, "1", CAPACITY, &[]),
            drawn_seats(&a, "2", CAPACITY, &[])
        );
    }
}
