//! Bad cards at the real agent and the real server: a virtual card in a virtual reader, `pcscd`, `checkin-agent run`, TLS,
//! `exam-server`. Each row is one card, with what the server makes of it; good cards of the same makes stand beside them.
//!
//! What only a lying agent can do is in `card_relayed`. Skipped, with a message, where the reader's packages are not there.

use anyhow::{Context, Result, ensure};
use exam_protocol::checkin::AdmissionRule;
use exam_protocol::console::{CheckinStatus, Judged, RoomAction};
use exam_protocol::id::RoomId;
use exam_protocol::station::ReadFailure;
use exam_tests::citizens::{Citizen, invent};
use exam_tests::console::Console;
use exam_tests::hall::{Hall, Plan, Station};
use exam_tests::pki::TestPki;
use exam_tests::reader_service::{ReaderService, missing_package};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

const SEED: u64 = 31;
const PEOPLE: usize = 24;
const PATIENCE: Duration = Duration::from_secs(20);

/// What the server is to make of a card.
#[derive(Clone, Copy, Debug)]
enum Expected {
    /// Let in by the proctor alone.
    Admitted,
    /// Let in by the proctor, but its issuer is not confirmed, for this reason.
    Unconfirmed(&'static str),
    /// Two officials, for this reason.
    TwoOfficials(&'static str),
    /// Refused, for this reason.
    Refused(&'static str),
    /// The agent could not read it.
    Unread(ReadFailure),
}
use Expected::{Admitted, Refused, TwoOfficials, Unconfirmed, Unread};

/// Name, words for the tray, what follows.
const CARDS: [(&str, &str, Expected); 50] = [
    ("both proofs", "", Admitted),
    ("active authentication alone", "no-ca", Admitted),
    ("chip authentication alone", "no-dg15", Admitted),
    ("chip authentication after BAC", "no-dg15 bac-only", Admitted),
    (
        "chip authentication, short lengths",
        "no-dg15 short-only",
        Admitted,
    ),
    ("chip authentication with 3DES", "no-dg15 ca=13-3des", Admitted),
    (
        "chip authentication with integers",
        "no-dg15 ca=2-aes192",
        Admitted,
    ),
    (
        "chip authentication, explicit P-256",
        "no-dg15 ca=12-aes256",
        Admitted,
    ),
    (
        "chip authentication, brainpoolP512r1",
        "no-dg15 ca=17-aes256",
        Admitted,
    ),
    ("name changed", "altered-dg1", Refused("data-group-hash-mismatch")),
    (
        "portrait changed",
        "altered-dg2",
        Refused("data-group-hash-mismatch"),
    ),
    (
        "national data changed",
        "altered-dg13",
        Refused("data-group-hash-mismatch"),
    ),
    (
        "another card's DG1",
        "swapped-dg1",
        Refused("data-group-hash-mismatch"),
    ),
    (
        "another card's portrait",
        "swapped-dg2",
        Refused("data-group-hash-mismatch"),
    ),
    (
        "another card's DG14",
        "swapped-dg14",
        Refused("data-group-hash-mismatch"),
    ),
    (
        "another card's DG15",
        "swapped-dg15",
        Refused("data-group-hash-mismatch"),
    ),
    (
        "another card's EF.SOD",
        "foreign-sod",
        Refused("data-group-hash-mismatch"),
    ),
    ("signature changed", "altered-sod", Refused("signature-invalid")),
    (
        "signature over other content",
        "other-content",
        Refused("message-digest-mismatch"),
    ),
    (
        "no signer's certificate",
        "no-certificate",
        Refused("signer-certificate-missing"),
    ),
    (
        "portrait not covered",
        "uncovered-dg2",
        Refused("data-group-not-covered"),
    ),
    (
        "EF.SOD nested without end",
        "nested-sod",
        Refused("file-too-large"),
    ),
    ("DG1 nested deeply", "nested-dg1", Refused("document-unreadable")),
    (
        "DG1 with a wrong check digit",
        "unreadable-dg1",
        Refused("document-unreadable"),
    ),
    (
        "another state's DG1",
        "other-state",
        Refused("issuing-state-differs"),
    ),
    (
        "look-alike country signer",
        "look-alike-issuer",
        Refused("signer-not-issued-by-anchor"),
    ),
    (
        "unknown country signer",
        "unknown-issuer",
        TwoOfficials("issuer-not-among-anchors"),
    ),
    ("expired signer", "expired-signer", Refused("signer-expired")),
    (
        "signer not yet valid",
        "future-signer",
        Refused("signer-not-yet-valid"),
    ),
    ("revoked signer", "revoked-signer", Refused("signer-revoked")),
    (
        "signer made for certificates",
        "misused-signer",
        Refused("signer-wrong-usage"),
    ),
    ("signer with RSA-1024", "weak-signer", Refused("weak-key")),
    (
        "copy without the private keys",
        "clone",
        Refused("active-authentication-failed"),
    ),
    (
        "copy of a card that only agrees",
        "clone-ca",
        Refused("chip-authentication-failed"),
    ),
    (
        "one of two keys is wrong",
        "other-ca",
        Refused("chip-authentication-failed"),
    ),
    (
        "does not sign",
        "refuses-aa",
        Refused("active-authentication-missing"),
    ),
    (
        "does not agree",
        "refuses-ca",
        Refused("chip-authentication-missing"),
    ),
    (
        "chip key of 512 bits",
        "weak-chip-key no-ca",
        TwoOfficials("weak-key"),
    ),
    (
        "chip key of order two",
        "small-order",
        Refused("chip-key-malformed"),
    ),
    (
        "chip key beside the curve",
        "off-curve",
        Refused("chip-key-malformed"),
    ),
    ("signed DG14 missing", "no-dg14", Refused("chip-key-withheld")),
    ("no EF.SOD", "no-sod", Unread(ReadFailure::ProtocolError)),
    (
        "portrait of two gigabytes",
        "oversized-dg2",
        Unread(ReadFailure::ProtocolError),
    ),
    (
        "EF.SOD of two gigabytes",
        "oversized-sod",
        Unread(ReadFailure::ProtocolError),
    ),
    (
        "portrait shorter than it says",
        "short-dg2",
        Unread(ReadFailure::ProtocolError),
    ),
    (
        "nonsense in the middle",
        "garbage=30",
        Unread(ReadFailure::ProtocolError),
    ),
    (
        "status 6F00 in the middle",
        "status=30:6f00",
        Unread(ReadFailure::ProtocolError),
    ),
    (
        "status 9001 in the middle",
        "status=30:9001",
        Unread(ReadFailure::ProtocolError),
    ),
    (
        "status 61FF for ever",
        "status=30:61ff",
        Unread(ReadFailure::ProtocolError),
    ),
    (
        "pulled out while being read",
        "removed-after=30",
        Unread(ReadFailure::CardRemoved),
    ),
];

struct Door {
    service: ReaderService,
    // Before the hall, whose folder it writes to.
    station: Station,
    _hall: Hall,
    console: Console,
    room: RoomId,
    people: Vec<Citizen>,
}

impl Door {
    async fn open() -> Result<Option<Self>> {
        Self::open_with(|service, _| Ok(vec![service.trust(), service.revocation_list()])).await
    }

    /// With other anchors and lists.
    async fn open_with(
        anchors: impl FnOnce(&ReaderService, &Hall) -> Result<Vec<PathBuf>>,
    ) -> Result<Option<Self>> {
        let tray = Path::new(env!("CARGO_BIN_EXE_virtual-card"));
        if let Some(package) = missing_package() {
            eprintln!("skipped: the package {package} is not installed");
            return Ok(None);
        }
        let service = ReaderService::start_with(tray, SEED, PEOPLE)?;
        let mut hall = Hall::make()?;
        let sitting = hall.prepare(&Plan {
            title: "Kiểm tra cuối học kỳ I".into(),
            subject: "Toán".into(),
            minutes: 45,
            rooms: vec!["P01".into()],
            roster: service.roster("xlsx"),
            papers: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/papers/demo-toan.gift")],
            scheme: None,
            anchors: anchors(&service, &hall)?,
        })?;
        let staff = hall.add_staff("lan", "Nguyễn Thị Lan")?;
        hall.start().await?;
        let console = Console::login(&hall.door()?, &staff).await?;
        let room = sitting.rooms.first().context("a room")?.id;
        console.act(room, RoomAction::Open, "").await?;
        let station = hall.station("ban-01", service.environment())?;
        let start = Instant::now();
        while console
            .board(room)
            .await?
            .stations
            .iter()
            .all(|one| one.readers.is_empty())
        {
            ensure!(start.elapsed() < PATIENCE, "the agent has not joined");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(Some(Self {
            service,
            station,
            _hall: hall,
            console,
            room,
            people: invent(SEED, PEOPLE),
        }))
    }

    /// Lays a card on the reader and scans the code of a citizen; what came of it.
    async fn present(&mut self, words: &str, citizen: usize) -> Result<CheckinStatus> {
        self.service.insert(words)?;
        let qr = self.people[citizen - 1].qr();
        let checkin = self
            .console
            .start_checkin(self.room, self.station.id, &qr)
            .await?;
        Ok(self.console.finished(checkin.id).await?.status)
    }
}

fn reasons(judged: &Judged) -> Vec<&str> {
    let verdicts = &judged.verdicts;
    let of_verdicts = [&verdicts.integrity, &verdicts.issuer, &verdicts.chip];
    let remarks = judged.remarks.iter().map(String::as_str);
    of_verdicts
        .into_iter()
        .map(|finding| finding.reason.as_str())
        .chain(remarks)
        .collect()
}

fn is_as_expected(status: &CheckinStatus, expected: Expected) -> bool {
    let ruled = |judged: &Judged, rule, reason| judged.rule == rule && reasons(judged).contains(&reason);
    match (status, expected) {
        (CheckinStatus::Judged(judged), Admitted) => judged.rule == AdmissionRule::Proctor,
        (CheckinStatus::Judged(judged), Unconfirmed(reason)) => {
            ruled(judged, AdmissionRule::ProctorIssuerUnconfirmed, reason)
        }
        (CheckinStatus::Judged(judged), TwoOfficials(reason)) => {
            ruled(judged, AdmissionRule::TwoOfficials, reason)
        }
        (CheckinStatus::Judged(judged), Refused(reason)) => ruled(judged, AdmissionRule::Refused, reason),
        (CheckinStatus::Failed(failure), Unread(expected)) => *failure == expected,
        _ => false,
    }
}

#[tokio::test]
async fn every_bad_card_is_refused_with_its_reason() -> Result<()> {
    let Some(mut door) = Door::open().await? else {
        return Ok(());
    };
    let mut wrong = Vec::new();
    for (row, (name, words, expected)) in CARDS.iter().enumerate() {
        let citizen = row % (PEOPLE - 1) + 1;
        let status = door.present(&format!("{citizen} {words}"), citizen).await?;
        let right = is_as_expected(&status, *expected);
        println!(
            "{:>2} {} {name} ({words}): {expected:?}",
            row + 1,
            if right { "ok" } else { "??" }
        );
        if !right {
            wrong.push(format!("{name} ({words}): {expected:?}, but {status:?}"));
        }
    }
    // The number of one citizen, the card of another.
    let status = door.present("24 ", 1).await?;
    println!("{:>2} somebody else's card: {status:?}", CARDS.len() + 1);
    if !matches!(status, CheckinStatus::Failed(ReadFailure::WrongAccessKey)) {
        wrong.push(format!("somebody else's card: {status:?}"));
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Good cards at a server whose anchor or list is out of date.
#[tokio::test]
async fn anchors_and_lists_have_their_time() -> Result<()> {
    let country = TestPki::new(SEED)?.country;
    let expired = country.expired_certificate_pem()?;
    let of_an_expired_country = Door::open_with(|_, hall| {
        let anchor = hall.path("expired.pem");
        std::fs::write(&anchor, &expired)?;
        Ok(vec![anchor])
    });
    let Some(mut door) = of_an_expired_country.await? else {
        return Ok(());
    };
    let status = door.present("1 ", 1).await?;
    let expected = Refused("anchor-outside-validity");
    ensure!(is_as_expected(&status, expected), "{expected:?}, but {status:?}");

    let then = SystemTime::now() - Duration::from_hours(24 * 60);
    let old = country.revocation_list(then)?;
    let with_an_old_list = Door::open_with(|service, hall| {
        let list = hall.path("old.crl");
        std::fs::write(&list, &old)?;
        Ok(vec![service.trust(), list])
    });
    let mut door = with_an_old_list.await?.context("the reader's packages")?;
    for (citizen, words, expected) in [
        (1, "1 ", Unconfirmed("revocation-list-outdated")),
        // Once on a list, always revoked.
        (2, "2 revoked-signer", Refused("signer-revoked")),
    ] {
        let status = door.present(words, citizen).await?;
        ensure!(
            is_as_expected(&status, expected),
            "{words}: {expected:?}, but {status:?}"
        );
    }
    Ok(())
}
