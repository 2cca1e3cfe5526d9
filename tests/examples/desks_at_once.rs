//! 100 desks at one server: how long it takes for its part of a check-in. Real server process, TLS with client certificates, the
//! station's protocol; the cards are files signed before, and their answers to the challenge are not counted.
//!
//! The server's part of one check-in: the order after a scan, the challenge, and evidence until it is judged and on disk. A
//! station's messages are answered in turn, so the answer to a heartbeat behind the evidence tells when that is.
//!
//! `cargo build --release --bins && cargo run --release -p exam-tests --example desks_at_once`

use anyhow::{Context, Result, ensure};
use exam_protocol::bytes::Bytes;
use exam_protocol::checkin::Verdict;
use exam_protocol::console::{CheckinStatus, RoomAction};
use exam_protocol::id::RoomId;
use exam_protocol::station::{StationCommand, StationMessage};
use exam_tests::card::{Chip, Order, personalise};
use exam_tests::citizens::{Citizen, RosterFile, invent};
use exam_tests::console::Console;
use exam_tests::hall::{Hall, Plan, Sitting};
use exam_tests::pki::TestPki;
use exam_tests::station_client::{StationClient, StationPapers, files};
use std::path::Path;
use std::time::{Duration, Instant};

const SEED: u64 = 100;
const DESKS: usize = 100;

/// Candidates of a room, as the roster seats them.
const ROOM: usize = 24;

/// Check-ins of each desk in a run.
const ROUNDS: usize = 4;

/// How long a card lies on the reader: the files of a citizen card take about so long over a contactless line.
const CARD: Duration = Duration::from_secs(3);

/// One desk with its candidate's card.
struct Desk {
    station: StationClient,
    papers: StationPapers,
    room: RoomId,
    citizen: Citizen,
    chip: Option<Chip>,
}

/// Times of the server's parts.
struct Spent {
    scan: Duration,
    challenge: Duration,
    evidence: Duration,
}

/// One of them.
type Part = fn(&Spent) -> Duration;

#[tokio::main]
async fn main() -> Result<()> {
    let mut hall = Hall::make()?;
    let (console, mut desks) = open(&mut hall).await?;
    println!(
        "machine: {} cores, load {}",
        std::thread::available_parallelism()?,
        load()
    );
    for (name, apart) in [
        ("cards come one after the other", CARD / u32::try_from(DESKS)?),
        ("100 cards in the same instant", Duration::ZERO),
    ] {
        let mut all = Vec::new();
        for _ in 0..ROUNDS {
            let mut under_way = tokio::task::JoinSet::new();
            for (position, mut desk) in desks.drain(..).enumerate() {
                let (console, wait) = (console.clone(), apart * u32::try_from(position)?);
                under_way.spawn(async move {
                    tokio::time::sleep(wait).await;
                    let spent = check_in(&console, &mut desk).await?;
                    anyhow::Ok((desk, spent))
                });
            }
            while let Some(ended) = under_way.join_next().await {
                let (desk, spent) = ended??;
                desks.push(desk);
                all.push(spent);
            }
        }
        report(name, &all);
    }
    println!("machine: load {}", load());
    Ok(())
}

fn load() -> String {
    std::fs::read_to_string("/proc/loadavg")
        .unwrap_or_default()
        .trim()
        .to_owned()
}

async fn open(hall: &mut Hall) -> Result<(Console, Vec<Desk>)> {
    let (pki, people) = (TestPki::new(SEED)?, invent(SEED, DESKS));
    let sitting = prepare(hall, &pki, &people)?;
    let proctor = hall.add_staff_without_factor("giamthi", "Nguyễn Thị Hạnh")?;
    let mut papers = Vec::new();
    for position in 0..DESKS {
        papers.push(StationPapers::issue(hall, &format!("ban-{position:03}"))?);
    }
    hall.start().await?;
    let console = Console::login(&hall.door()?, &proctor).await?;
    for room in &sitting.rooms {
        console.act(room.id, RoomAction::Open, "").await?;
    }
    let mut chips = Vec::new();
    for citizen in &people {
        let order = Order::citizen(citizen.index + 1);
        chips.push(personalise(
            citizen,
            &people[(citizen.index + 1) % DESKS],
            &order,
            &pki,
        )?);
    }
    // Last, because a station that says nothing for long is taken for gone.
    let mut desks = Vec::new();
    for ((papers, citizen), chip) in papers.into_iter().zip(&people).zip(chips) {
        desks.push(Desk {
            station: papers.join().await?,
            papers,
            room: sitting.rooms[citizen.index / ROOM].id,
            citizen: citizen.clone(),
            chip: Some(chip),
        });
    }
    Ok((console, desks))
}

fn prepare(hall: &Hall, pki: &TestPki, people: &[Citizen]) -> Result<Sitting> {
    let (roster, anchor) = (hall.path("roster.xlsx"), hall.path("csca.pem"));
    std::fs::write(&roster, RosterFile::Xlsx.write(people)?)?;
    std::fs::write(&anchor, pki.country.certificate_pem()?)?;
    hall.prepare(&Plan {
        title: "Thi thử".into(),
        subject: "Toán".into(),
        minutes: 45,
        rooms: (1..=DESKS.div_ceil(ROOM))
            .map(|number| format!("P{number:02}"))
            .collect(),
        roster,
        papers: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/papers/demo-toan.gift")],
        scheme: None,
        anchors: vec![anchor],
    })
}

async fn check_in(console: &Console, desk: &mut Desk) -> Result<Spent> {
    let begin = Instant::now();
    let view = console
        .start_checkin(desk.room, desk.papers.id, &desk.citizen.qr())
        .await?;
    let scan = begin.elapsed();
    let checkin = desk.station.order().await?;
    ensure!(checkin == view.id, "an order for another check-in");
    tokio::time::sleep(CARD).await;
    let begin = Instant::now();
    let challenge = desk.station.challenge(checkin).await?;
    let challenged = begin.elapsed();
    let mut chip = desk.chip.take().context("one card for each desk")?;
    let (chip, evidence) = tokio::task::spawn_blocking(move || {
        let mut evidence = files(&chip)?;
        evidence.active_authentication = chip.prove(challenge.as_slice())?.map(Bytes);
        anyhow::Ok((chip, evidence))
    })
    .await??;
    desk.chip = Some(chip);
    let begin = Instant::now();
    desk.station.evidence(checkin, &evidence).await?;
    desk.station.send(&StationMessage::Heartbeat).await?;
    let answer = desk.station.next().await?;
    let judged = begin.elapsed();
    ensure!(
        matches!(answer, StationCommand::Alive),
        "instead of a sign of life: {answer:?}"
    );
    match console.checkin(checkin).await?.status {
        CheckinStatus::Judged(judged) => {
            ensure!(judged.verdicts.chip.verdict == Verdict::Valid, "{judged:?}");
        }
        other => anyhow::bail!("not judged yet: {other:?}"),
    }
    Ok(Spent {
        scan,
        challenge: challenged,
        evidence: judged,
    })
}

fn report(name: &str, all: &[Spent]) {
    println!("{name}: {} check-ins at {DESKS} desks", all.len());
    let parts = [
        ("scan to order", (|spent| spent.scan) as Part),
        ("challenge", |spent| spent.challenge),
        ("evidence judged", |spent| spent.evidence),
        ("all three", |spent| spent.scan + spent.challenge + spent.evidence),
    ];
    for (part, of) in parts {
        let mut times: Vec<Duration> = all.iter().map(of).collect();
        times.sort_unstable();
        let at = |per_cent: usize| {
            times[(times.len() * per_cent / 100).min(times.len() - 1)].as_secs_f64() * 1000.0
        };
        println!(
            "  {part:16} median {:6.1} ms  p95 {:6.1} ms  longest {:6.1} ms",
            at(50),
            at(95),
            at(100)
        );
    }
}
