//! Times, and what is said of many of them.

use serde::Serialize;
use std::time::Duration;

/// Many times of one kind.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<Duration>);

/// Quantiles in milliseconds, by nearest rank. All zero where nothing was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Quantiles {
    /// Half are shorter.
    pub p50: f64,
    /// 99 of 100 are shorter.
    pub p99: f64,
    /// 999 of 1,000 are shorter.
    pub p999: f64,
    /// The longest.
    pub max: f64,
}

impl Latencies {
    /// Notes one.
    pub fn push(&mut self, one: Duration) {
        self.0.push(one);
    }

    /// Takes over all of another.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The quantiles.
    pub fn quantiles(&self) -> Quantiles {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = |per_thousand: usize| {
            let rank = (sorted.len() * per_thousand).div_ceil(1000);
            let time = sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default();
            rounded(time.as_secs_f64() * 1000.0)
        };
        Quantiles {
            p50: at(500),
            p99: at(990),
            p999: at(999),
            max: at(1000),
        }
    }
}

/// Three digits after the point: as much as is worth reading.
pub fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// A number of things, at least one, so that it can be divided by.
pub fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_nearest_ranks() {
        let mut all = Latencies::default();
        for millis in (1..=1000).rev() {
            all.push(Duration::from_millis(millis));
        }
        let expected = Quantiles {
            p50: 500.0,
            p99: 990.0,
            p999: 999.0,
            max: 1000.0,
        };
        assert_eq!(all.quantiles(), expected);
        assert_eq!(Latencies::default().quantiles(), Quantiles::default());
        let mut one = Latencies::default();
        one.push(Duration::from_micros(1234));
        assert_eq!(one.quantiles().p50.to_bits(), 1.234_f64.to_bits());
    }
}
