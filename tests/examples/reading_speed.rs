//! How long the agent's own part of a whole reading takes: everything but the card and the reader. Once in this process, over a
//! card that answers at once; once by the program `checkin-agent` through a real PC/SC service.
//!
//! The card computes too (with general big integers); what it needs is measured and taken off. Also counts commands.
//!
//! `cargo build --release -p checkin-agent -p exam-tests --bins && cargo run --release -p exam-tests --example reading_speed`

use anyhow::{Context, Result, ensure};
use checkin_agent::card::{Card, CardError, Lengths, Line};
use checkin_agent::emrtd::access::{AccessKeys, ZoneKey};
use checkin_agent::emrtd::file::{Contents, File};
use checkin_agent::emrtd::pace::Password;
use checkin_agent::read::{Desk, Kept, Reading, Wanted};
use exam_tests::card::{Answer, Order, PresentedCard, Tray};
use exam_tests::citizens::mrz_information;
use exam_tests::programs::program;
use exam_tests::reader_service::{ReaderService, missing_package};
use serde_json::Value;
use std::ops::ControlFlow;
use std::process::Command;
use std::time::{Duration, Instant};

/// Readings of each make of card in this process.
const READINGS: usize = 40;

/// Readings through the PC/SC service.
const THROUGH_SERVICE: usize = 15;

/// Makes of card and the block that each can carry.
const MAKES: [(&str, usize); 4] = [
    ("", 16_384),
    ("short-only", 223),
    ("bac-only short-only", 231),
    ("most=2000", 2000),
];

fn main() -> Result<()> {
    println!("machine: {}", machine()?);
    println!("| way | card | median | p95 | longest | commands | fewest possible |");
    println!("|---|---|---|---|---|---|---|");
    for (words, block) in MAKES {
        in_process(words, block)?;
    }
    if let Some(package) = missing_package() {
        println!("not through PC/SC: the package {package} is not installed");
        return Ok(());
    }
    for words in ["", "short-only"] {
        through_service(words)?;
    }
    println!("machine: {}", machine()?);
    Ok(())
}

/// What else it was doing.
fn machine() -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    Ok(format!("{cores} cores, load {}", load.trim()))
}

/// The line between agent and card.
struct Field(PresentedCard);

impl Card for Field {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        match self.0.transmit(command) {
            Answer::Bytes(bytes, _) => Ok(bytes),
            Answer::Silence | Answer::Gone => Err(CardError::Removed),
        }
    }
}

fn in_process(words: &str, block: usize) -> Result<()> {
    let mut tray = Tray::new(2026, 2, 0)?;
    let citizen = tray.citizens()[0].clone();
    let order = Order::parse(&format!("1 {words}"))?;
    let keys = AccessKeys {
        number: Password::card_access_number(citizen.can()),
        zones: vec![ZoneKey::from_mrz_information(&mrz_information(&citizen))],
    };
    let (mut times, mut lengths, mut counts) = (Vec::new(), Lengths::default(), (0, 0));
    for round in 0..READINGS + 4 {
        let mut card = Field(tray.present(&order)?);
        let (mut line, mut kept) = (Line::new(lengths), Kept::default());
        tray.busy();
        let begin = Instant::now();
        Reading {
            keys: &keys,
            line: &mut line,
            kept: &mut kept,
            wanted: Wanted::default(),
            rng: &mut rand::rng(),
            desk: Desk {
                progress: &mut |_| ControlFlow::Continue(()),
                challenge: &mut || Ok([7; 8]),
                clock: &|| 0,
            },
        }
        .run(&mut card)?;
        let host = begin.elapsed().saturating_sub(Duration::from_micros(tray.busy()));
        lengths = line.lengths;
        // The first ones learn what lengths work.
        if round >= 4 {
            times.push(host);
            counts = (line.commands() as usize, fewest(&kept, &card.0, block, words));
        }
    }
    row("in this process", words, times, Some(counts));
    ensure!(counts.0 * 100 <= counts.1 * 105, "{words}: {counts:?}");
    Ok(())
}

/// Commands that no reader can do without: opening, the blocks of each file that is read, the proof of 256 bytes.
fn fewest(kept: &Kept, card: &PresentedCard, block: usize, words: &str) -> usize {
    let blocks = |length: usize| length.div_ceil(block);
    let files: usize = kept
        .files()
        .map(|(_, contents)| match contents {
            Contents::Read(bytes) => blocks(bytes.len()),
            Contents::Absent | Contents::Refused => 1,
        })
        .sum();
    let citizen_data = card
        .chip()
        .files()
        .files
        .get(&(0x0100 | u16::from(File::DG13.short_id)));
    // EF.CardAccess; PACE in five and SELECT, or SELECT and BAC in two. A BAC card refuses EF.CardAccess twice and PACE once.
    let opening = if words.contains("bac-only") { 6 } else { 7 };
    let proof = if words.contains("short-only") { 2 } else { 1 };
    opening + files + citizen_data.map_or(0, |file| blocks(file.len())) + proof
}

fn through_service(words: &str) -> Result<()> {
    let mut service = ReaderService::start(2026, 1)?;
    let listed: Value = serde_json::from_str(&service.command("list")?)?;
    let number = listed[0]["can"].as_str().context("a card with a number")?;
    let folder = tempfile::tempdir()?;
    let (name, socket) = service.environment();
    let mut times = Vec::new();
    for _ in 0..THROUGH_SERVICE {
        service.insert(&format!("1 {words}"))?;
        service.command("busy")?;
        let output = Command::new(program("checkin-agent")?)
            .args(["read", "--json", "--can", number, "--out"])
            .arg(folder.path())
            .env(name, &socket)
            .output()?;
        let report: Value = serde_json::from_slice(&output.stdout)?;
        let whole = report["milliseconds"].as_u64().context("a duration")?;
        let card = Duration::from_micros(service.command("busy")?.parse()?);
        times.push(Duration::from_millis(whole).saturating_sub(card));
    }
    row("through pcscd", words, times, None);
    Ok(())
}

fn row(way: &str, words: &str, mut times: Vec<Duration>, counts: Option<(usize, usize)>) {
    times.sort_unstable();
    let at =
        |per_cent: usize| times[(times.len() * per_cent / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
    let make = if words.is_empty() {
        "as in the field"
    } else {
        words
    };
    let counts = counts.map_or("| |".to_owned(), |(commands, fewest)| {
        format!("{commands} | {fewest} |")
    });
    println!(
        "| {way} | {make} | {:.1} ms | {:.1} ms | {:.1} ms | {counts}",
        at(50),
        at(95),
        at(100)
    );
}
