//! A lying agent at the real server: it has papers and cards, and relays what it likes. Each row is one lie, with the reason
//! that the server gives for refusing it.

use anyhow::{Context, Result, bail, ensure};
use exam_protocol::bytes::Bytes;
use exam_protocol::checkin::AdmissionRule;
use exam_protocol::console::{CheckinStatus, Judged, RoomAction};
use exam_protocol::id::{CheckinId, RoomId};
use exam_protocol::proposal::{CriticalAct, Masked};
use exam_protocol::station::{CardEvidence, ReadFailure, StationCommand, StationMessage};
use exam_tests::card::{Chip, Order, personalise};
use exam_tests::citizens::{Citizen, RosterFile, invent};
use exam_tests::console::Console;
use exam_tests::four_eyes;
use exam_tests::hall::{Hall, Plan};
use exam_tests::pki::TestPki;
use exam_tests::station_client::{StationClient, StationPapers, ephemeral, files};
use std::path::{Path, PathBuf};
use std::time::Duration;

const SEED: u64 = 37;
const PEOPLE: usize = 24;
/// Seconds that a challenge lives here, and how long a late agent waits.
const LIFE: &str = "2";
const TOO_LATE: Duration = Duration::from_millis(2_500);

struct Door {
    hall: Hall,
    pki: TestPki,
    people: Vec<Citizen>,
    room: RoomId,
    /// Room of another sitting of the same people at the same site.
    other_sitting: RoomId,
    console: Console,
    papers: StationPapers,
    station: StationClient,
    next: usize,
    done: usize,
}

impl Door {
    async fn open() -> Result<Self> {
        let mut hall = Hall::make()?;
        let (pki, people) = (TestPki::new(SEED)?, invent(SEED, PEOPLE));
        let (roster, anchor) = (hall.path("roster.xlsx"), hall.path("csca.pem"));
        std::fs::write(&roster, RosterFile::Xlsx.write(&people)?)?;
        std::fs::write(&anchor, pki.country.certificate_pem()?)?;
        hall.setting("challenge_seconds", LIFE)?;
        let plan = Plan::one_room(roster);
        let sitting = hall.prepare(&Plan {
            anchors: vec![anchor],
            ..plan.clone()
        })?;
        let another = hall.prepare_another(
            sitting.exam,
            &Plan {
                subject: "Văn".into(),
                ..plan
            },
        )?;
        let staff = hall.add_staff("lan", "Nguyễn Thị Lan")?;
        hall.start().await?;
        let console = Console::login(&hall.door()?, &staff).await?;
        let room = sitting.rooms.first().context("a room")?.id;
        let other_sitting = another.rooms.first().context("a room")?.id;
        for room in [room, other_sitting] {
            console.act(room, RoomAction::Open, "").await?;
        }
        let papers = StationPapers::issue(&hall, "ban-01")?;
        let station = papers.join().await?;
        Ok(Self {
            hall,
            pki,
            people,
            room,
            other_sitting,
            console,
            papers,
            station,
            next: 0,
            done: 0,
        })
    }

    /// A card of the citizen whose turn it is, and a check-in for it.
    async fn card(&mut self, words: &str) -> Result<(CheckinId, Chip)> {
        self.next = self.next % (PEOPLE - 1) + 1;
        let chip = self.chip(self.next, words)?;
        Ok((self.checkin_in(self.room).await?, chip))
    }

    /// A check-in, in this room, of the citizen whose turn it is.
    async fn checkin_in(&mut self, room: RoomId) -> Result<CheckinId> {
        let qr = self.people[self.next - 1].qr();
        let view = self.console.start_checkin(room, self.papers.id, &qr).await?;
        loop {
            match self.station.next().await? {
                StationCommand::Read { checkin, .. } if checkin == view.id => return Ok(view.id),
                // The reading before, which nobody ended.
                StationCommand::Cancel { .. } => {}
                other => bail!("instead of an order to read: {other:?}"),
            }
        }
    }

    fn chip(&self, citizen: usize, words: &str) -> Result<Chip> {
        let order = Order::parse(&format!("{citizen} {words}"))?;
        let other = &self.people[citizen % PEOPLE];
        personalise(&self.people[citizen - 1], other, &order, &self.pki)
    }

    /// Files and an honest answer to the challenge, where the card signs.
    async fn signed(&mut self, checkin: CheckinId, chip: &mut Chip) -> Result<CardEvidence> {
        let mut evidence = files(chip)?;
        if evidence.dg15.is_some() {
            let challenge = self.station.challenge(checkin).await?;
            evidence.active_authentication = chip.prove(challenge.as_slice())?.map(Bytes);
        }
        Ok(evidence)
    }

    /// The chip's answer to what the server has for this EF.DG14.
    async fn agreed(&mut self, checkin: CheckinId, dg14: &Bytes, chip: &mut Chip) -> Result<Vec<u8>> {
        let relay = self.station.relay_wanted(checkin, dg14).await?;
        let relay = relay.context("nothing to relay")?;
        let answer = chip.agree(&ephemeral(&relay)?, &relay.first_protected.0);
        answer.context("the chip does not agree")
    }

    async fn judged(&mut self, checkin: CheckinId, evidence: &CardEvidence) -> Result<Judged> {
        self.station.evidence(checkin, evidence).await?;
        self.console.judged(checkin).await
    }

    /// Two people of two organisations have the sealed evidence opened; the folder it is in.
    async fn unmasked(&self, checkin: CheckinId) -> Result<PathBuf> {
        let hall = &self.hall;
        let owner = hall.add_lead_with("hanh", "Nguyễn Thị Hạnh", "exam-owner@installation")?;
        let other = hall.add_staff_of("Trường B", "thu", "Lê Thu")?;
        let attempt = self.console.checkin(checkin).await?.attempt;
        let what = Masked::Evidence;
        let doors = hall.door()?;
        let owner = Console::login(&doors, &owner).await?;
        let act = CriticalAct::Unmask { attempt, what };
        let shown = four_eyes::propose(&owner, act, "khiếu nại của thí sinh").await?;
        four_eyes::approve(&Console::login(&doors, &other).await?, &shown).await?;
        let out = hall.path("unmasked");
        let key = hall.path("server/exam-ca-offline/audit-reading.key");
        let (checkin, proposal) = (checkin.to_string(), shown.content.id.to_string());
        let (key, folder) = (key.to_string_lossy(), out.to_string_lossy());
        let unmask = [
            "personal-data",
            "unmask",
            "--checkin",
            &checkin,
            "--proposal",
            &proposal,
        ];
        let files = ["--key", &key, "--out", &folder];
        hall.server_command(&[&unmask[..], &files].concat())?;
        Ok(out)
    }

    /// Ends the reading as if the card had been lifted, so that the station is free for the other sitting.
    async fn lifted(&mut self, checkin: CheckinId) -> Result<()> {
        let failure = ReadFailure::CardRemoved;
        self.station
            .send(&StationMessage::Failed { checkin, failure })
            .await?;
        self.console.finished(checkin).await.map(drop)
    }

    /// The evidence is refused for this reason.
    async fn refused(
        &mut self,
        name: &str,
        (checkin, evidence): (CheckinId, &CardEvidence),
        reason: &str,
    ) -> Result<()> {
        let judged = self.judged(checkin, evidence).await?;
        let verdicts = &judged.verdicts;
        let found = [&verdicts.integrity, &verdicts.issuer, &verdicts.chip].map(|one| one.reason.as_str());
        let named = found.contains(&reason) || judged.remarks.iter().any(|one| one == reason);
        ensure!(
            judged.rule == AdmissionRule::Refused && named,
            "{name}: {judged:?}"
        );
        self.note(name, reason);
        Ok(())
    }

    /// The message before was not taken, and this check-in is taken away.
    async fn cancelled(&mut self, name: &str, checkin: CheckinId) -> Result<()> {
        ensure!(self.station.is_cancelled(checkin).await?, "{name} was taken");
        self.note(name, "not taken");
        Ok(())
    }

    fn note(&mut self, name: &str, reason: &str) {
        self.done += 1;
        println!("{:>2} ok {name}: {reason}", self.done);
    }
}

#[tokio::test]
async fn a_lying_agent_gets_nobody_in() -> Result<()> {
    let mut door = Door::open().await?;
    let door = &mut door;
    signatures(door).await?;
    challenges_of_others(door).await?;
    withheld(door).await?;
    agreements(door).await?;
    agreements_not_taken(door).await?;
    oversized(door).await?;
    others(door).await?;
    ensure!(door.done >= 36, "only {} lies", door.done);
    Ok(())
}

async fn signatures(door: &mut Door) -> Result<()> {
    let (checkin, mut chip) = door.card("").await?;
    let honest = door.signed(checkin, &mut chip).await?;
    let judged = door.judged(checkin, &honest).await?;
    ensure!(
        judged.rule == AdmissionRule::Proctor,
        "the honest reading: {judged:?}"
    );
    door.station.evidence(checkin, &honest).await?;
    door.cancelled("the same evidence again", checkin).await?;

    door.next -= 1;
    let (checkin, _) = door.card("").await?;
    door.station.challenge(checkin).await?;
    let failed = "active-authentication-failed";
    door.refused("an answer to an older challenge", (checkin, &honest), failed)
        .await?;

    let (checkin, chip) = door.card("").await?;
    let mut evidence = files(&chip)?;
    let challenge = door.station.challenge(checkin).await?;
    let mut other = door.chip(door.next % PEOPLE + 1, "")?;
    evidence.active_authentication = other.prove(challenge.as_slice())?.map(Bytes);
    door.refused("another card's answer", (checkin, &evidence), failed)
        .await?;

    let (checkin, mut own) = door.card("").await?;
    door.station.challenge(checkin).await?;
    let mut evidence = files(&own)?;
    evidence.active_authentication = own.prove(b"my own 8")?.map(Bytes);
    door.refused(
        "an answer to the agent's own challenge",
        (checkin, &evidence),
        failed,
    )
    .await?;

    let (checkin, mut early) = door.card("").await?;
    let mut evidence = files(&early)?;
    evidence.active_authentication = early.prove(&[0; 8])?.map(Bytes);
    door.refused(
        "an answer without a challenge",
        (checkin, &evidence),
        "challenge-not-given",
    )
    .await?;

    let (checkin, mut slow) = door.card("").await?;
    let evidence = door.signed(checkin, &mut slow).await?;
    tokio::time::sleep(TOO_LATE).await;
    door.refused("an answer too late", (checkin, &evidence), "challenge-expired")
        .await?;

    let (checkin, _) = door.card("").await?;
    door.station.challenge(checkin).await?;
    door.station
        .send(&StationMessage::ChallengeWanted { checkin })
        .await?;
    door.cancelled("a second challenge", checkin).await?;
    Ok(())
}

/// One genuine card of one person, and challenges that were made for something else.
async fn challenges_of_others(door: &mut Door) -> Result<()> {
    let failed = "active-authentication-failed";
    let (morning, mut chip) = door.card("").await?;
    let honest = door.signed(morning, &mut chip).await?;
    door.lifted(morning).await?;
    let afternoon = door.checkin_in(door.other_sitting).await?;
    door.station.challenge(afternoon).await?;
    let name = "an answer for another sitting of the same person";
    door.refused(name, (afternoon, &honest), failed).await?;
    // The other way round, without asking for a challenge of its own.
    let (morning, mut chip) = door.card("").await?;
    let honest = door.signed(morning, &mut chip).await?;
    door.lifted(morning).await?;
    let afternoon = door.checkin_in(door.other_sitting).await?;
    let name = "the same, without a challenge of its own";
    door.refused(name, (afternoon, &honest), "challenge-not-given")
        .await?;

    let (here, mut chip) = door.card("").await?;
    let honest = door.signed(here, &mut chip).await?;
    let other = StationPapers::issue(&door.hall, "ban-03")?;
    let mut elsewhere = other.join().await?;
    let qr = door.people[door.next - 1].qr();
    let there = door.console.start_checkin(door.room, other.id, &qr).await?.id;
    ensure!(
        elsewhere.order().await? == there,
        "the order at the other station"
    );
    elsewhere.challenge(there).await?;
    elsewhere.evidence(there, &honest).await?;
    let judged = door.console.judged(there).await?;
    ensure!(
        judged.rule == AdmissionRule::Refused && judged.verdicts.chip.reason == failed,
        "{judged:?}"
    );
    door.note("a challenge answered at another station", failed);
    elsewhere
        .send(&StationMessage::ChallengeWanted { checkin: here })
        .await?;
    ensure!(elsewhere.is_cancelled(here).await?, "another station's challenge");
    door.note("a challenge asked for by another station", "not taken");
    Ok(())
}

async fn withheld(door: &mut Door) -> Result<()> {
    let (checkin, chip) = door.card("").await?;
    let evidence = files(&chip)?;
    door.refused("no answer", (checkin, &evidence), "active-authentication-missing")
        .await?;
    let (checkin, chip) = door.card("").await?;
    let evidence = CardEvidence {
        dg15: None,
        ..files(&chip)?
    };
    door.refused("DG15 withheld", (checkin, &evidence), "chip-key-withheld")
        .await?;
    let (checkin, chip) = door.card("no-dg15").await?;
    let evidence = CardEvidence {
        dg14: None,
        ..files(&chip)?
    };
    door.refused("DG14 withheld", (checkin, &evidence), "chip-key-withheld")
        .await?;
    let (checkin, chip) = door.card("no-dg15").await?;
    let judged = door.judged(checkin, &files(&chip)?).await?;
    ensure!(judged.rule == AdmissionRule::TwoOfficials, "{judged:?}");
    door.note("chip authentication never asked for", "two officials");
    Ok(())
}

async fn agreements(door: &mut Door) -> Result<()> {
    let dg14 = |chip: &Chip| -> Result<Bytes> { files(chip)?.dg14.context("DG14") };
    let failed = "chip-authentication-failed";

    let (checkin, mut chip) = door.card("no-dg15").await?;
    let answer = door.agreed(checkin, &dg14(&chip)?, &mut chip).await?;
    door.station.chip_answered(checkin, Some(answer.clone())).await?;
    let judged = door.judged(checkin, &files(&chip)?).await?;
    ensure!(
        judged.rule == AdmissionRule::Proctor,
        "the honest agreement: {judged:?}"
    );

    door.next -= 1;
    let (checkin, mut chip) = door.card("no-dg15").await?;
    door.agreed(checkin, &dg14(&chip)?, &mut chip).await?;
    door.station.chip_answered(checkin, Some(answer)).await?;
    let evidence = files(&chip)?;
    door.refused("an agreement's answer replayed", (checkin, &evidence), failed)
        .await?;

    let (checkin, chip) = door.card("no-dg15").await?;
    let mut forger = door.chip(door.next % PEOPLE + 1, "no-dg15")?;
    let answer = door.agreed(checkin, &dg14(&forger)?, &mut forger).await?;
    door.station.chip_answered(checkin, Some(answer)).await?;
    let evidence = files(&chip)?;
    door.refused("agreed with another card", (checkin, &evidence), failed)
        .await?;

    let (checkin, mut chip) = door.card("clone").await?;
    let signed = {
        let mut genuine = door.chip(door.next, "")?;
        door.signed(checkin, &mut genuine).await?
    };
    let answer = door.agreed(checkin, &dg14(&chip)?, &mut chip).await?;
    door.station.chip_answered(checkin, Some(answer)).await?;
    door.refused(
        "signed by one chip, agreed by another",
        (checkin, &signed),
        failed,
    )
    .await?;

    let (checkin, mut chip) = door.card("no-dg15").await?;
    let answer = door.agreed(checkin, &dg14(&chip)?, &mut chip).await?;
    tokio::time::sleep(TOO_LATE).await;
    door.station.chip_answered(checkin, Some(answer)).await?;
    let evidence = files(&chip)?;
    let expired = "chip-authentication-expired";
    door.refused("agreed too late", (checkin, &evidence), expired)
        .await?;

    let (checkin, mut chip) = door.card("no-dg15").await?;
    door.agreed(checkin, &dg14(&chip)?, &mut chip).await?;
    let evidence = files(&chip)?;
    let missing = "chip-authentication-missing";
    door.refused("the agreement's answer withheld", (checkin, &evidence), missing)
        .await?;

    let (checkin, mut chip) = door.card("no-dg15").await?;
    let mut answer = door.agreed(checkin, &dg14(&chip)?, &mut chip).await?;
    answer[10] ^= 1;
    door.station.chip_answered(checkin, Some(answer)).await?;
    let evidence = files(&chip)?;
    door.refused("the agreement's answer changed", (checkin, &evidence), failed)
        .await
}

async fn agreements_not_taken(door: &mut Door) -> Result<()> {
    let (checkin, mut chip) = door.card("no-dg15").await?;
    door.station
        .chip_answered(checkin, Some(vec![0x90, 0x00]))
        .await?;
    door.cancelled("an answer to no agreement", checkin).await?;

    let dg14 = files(&chip)?.dg14.context("DG14")?;
    let answer = door.agreed(checkin, &dg14, &mut chip).await?;
    let wanted = StationMessage::ChipAuthenticationWanted {
        checkin,
        dg14: dg14.clone(),
    };
    door.station.send(&wanted).await?;
    door.cancelled("a second agreement", checkin).await?;

    let other = StationPapers::issue(&door.hall, "ban-02")?;
    let mut elsewhere = other.join().await?;
    elsewhere.chip_answered(checkin, Some(answer)).await?;
    ensure!(elsewhere.is_cancelled(checkin).await?, "another station's answer");
    door.note("an agreement answered by another station", "not taken");
    elsewhere.send(&wanted).await?;
    ensure!(
        elsewhere.is_cancelled(checkin).await?,
        "another station's agreement"
    );
    door.note("an agreement asked for by another station", "not taken");
    elsewhere.evidence(checkin, &files(&chip)?).await?;
    ensure!(
        elsewhere.is_cancelled(checkin).await?,
        "another station's evidence"
    );
    door.note("evidence of another station", "not taken");
    Ok(())
}

async fn oversized(door: &mut Door) -> Result<()> {
    type Change = fn(&mut CardEvidence);
    let large: [(&str, Change); 7] = [
        ("EF.SOD too large", |e| e.sod = Bytes(vec![0; 17 << 10])),
        ("EF.DG1 too large", |e| e.dg1 = Bytes(vec![0; 257])),
        ("EF.DG2 too large", |e| e.dg2 = Bytes(vec![0; 65 << 10])),
        ("EF.DG14 too large", |e| e.dg14 = Some(Bytes(vec![0; 9 << 10]))),
        ("EF.DG15 too large", |e| e.dg15 = Some(Bytes(vec![0; 9 << 10]))),
        ("hash of EF.DG13 too large", |e| {
            e.dg13_hash = Some(Bytes(vec![0; 65]));
        }),
        ("answer too large", |e| {
            e.active_authentication = Some(Bytes(vec![0; 513]));
        }),
    ];
    // Stations lose their line after too many refused messages.
    door.station = door.papers.join().await?;
    for (name, change) in large {
        let (checkin, chip) = door.card("").await?;
        let mut evidence = files(&chip)?;
        change(&mut evidence);
        door.station.evidence(checkin, &evidence).await?;
        door.cancelled(name, checkin).await?;
        let view = door.console.finished(checkin).await?;
        let failed = CheckinStatus::Failed(ReadFailure::ProtocolError);
        ensure!(view.status == failed, "{name}: {view:?}");
    }
    Ok(())
}

async fn others(door: &mut Door) -> Result<()> {
    let (checkin, _) = door.card("").await?;
    let mut stranger = door.chip(PEOPLE, "")?;
    let evidence = door.signed(checkin, &mut stranger).await?;
    door.refused(
        "somebody else's genuine card",
        (checkin, &evidence),
        "number-differs",
    )
    .await?;
    let mismatch = "data-group-hash-mismatch";
    for (name, words) in [
        ("another card's DG1", "swapped-dg1"),
        ("another card's DG2", "swapped-dg2"),
    ] {
        let (checkin, mut chip) = door.card(words).await?;
        let evidence = door.signed(checkin, &mut chip).await?;
        door.refused(name, (checkin, &evidence), mismatch).await?;
    }
    let (checkin, mut chip) = door.card("").await?;
    let mut evidence = door.signed(checkin, &mut chip).await?;
    evidence.dg13_hash = Some(Bytes(vec![0; 32]));
    door.refused("another hash of DG13", (checkin, &evidence), mismatch)
        .await
}

/// Whoever has the trust anchors judges the evidence again, and finds out when it was changed.
#[tokio::test]
async fn evidence_can_be_judged_again_by_anybody() -> Result<()> {
    let mut door = Door::open().await?;
    let (checkin, mut chip) = door.card("").await?;
    let evidence = door.signed(checkin, &mut chip).await?;
    let dg14 = evidence.dg14.clone().context("DG14")?;
    let answer = door.agreed(checkin, &dg14, &mut chip).await?;
    door.station.chip_answered(checkin, Some(answer)).await?;
    let judged = door.judged(checkin, &evidence).await?;
    ensure!(judged.rule == AdmissionRule::Proctor, "{judged:?}");

    let (hall, text) = (&door.hall, |path: &Path| path.to_string_lossy().into_owned());
    let out = door.unmasked(checkin).await?;
    let id = checkin.to_string();

    let (file, anchor) = (out.join("evidence.cbor"), text(&hall.path("csca.pem")));
    let judge = |file: &Path| hall.run("certs", &["verify-evidence", &text(file), "--trust", &anchor]);
    let report: serde_json::Value = serde_json::from_str(&judge(&file)?)?;
    for part in ["integrity", "issuer", "chip"] {
        ensure!(report[part]["verdict"] == "valid", "{part}: {report:#}");
    }
    let check_in = &report["check_in"];
    ensure!(check_in["checkin"] == id.as_str(), "{check_in:#}");
    let checkpoint = check_in["checkpoint"].as_str().unwrap_or_default();
    ensure!(
        checkpoint.len() == 80,
        "number and hash of a record: {check_in:#}"
    );
    let word = &check_in["server_says"]["chip_authentication"];
    ensure!(word == "proved the chip", "{check_in:#}");

    let mut changed = std::fs::read(&file)?;
    let nonce = changed
        .windows(3)
        .position(|bytes| bytes == [0x06, 0x58, 0x20])
        .context("the nonce")?;
    let checkpoint = changed
        .windows(4)
        .position(|bytes| bytes == [0x13, 0x58, 0x28, 0])
        .context("the checkpoint")?;
    for at in [nonce + 3, checkpoint + 20] {
        changed[at] ^= 1;
        let other = out.join("changed.cbor");
        std::fs::write(&other, &changed)?;
        let refused = judge(&other).err().context("another binding was taken")?;
        ensure!(refused.to_string().contains("challenge-differs"), "{refused}");
        changed[at] ^= 1;
    }
    Ok(())
}
