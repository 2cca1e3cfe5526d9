//! Lock-out that can't be used to lock others out (OWASP, "Slow down online guessing attacks with device cookies"). Plain
//! rules.
//!
//! A browser that somebody has logged in with before has a budget of its own; all others share one for each network
//! address and a wider one for the account. So whoever tries passwords from elsewhere uses up the budgets of unknown
//! browsers and never that of the holder's. Accounts for emergencies, which no browser knows, are not closed at all.

use certs::hash::sha256_of;
use exam_protocol::time::{Millis, Timestamp};
use std::net::IpAddr;

/// Failures that are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// What they are counted under.
    pub key: [u8; 32],
    /// Hash of the account's name, known or not.
    pub account: [u8; 32],
    /// How many close it.
    pub most: i64,
}

/// Failures so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub failures: i64,
    /// When the last one was.
    pub last: Timestamp,
}

impl Default for Count {
    fn default() -> Self {
        Self {
            failures: 0,
            last: Timestamp(0),
        }
    }
}

impl Count {
    /// Counts one more failure; none when the budget is used up. Failures are forgotten `rest` after the last one, and
    /// tries that are turned away do not prolong that.
    pub fn next(self, budget: &Budget, rest: Millis, now: Timestamp) -> Option<Self> {
        let fresh = now - self.last >= rest;
        if !fresh && self.failures >= budget.most {
            return None;
        }
        Some(Self {
            failures: if fresh { 1 } else { self.failures + 1 },
            last: now,
        })
    }
}

/// Hash of a login name, under which all failures of an account are found.
pub fn account_key(name: &str) -> [u8; 32] {
    sha256_of(&[b"account", name.as_bytes()])
}

/// The budget of a browser that is known to this account.
pub fn of_device(name: &str, device: &[u8; 32], most: u16) -> Budget {
    Budget {
        key: sha256_of(&[b"device", &account_key(name), device]),
        account: account_key(name),
        most: most.into(),
    }
}

/// The budgets of all other browsers: at this network address, and everywhere.
pub fn of_strangers(name: &str, address: IpAddr, most: u16, most_everywhere: u16) -> [Budget; 2] {
    let account = account_key(name);
    [
        Budget {
            key: sha256_of(&[b"network", &account, &network(address)]),
            account,
            most: most.into(),
        },
        Budget {
            key: sha256_of(&[b"everywhere", &account]),
            account,
            most: most_everywhere.into(),
        },
    ]
}

/// What one subscriber has of the address space: an IPv4 address, the first 64 bits of an IPv6 address.
fn network(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REST: Millis = Millis::minutes(720);

    fn tries(budget: &Budget, count: &mut Count, number: usize, now: Timestamp) -> usize {
        (0..number)
            .filter(|_| match count.next(budget, REST, now) {
                Some(next) => {
                    *count = next;
                    true
                }
                None => false,
            })
            .count()
    }

    #[test]
    fn five_failures_close_a_budget_until_it_has_rested() {
        let budget = of_device("lan", &[1; 32], 5);
        let (mut count, begin) = (Count::default(), Timestamp(1_000_000_000_000));
        assert_eq!(tries(&budget, &mut count, 20, begin), 5);
        let almost = Timestamp(begin.0 + REST.0 - 1);
        assert_eq!(tries(&budget, &mut count, 1, almost), 0, "turned away");
        assert_eq!(tries(&budget, &mut count, 20, begin + REST), 5);
    }

    #[test]
    fn budgets_are_apart_by_account_device_and_network() {
        let here = IpAddr::from([10, 0, 0, 1]);
        let lan = of_strangers("lan", here, 5, 50);
        assert_ne!(lan[0].key, of_strangers("minh", here, 5, 50)[0].key);
        assert_ne!(
            lan[0].key,
            of_strangers("lan", [10, 0, 0, 2].into(), 5, 50)[0].key
        );
        assert_eq!(
            lan[1].key,
            of_strangers("lan", [10, 0, 0, 2].into(), 5, 50)[1].key
        );
        assert_ne!(
            of_device("lan", &[1; 32], 5).key,
            of_device("lan", &[2; 32], 5).key
        );
    }

    #[test]
    fn an_ipv6_subscriber_is_one_network_and_a_mapped_address_is_its_ipv4_address() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::7"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::7"), of("2001:db8:1:3::7"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
    }

    proptest! {
        #[test]
        fn never_more_tries_than_the_budget_within_one_rest(gaps in prop::collection::vec(0_i64..REST.0 / 40, 1..40)) {
            let budget = of_device("lan", &[1; 32], 5);
            let (mut count, mut now, mut allowed) = (Count::default(), Timestamp(1_000_000_000_000), 0);
            for gap in gaps {
                now = now + Millis(gap);
                if let Some(next) = count.next(&budget, REST, now) {
                    count = next;
                    allowed += 1;
                }
            }
            prop_assert!(allowed <= 5);
        }
    }
}
