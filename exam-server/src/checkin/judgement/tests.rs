//! The verdict table with settings, roster match and times taken in.

use super::*;
use certs::travel_document::mrz::check_digit;
use exam_protocol::id::{AttemptId, SittingId, StationId};
use proptest::prelude::*;

/// 2026-11-22, 12:52:18 UTC.
const NOW: Timestamp = Timestamp(1_795_351_938_000);
const NUMBER: &str = "001308000001";

fn under_way() -> UnderWay {
    UnderWay {
        room: RoomId::from_random([1; 16]),
        context: Context {
            checkin: CheckinId::from_random([2; 16]),
            sitting: SittingId::from_random([3; 16]),
            attempt: AttemptId::from_random([4; 16]),
            station: StationId::from_random([5; 16]),
            nonce: vec![6; 32],
            challenge: Some((Fixed([7; 8]), NOW)),
            checkpoint: Vec::new(),
        },
        open: true,
        expected: Expected {
            number: NUMBER.parse().unwrap(),
            name: "Nguyễn Thị Ánh".into(),
            birth_date: "2008-02-10".into(),
        },
        admitted_before: false,
    }
}

fn case() -> Case {
    Case {
        under_way: under_way(),
        evidence: crate::checkin::evidence::tests::evidence(),
        agreement: None,
        received_at: NOW,
        challenge_life: Millis::seconds(15),
        strict_issuer: false,
    }
}

fn zone(number: &str, birth: &str, name: &str) -> Td1 {
    let digit = |text: &str| char::from(check_digit(text.as_bytes()).unwrap());
    let upper = format!(
        "IDVNM{}{}{number}<<{}",
        &number[3..],
        digit(&number[3..]),
        digit(number)
    );
    let expiry = "330210";
    let middle = format!("{birth}{}F{expiry}{}VNM<<<<<<<<<<<", digit(birth), digit(expiry));
    let composite = format!(
        "{}{}{}{}",
        &upper[5..],
        &middle[..7],
        &middle[8..15],
        &middle[18..29]
    );
    let text = format!("{upper}{middle}{}{name:<<30}", digit(&composite));
    Td1::parse(text.as_bytes()).unwrap()
}

/// What `certs` finds of a card with this row and zone.
fn card(row: Result<Rule, &'static str>, mrz: &Td1) -> Found {
    let finding = || Finding {
        verdict: Verdict::Valid,
        reason: "ok".into(),
    };
    let portrait = Some(Portrait {
        content_type: JPEG,
        bytes: vec![0xff, 0xd8, 0xff],
    });
    let verdicts = Verdicts {
        integrity: finding(),
        issuer: finding(),
        chip: finding(),
    };
    Found {
        verdicts,
        row,
        holder: Some(holder(mrz)),
        portrait,
    }
}

fn own() -> Td1 {
    zone(NUMBER, "080210", "NGUYEN<<THI<ANH")
}

#[test]
fn row_and_setting_give_the_rule() {
    use AdmissionRule::{Proctor, ProctorIssuerUnconfirmed, Refused, TwoOfficials};
    let table = [
        (Ok(Rule::Proctor), Proctor, Proctor),
        (
            Ok(Rule::ProctorIssuerUnconfirmed),
            ProctorIssuerUnconfirmed,
            TwoOfficials,
        ),
        (Ok(Rule::TwoOfficials), TwoOfficials, TwoOfficials),
        (Err("signature-invalid"), Refused, Refused),
    ];
    for (row, usual, strict) in table {
        for (strict_issuer, expected) in [(false, usual), (true, strict)] {
            let case = Case {
                strict_issuer,
                ..case()
            };
            assert_eq!(
                weigh(&case, &card(row, &own())).rule,
                expected,
                "{row:?} {strict_issuer}"
            );
        }
    }
}

#[test]
fn a_genuine_card_of_somebody_else_is_refused_and_small_differences_are_remarks() {
    let weigh = |case: &Case, mrz: Td1| weigh(case, &card(Ok(Rule::Proctor), &mrz));
    let other = weigh(&case(), zone("001308000002", "080210", "NGUYEN<<THI<ANH"));
    assert_eq!(
        (other.rule, other.remarks),
        (AdmissionRule::Refused, vec![NUMBER_DIFFERS.to_owned()])
    );
    let renamed = weigh(&case(), zone(NUMBER, "080211", "LE<<THI<ANH"));
    assert_eq!(renamed.rule, AdmissionRule::Proctor);
    assert_eq!(
        renamed.remarks,
        [roster_match::NAME_DIFFERS, roster_match::BIRTH_DATE_DIFFERS]
    );
    let mut back = case();
    back.under_way.admitted_before = true;
    assert_eq!(weigh(&back, own()).remarks, [ALREADY_ADMITTED]);
}

#[test]
fn the_desk_sees_holder_and_portrait() {
    let genuine = card(Ok(Rule::Proctor), &own());
    let judged = weigh(&case(), &genuine);
    let holder = judged.holder.unwrap();
    assert_eq!(
        (holder.citizen_number.as_str(), holder.name.as_str()),
        (NUMBER, "NGUYEN THI ANH")
    );
    assert_eq!(
        (holder.birth_date.as_str(), holder.expiry_date.as_str()),
        ("2008-02-10", "2033-02-10")
    );
    assert!(judged.portrait);
    let portrait = Some(Portrait {
        content_type: "image/jp2",
        bytes: vec![1],
    });
    let other_format = Found {
        portrait,
        ..genuine.clone()
    };
    assert!(
        !weigh(&case(), &other_format).portrait,
        "browsers do not show JPEG 2000"
    );
    let judged = weigh(
        &case(),
        &Found {
            row: Err(DOCUMENT_UNREADABLE),
            holder: None,
            ..genuine
        },
    );
    assert_eq!(
        (judged.rule, judged.remarks),
        (AdmissionRule::Refused, vec![DOCUMENT_UNREADABLE.to_owned()])
    );
}

#[test]
fn an_answer_without_a_challenge_or_after_its_time_spoils_the_chip_whatever_it_is_worth() {
    let check = |challenge, seconds, answered: bool, expected| {
        let mut context = under_way().context;
        context.challenge = challenge;
        let mut evidence = crate::checkin::evidence::tests::evidence();
        evidence.active_authentication = answered.then(|| Bytes(vec![1]));
        let record = CardRecord::new(&context, evidence, NOW + Millis::seconds(seconds));
        assert_eq!(untimely(&record, Millis::seconds(15)), expected);
    };
    let given = Some((Fixed([7; 8]), NOW));
    check(given, 15, true, None);
    check(given, 16, true, Some(CHALLENGE_EXPIRED));
    check(given, 16, false, None);
    check(None, 0, true, Some(CHALLENGE_NOT_GIVEN));
    check(None, 0, false, None);
}

#[test]
fn the_day_begins_at_midnight_in_vietnam() {
    let day = |at| day_in_vietnam(at).unwrap().to_string();
    assert_eq!(day(Timestamp(1_795_305_600_000 - 7 * 3_600_000)), "2026-11-22");
    assert_eq!(
        day(Timestamp(1_795_305_600_000 - 7 * 3_600_000 - 1)),
        "2026-11-21"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bytes_that_are_no_card_are_refused_and_kept(sod: Vec<u8>, dg1: Vec<u8>, dg2: Vec<u8>, answer: Option<Vec<u8>>) {
        let mut case = case();
        case.evidence.sod = Bytes(sod);
        case.evidence.dg1 = Bytes(dg1);
        case.evidence.dg2 = Bytes(dg2);
        case.evidence.active_authentication = answer.map(Bytes);
        let outcome = judge(&case, &TrustAnchors::empty());
        prop_assert_eq!(outcome.judged.rule, AdmissionRule::Refused);
        prop_assert_eq!(certs::hash::sha256(&outcome.evidence), outcome.evidence_hash.0);
    }
}
