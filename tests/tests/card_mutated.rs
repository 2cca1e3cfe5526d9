//! Ten thousand mutated cards: a byte changed, a part cut out, doubled or exchanged in one of a genuine card's files or in its
//! answer. None of them is taken for genuine.
//!
//! A changed EF.SOD may still be a valid one, because CMS does not sign its own envelope; then hashes and signer must be what
//! they were.

use anyhow::{Context, Result};
use certs::Time;
use certs::travel_document::{
    ActiveAuthentication, DocumentFiles, Judgement, SecurityObject, TrustAnchors, Verdict, judge,
};
use exam_tests::card::{Order, SOD, data_group_file, personalise};
use exam_tests::citizens::invent;
use exam_tests::pki::TestPki;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const CASES: u32 = 10_000;
const CHALLENGE: [u8; 8] = *b"8 bytes!";
/// 2026-06-25.
const AT: Time = Time(1_782_345_600);

/// SOD, DG1, DG2, DG14, DG15, and the answer.
type Parts = [Vec<u8>; 6];

fn genuine() -> Result<(Parts, TrustAnchors)> {
    let pki = TestPki::new(5)?;
    let people = invent(5, 2);
    let order = Order::parse("1 rsa-signer")?;
    let mut chip = personalise(&people[0], &people[1], &order, &pki)?;
    let answer = chip.prove(&CHALLENGE)?.context("a chip that signs")?;
    let file = |identifier| chip.files().files[&identifier].clone();
    let group = |number| file(data_group_file(number));
    let parts = [file(SOD), group(1), group(2), group(14), group(15), answer];
    let mut anchors = TrustAnchors::empty();
    anchors.add_pem_or_der(&pki.country.certificate_der()?)?;
    Ok((parts, anchors))
}

fn judged([sod, dg1, dg2, dg14, dg15, answer]: &Parts, anchors: &TrustAnchors) -> Judgement {
    let files = DocumentFiles {
        sod,
        dg1,
        dg2,
        dg14: Some(dg14),
        dg15: Some(dg15),
        dg13_hash: None,
    };
    let answer = ActiveAuthentication {
        challenge: CHALLENGE,
        response: answer.clone(),
    };
    judge(&files, Some(&answer), anchors, AT)
}

/// With the trust anchors only where everything else is right: most of the time goes into the country signer's signature.
fn taken_for_genuine(parts: &Parts, anchors: &TrustAnchors) -> Option<Judgement> {
    let alone = judged(parts, &TrustAnchors::empty());
    if [alone.integrity, alone.chip]
        .iter()
        .any(|finding| finding.verdict != Verdict::Valid)
    {
        return None;
    }
    Some(judged(parts, anchors)).filter(is_genuine)
}

fn is_genuine(judgement: &Judgement) -> bool {
    [judgement.integrity, judgement.issuer, judgement.chip]
        .iter()
        .all(|finding| finding.verdict == Verdict::Valid)
}

/// One thing that a forger, a glitch or a fuzzer does to bytes.
#[derive(Clone, Copy, Debug)]
enum Mutation {
    Change(u8),
    Cut(usize),
    Double(usize),
    Exchange(usize),
    Append(u8),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        6 => (1..=255_u8).prop_map(Mutation::Change),
        1 => (1..40_usize).prop_map(Mutation::Cut),
        1 => (1..40_usize).prop_map(Mutation::Double),
        1 => (1..400_usize).prop_map(Mutation::Exchange),
        1 => any::<u8>().prop_map(Mutation::Append),
    ]
}

fn mutate(bytes: &mut Vec<u8>, at: usize, mutation: Mutation) {
    let at = at % bytes.len();
    let end = |count: usize| (at + count).min(bytes.len());
    match mutation {
        Mutation::Change(mask) => bytes[at] ^= mask,
        Mutation::Cut(count) => drop(bytes.drain(at..end(count))),
        Mutation::Double(count) => {
            let part = bytes[at..end(count)].to_vec();
            bytes.splice(at..at, part);
        }
        Mutation::Exchange(distance) => {
            let other = (at + distance) % bytes.len();
            bytes.swap(at, other);
        }
        Mutation::Append(byte) => bytes.push(byte),
    }
}

#[test]
fn none_of_ten_thousand_mutated_cards_is_genuine() {
    let (parts, anchors) = genuine().unwrap();
    let original = judged(&parts, &anchors);
    assert!(is_genuine(&original), "{original:?}");
    let hashes = |sod: &[u8]| -> Vec<(u8, Vec<u8>)> {
        let object = SecurityObject::parse(sod).unwrap();
        let numbers: Vec<u8> = object.data_groups().collect();
        numbers
            .into_iter()
            .map(|number| (number, object.hash_of(number).unwrap().to_vec()))
            .collect()
    };
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    });
    let strategy = (0..6_usize, any::<usize>(), mutation());
    runner
        .run(&strategy, |(part, at, mutation)| {
            let mut changed = parts.clone();
            mutate(&mut changed[part], at, mutation);
            prop_assume!(changed != parts);
            if let Some(judgement) = taken_for_genuine(&changed, &anchors) {
                prop_assert_eq!(part, 0, "a changed file or answer was taken for genuine");
                prop_assert_eq!(hashes(&changed[0]), hashes(&parts[0]));
                prop_assert_eq!(
                    &judgement.signer.unwrap().certificate,
                    &original.signer.as_ref().unwrap().certificate
                );
            }
            Ok(())
        })
        .unwrap();
}
