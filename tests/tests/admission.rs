//! At the door: who is let in, and everybody who is not. Real server process, real TLS, station protocol, virtual cards.

use AdmissionRule::{Refused as CardRefused, TwoOfficials};
use Verdict::{Invalid, Unknown, Valid};
use anyhow::{Context, Result, ensure};
use exam_protocol::checkin::{AdmissionRule, Verdict, Verdicts};
use exam_protocol::console::{AdmitRequest, Board, CheckinStatus, CheckinView, Judged, Progress, RoomAction};
use exam_protocol::frame;
use exam_protocol::id::{CheckinId, RoomId};
use exam_protocol::problem::ProblemCode;
use exam_protocol::route::{self, with_id};
use exam_protocol::station::{ReadFailure, ReadStep, StationMessage};
use exam_tests::card::{Chip, Order, personalise};
use exam_tests::citizens::{Citizen, invent};
use exam_tests::console::{Console, Credentials};
use exam_tests::door::{Refused, Socket};
use exam_tests::hall::{Hall, Plan};
use exam_tests::pki::TestPki;
use exam_tests::station_client::{StationClient, StationPapers};
use futures_util::StreamExt;
use std::time::Duration;

const SEED: u64 = 11;

/// 24 in the first room, two in the second, one on no roster.
const PEOPLE: usize = 27;

struct Door {
    hall: Hall,
    pki: TestPki,
    people: Vec<Citizen>,
    rooms: Vec<RoomId>,
    console: Console,
    second: Credentials,
    papers: StationPapers,
}

impl Door {
    /// A running server whose first room is open. `settings` replaces lines of the configuration.
    async fn open(settings: &[(&str, &str)]) -> Result<Self> {
        let mut hall = Hall::make()?;
        let (pki, people) = (TestPki::new(SEED)?, invent(SEED, PEOPLE));
        let (roster, anchor) = (hall.path("roster.xlsx"), hall.path("csca.pem"));
        std::fs::write(
            &roster,
            exam_tests::citizens::RosterFile::Xlsx.write(&people[..PEOPLE - 1])?,
        )?;
        std::fs::write(&anchor, pki.country.certificate_pem()?)?;
        let mut config = std::fs::read_to_string(hall.config())?;
        for (from, to) in settings {
            ensure!(config.contains(from), "no setting {from}");
            config = config.replace(from, to);
        }
        std::fs::write(hall.config(), config)?;
        let sitting = hall.prepare(&Plan {
            title: "Kiểm tra cuối học kỳ I".into(),
            rooms: vec!["P01".into(), "P02".into()],
            anchors: vec![anchor],
            ..Plan::one_room(roster)
        })?;
        let (first, second) = (
            hall.add_staff("lan", "Nguyễn Thị Lan")?,
            hall.add_staff("minh", "Trần Văn Minh")?,
        );
        hall.start().await?;
        let console = Console::login(&hall.door()?, &first).await?;
        let rooms: Vec<RoomId> = sitting.rooms.iter().map(|room| room.id).collect();
        console.act(rooms[0], RoomAction::Open, "").await?;
        let papers = StationPapers::issue(&hall, "ban-01")?;
        Ok(Self {
            hall,
            pki,
            people,
            rooms,
            console,
            second,
            papers,
        })
    }

    /// The card that `words` describe, of the citizen at the first word's position.
    fn card(&self, words: &str) -> Result<Chip> {
        let order = Order::parse(words)?;
        personalise(
            &self.people[order.citizen - 1],
            &self.people[order.citizen],
            &order,
            &self.pki,
        )
    }

    async fn scan(&self, citizen: usize) -> Result<CheckinView> {
        self.console
            .start_checkin(self.rooms[0], self.papers.id, &self.people[citizen - 1].qr())
            .await
    }

    /// Scans a citizen's code and puts the card on the reader.
    async fn present(
        &self,
        station: &mut StationClient,
        citizen: usize,
        words: &str,
    ) -> Result<(CheckinId, Judged)> {
        let view = self.scan(citizen).await?;
        let checkin = station.order().await?;
        ensure!(checkin == view.id, "the order is for another check-in");
        station.relay(checkin, &mut self.card(words)?).await?;
        Ok((checkin, self.console.judged(checkin).await?))
    }
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> Result<ProblemCode> {
    let error = result.err().context("was not refused")?;
    Ok(error.downcast::<Refused>()?.problem.code)
}

fn alone() -> AdmitRequest {
    AdmitRequest {
        face_confirmed: true,
        second: None,
        reason: String::new(),
    }
}

#[tokio::test]
async fn an_honest_card_lets_in_and_the_wrong_room_is_named() -> Result<()> {
    let door = Door::open(&[]).await?;
    ensure!(
        code(door.scan(1).await)? == ProblemCode::StationUnavailable,
        "no station has joined"
    );
    let mut station = door.papers.join().await?;
    ensure!(
        code(door.scan(PEOPLE).await)? == ProblemCode::NotOnRoster,
        "on no roster"
    );
    ensure!(
        code(door.scan(25).await)? == ProblemCode::OtherRoom,
        "sits in the second room"
    );
    let (checkin, judged) = door.present(&mut station, 1, "1").await?;
    ensure!(
        judged.rule == AdmissionRule::Proctor && judged.remarks.is_empty(),
        "{judged:?}"
    );
    let holder = judged.holder.context("holder")?;
    ensure!(
        holder.citizen_number == door.people[0].number,
        "the holder's number"
    );
    ensure!(
        door.console.portrait(checkin).await?.starts_with(&[0xff, 0xd8]),
        "portrait"
    );
    let blind = AdmitRequest {
        face_confirmed: false,
        ..alone()
    };
    ensure!(
        code(door.console.admit(checkin, &blind).await)? == ProblemCode::MalformedRequest,
        "face"
    );
    let ticket = door.console.admit(checkin, &alone()).await?;
    ensure!(
        code(door.console.admit(checkin, &alone()).await)? == ProblemCode::WrongState,
        "only once"
    );
    let board = door.console.board(door.rooms[0]).await?;
    let row = board
        .candidates
        .iter()
        .find(|row| row.attempt == ticket.attempt)
        .context("row")?;
    ensure!(
        row.progress == Progress::Admitted && board.checkins.is_empty() && board.stations.len() == 1,
        "{board:?}"
    );
    Ok(())
}

/// What is wrong with a card, and what follows: rule, the three verdicts, one of their reasons.
#[rustfmt::skip]
const BAD_CARDS: [(&str, AdmissionRule, [Verdict; 3], &str); 11] = [
    ("altered-dg1", CardRefused, [Invalid, Valid, Unknown], "data-group-hash-mismatch"),
    ("altered-dg2", CardRefused, [Invalid, Valid, Unknown], "data-group-hash-mismatch"),
    ("altered-dg13", CardRefused, [Invalid, Valid, Unknown], "data-group-hash-mismatch"),
    ("swapped-dg1", CardRefused, [Invalid, Valid, Unknown], "data-group-hash-mismatch"),
    ("swapped-dg15", CardRefused, [Invalid, Valid, Unknown], "data-group-hash-mismatch"),
    ("foreign-sod", CardRefused, [Invalid, Valid, Unknown], "data-group-hash-mismatch"),
    ("altered-sod", CardRefused, [Invalid, Unknown, Unknown], "signature-invalid"),
    ("clone", CardRefused, [Valid, Valid, Invalid], "active-authentication-failed"),
    ("look-alike-issuer", CardRefused, [Valid, Invalid, Valid], "signer-not-issued-by-anchor"),
    ("unknown-issuer", TwoOfficials, [Valid, Unknown, Valid], "issuer-not-among-anchors"),
    ("no-dg15", TwoOfficials, [Valid, Valid, Unknown], "chip-authentication-not-tried"),
];

#[tokio::test]
async fn bad_cards_are_refused_with_their_reason() -> Result<()> {
    let door = Door::open(&[]).await?;
    let mut station = door.papers.join().await?;
    for (citizen, (words, rule, verdicts, reason)) in (1..).zip(BAD_CARDS) {
        let (checkin, judged) = door
            .present(&mut station, citizen, &format!("{citizen} {words}"))
            .await?;
        let Verdicts {
            integrity,
            issuer,
            chip,
        } = &judged.verdicts;
        let seen = [integrity.verdict, issuer.verdict, chip.verdict];
        let reasons = [&integrity.reason, &issuer.reason, &chip.reason];
        ensure!(judged.rule == rule && seen == verdicts, "{words}: {judged:?}");
        ensure!(
            reasons.iter().any(|found| *found == reason),
            "{words}: {judged:?}"
        );
        let admitted = door.console.admit(checkin, &alone()).await;
        match rule {
            CardRefused => ensure!(code(admitted)? == ProblemCode::CardRefused, "{words}"),
            TwoOfficials => ensure!(code(admitted)? == ProblemCode::SecondOfficialNeeded, "{words}"),
            _ => drop(admitted?),
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_board_is_live_and_a_lost_station_ends_its_reading() -> Result<()> {
    let door = Door::open(&[]).await?;
    let path = with_id(route::ROOM_LIVE, door.rooms[0]);
    ensure!(
        door.hall.door()?.socket(&path, None).await.is_err(),
        "nobody watches without a login"
    );
    let bare = door.hall.door()?.socket(&path, Some(door.console.cookie())).await;
    ensure!(bare.is_err(), "nor with a cookie alone");
    let mut feed = door.console.live(door.rooms[0]).await?;
    ensure!(next_board(&mut feed).await?.stations.is_empty(), "no station yet");
    let mut station = door.papers.join().await?;
    ensure!(next_board(&mut feed).await?.stations.len() == 1, "it came");
    let checkin = door.scan(1).await?.id;
    station.order().await?;
    let step = ReadStep::Reading(40);
    station.send(&StationMessage::Progress { checkin, step }).await?;
    let reading = until(&mut feed, |board| {
        board
            .checkins
            .iter()
            .any(|c| c.status == CheckinStatus::Reading(step))
    });
    ensure!(reading.await?.stations[0].busy, "it reads");
    drop(station);
    let failed = CheckinStatus::Failed(ReadFailure::Cancelled);
    let board = until(&mut feed, |board| {
        board.checkins.iter().any(|c| c.status == failed)
    })
    .await?;
    ensure!(board.stations.is_empty(), "it went");
    ensure!(
        next_board(&mut feed).await?.now > board.now,
        "a board now and then without any change"
    );
    Ok(())
}

async fn next_board(feed: &mut Socket) -> Result<Board> {
    let message = tokio::time::timeout(Duration::from_secs(8), feed.next())
        .await
        .context("no board")?;
    Ok(frame::decode(&message.context("closed")??.into_data())?)
}

async fn until(feed: &mut Socket, wanted: impl Fn(&Board) -> bool) -> Result<Board> {
    for _ in 0..8 {
        let board = next_board(feed).await?;
        if wanted(&board) {
            return Ok(board);
        }
    }
    anyhow::bail!("the board never showed it")
}

#[tokio::test]
async fn somebody_elses_genuine_card_is_refused_and_two_officials_are_left() -> Result<()> {
    let door = Door::open(&[]).await?;
    let mut station = door.papers.join().await?;
    let (checkin, judged) = door.present(&mut station, 1, "2").await?;
    ensure!(judged.verdicts.chip.verdict == Valid, "a genuine card");
    ensure!(
        judged.rule == AdmissionRule::Refused && judged.remarks.contains(&"number-differs".into()),
        "{judged:?}"
    );
    ensure!(
        code(door.console.admit(checkin, &alone()).await)? == ProblemCode::CardRefused,
        "refused"
    );
    let attempt = door.console.checkin(checkin).await?.attempt;
    let own = Credentials {
        name: "lan".into(),
        ..door.second.clone()
    };
    let wrong = door.console.admit_manually(attempt, &own, "quên thẻ").await;
    ensure!(
        code(wrong)? == ProblemCode::WrongCredentials,
        "another's password"
    );
    door.console
        .admit_manually(attempt, &door.second, "quên thẻ, có giấy xác nhận")
        .await?;
    let board = door.console.board(door.rooms[0]).await?;
    let row = board
        .candidates
        .iter()
        .find(|row| row.attempt == attempt)
        .context("row")?;
    let admission = row.admission.as_ref().context("admission")?;
    ensure!(
        admission.rule.is_none() && admission.second.as_deref() == Some("Trần Văn Minh"),
        "{admission:?}"
    );
    Ok(())
}

#[tokio::test]
async fn evidence_counts_for_one_check_in_at_one_station_once_and_in_time() -> Result<()> {
    let door = Door::open(&[("challenge_seconds = 15", "challenge_seconds = 2")]).await?;
    let other = StationPapers::issue(&door.hall, "ban-02")?;
    let (mut station, mut elsewhere) = (door.papers.join().await?, other.join().await?);
    let first = door.scan(1).await?.id;
    let mut card = door.card("1")?;
    station.order().await?;
    let evidence = station.relay(first, &mut card).await?;
    ensure!(
        door.console.judged(first).await?.rule == AdmissionRule::Proctor,
        "the honest reading"
    );
    station.evidence(first, &evidence).await?;
    ensure!(station.is_cancelled(first).await?, "the same evidence again");

    let replay = door.scan(1).await?.id;
    station.order().await?;
    elsewhere.evidence(replay, &evidence).await?;
    ensure!(elsewhere.is_cancelled(replay).await?, "from another station");
    ensure!(
        matches!(
            door.console.checkin(replay).await?.status,
            CheckinStatus::Reading(_)
        ),
        "which ends nothing"
    );
    station.challenge(replay).await?;
    station
        .send(&StationMessage::ChallengeWanted { checkin: replay })
        .await?;
    ensure!(station.is_cancelled(replay).await?, "a second challenge");
    station.evidence(replay, &evidence).await?;
    let judged = door.console.judged(replay).await?;
    ensure!(judged.rule == AdmissionRule::Refused, "{judged:?}");
    ensure!(
        judged.verdicts.chip.reason == "active-authentication-failed",
        "an answer to another challenge"
    );

    let late = door.scan(1).await?.id;
    station.order().await?;
    let mut slow = exam_tests::station_client::files(&card)?;
    let challenge = station.challenge(late).await?;
    slow.active_authentication = card.prove(challenge.as_slice())?.map(Into::into);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    station.evidence(late, &slow).await?;
    let judged = door.console.judged(late).await?;
    ensure!(judged.verdicts.chip.reason == "challenge-expired", "{judged:?}");
    Ok(())
}

#[tokio::test]
async fn a_card_pulled_out_can_come_back_and_a_wrong_number_has_to_wait() -> Result<()> {
    let door = Door::open(&[]).await?;
    let mut station = door.papers.join().await?;
    for failure in [
        ReadFailure::CardRemoved,
        ReadFailure::NoCard,
        ReadFailure::WrongAccessKey,
    ] {
        let checkin = door.scan(1).await?.id;
        station.order().await?;
        station.send(&StationMessage::Failed { checkin, failure }).await?;
        let view = door.console.finished(checkin).await?;
        ensure!(view.status == CheckinStatus::Failed(failure), "{view:?}");
    }
    ensure!(
        code(door.scan(1).await)? == ProblemCode::TooManyTries,
        "the card counts"
    );
    let (_, judged) = door.present(&mut station, 2, "2").await?;
    ensure!(judged.rule == AdmissionRule::Proctor, "others need not wait");
    Ok(())
}

#[tokio::test]
async fn only_stations_with_papers_join_and_rubbish_costs_the_line() -> Result<()> {
    let door = Door::open(&[]).await?;
    ensure!(
        door.papers.without_certificate().connect().await.is_err(),
        "no certificate"
    );
    let folder = door.hall.path("other-ca");
    door.hall.run(
        "certs",
        &[
            "ca",
            "init",
            "--dir",
            &folder.to_string_lossy(),
            "--name",
            "Other",
        ],
    )?;
    let foreign = StationPapers::issue_by(&door.hall, &folder, "ban-99")?;
    ensure!(foreign.join().await.is_err(), "a certificate of another CA");
    let mut older = door.papers.join().await?;
    let mut newer = door.papers.join().await?;
    ensure!(older.next().await.is_err(), "the newest connection wins");
    ensure!(
        door.console.board(door.rooms[0]).await?.stations.len() == 1,
        "one station"
    );
    newer.send_raw(vec![1, 0xff, 0xff]).await?;
    ensure!(newer.next().await.is_err(), "not a message");
    let mut large = door.papers.join().await?;
    // The server may close while the frame is still on its way.
    let _sent = large.send_raw(vec![1; 300 * 1024]).await;
    ensure!(large.next().await.is_err(), "larger than any card");
    let version = door.papers.join().await?.send_raw(vec![9, 0]).await;
    ensure!(
        version.is_ok() && door.papers.join().await.is_ok(),
        "another version does no harm"
    );
    Ok(())
}
