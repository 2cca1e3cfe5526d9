//! What the agent at the door must not give away: its log at the finest level and its crashes, after readings of every kind.
//!
//! The server's own are in `canaries`. Skipped, with a message, where the reader's packages are not there.

use anyhow::{Context, Result, ensure};
use exam_protocol::console::{CheckinStatus, RoomAction};
use exam_protocol::id::{RoomId, StationId};
use exam_protocol::station::ReadFailure;
use exam_tests::canary::Canaries;
use exam_tests::card::{Chip, Order, SOD, data_group_file, personalise};
use exam_tests::citizens::{Citizen, invent, machine_readable_zone};
use exam_tests::console::Console;
use exam_tests::hall::{Hall, Plan};
use exam_tests::pki::TestPki;
use exam_tests::programs::program;
use exam_tests::reader_service::{ReaderService, missing_package};
use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SEED: u64 = 53;
const PEOPLE: usize = 3;
const PATIENCE: Duration = Duration::from_secs(30);

/// Ends the program with itself.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone is as good.
        let _gone = self.0.kill();
        let _status = self.0.wait();
    }
}

/// Everything of a card and its holder that a log could hold. Of what passes protected, the clear form; of what passes in the
/// clear (the selection of the application, EF.CardAccess), the bytes themselves: they would be there if commands were logged.
fn plant(canaries: &mut Canaries, citizen: &Citizen, chip: &Chip) -> Result<()> {
    canaries.plant("number", &citizen.number)?;
    canaries.plant("name", &citizen.name)?;
    canaries.plant(
        "plain name",
        machine_readable_zone(citizen)[2].trim_end_matches('<'),
    )?;
    canaries.plant("dates", &machine_readable_zone(citizen)[1][..15])?;
    let files = &chip.files().files;
    for (name, file) in [
        ("EF.SOD", SOD),
        ("EF.DG2", data_group_file(2)),
        ("EF.DG13", data_group_file(13)),
    ] {
        canaries.plant_pieces(name, files.get(&file).context("a file")?)?;
    }
    let access = chip.files().card_access.as_ref().context("EF.CardAccess")?;
    canaries.plant("EF.CardAccess", access.get(..24).context("a whole file")?)?;
    canaries.plant(
        "selection",
        [
            0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01,
        ],
    )
}

#[tokio::test]
async fn the_agents_log_holds_nothing_of_a_card() -> Result<()> {
    if let Some(package) = missing_package() {
        eprintln!("skipped: the package {package} is not installed");
        return Ok(());
    }
    let tray = Path::new(env!("CARGO_BIN_EXE_virtual-card"));
    let mut service = ReaderService::start_with(tray, SEED, PEOPLE)?;
    let mut hall = Hall::make()?;
    let sitting = hall.prepare(&Plan {
        anchors: vec![service.trust()],
        ..Plan::one_room(service.roster("xlsx"))
    })?;
    let staff = hall.add_staff("lan", "Nguyễn Thị Lan")?;
    hall.start().await?;
    let console = Console::login(&hall.door()?, &staff).await?;
    let room = sitting.rooms[0].id;
    console.act(room, RoomAction::Open, "").await?;
    let (pki, people) = (TestPki::new(SEED)?, invent(SEED, PEOPLE));
    let mut canaries = Canaries::default();
    for (at, citizen) in people.iter().enumerate() {
        let order = Order::parse(&format!("{}", at + 1))?;
        plant(
            &mut canaries,
            citizen,
            &personalise(citizen, &people[0], &order, &pki)?,
        )?;
    }

    let mut agent = hall.station_at("ban-01", service.environment(), "trace")?;
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
    readings(&mut service, (&console, room, agent.id), &people).await?;
    agent.stop()?;
    let log = std::fs::read(hall.path("ban-01.log"))?;
    let text = String::from_utf8_lossy(&log);
    ensure!(
        text.contains("card read") && text.contains("card not read"),
        "no log: {text}"
    );
    let found = canaries.found(&log);
    ensure!(found.is_empty(), "in the log: {found:?}");
    no_access_number(&text, &people)
}

/// Good cards, bad ones, and a number that is another card's.
async fn readings(
    service: &mut ReaderService,
    (console, room, station): (&Console, RoomId, StationId),
    people: &[Citizen],
) -> Result<()> {
    let outcomes = [
        ("1", 1, None),
        ("2 bac-only short-only", 2, None),
        ("3 garbage=30", 3, Some(ReadFailure::ProtocolError)),
        ("3 removed-after=30", 3, Some(ReadFailure::CardRemoved)),
        ("1", 2, Some(ReadFailure::WrongAccessKey)),
    ];
    for (words, citizen, failure) in outcomes {
        service.insert(words)?;
        let qr = people[citizen - 1].qr();
        let checkin = console.start_checkin(room, station, &qr).await?.id;
        let status = console.finished(checkin).await?.status;
        match failure {
            None => ensure!(matches!(status, CheckinStatus::Judged(_)), "{words}: {status:?}"),
            Some(failure) => ensure!(status == CheckinStatus::Failed(failure), "{words}: {status:?}"),
        }
    }
    Ok(())
}

/// Too short for a canary: looked for as a number of its own.
fn no_access_number(text: &str, people: &[Citizen]) -> Result<()> {
    for citizen in people {
        let stands = text
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
            .any(|word| word == citizen.can());
        ensure!(!stands, "an access number in the log");
    }
    Ok(())
}

#[test]
fn reading_by_hand_logs_nothing_of_a_card() -> Result<()> {
    if let Some(package) = missing_package() {
        eprintln!("skipped: the package {package} is not installed");
        return Ok(());
    }
    let tray = Path::new(env!("CARGO_BIN_EXE_virtual-card"));
    let mut service = ReaderService::start_with(tray, SEED, PEOPLE)?;
    let (pki, people) = (TestPki::new(SEED)?, invent(SEED, PEOPLE));
    let citizen = &people[0];
    let mut canaries = Canaries::default();
    plant(
        &mut canaries,
        citizen,
        &personalise(citizen, &people[1], &Order::parse("1")?, &pki)?,
    )?;
    let out = tempfile::tempdir()?;
    let (name, socket) = service.environment();
    for words in ["1", "1 garbage=30"] {
        service.insert(words)?;
        let output = Command::new(program("checkin-agent")?)
            .args(["read", "--qr", &citizen.qr(), "--out"])
            .arg(out.path())
            .env(name, &socket)
            .env("RUST_LOG", "trace")
            .output()?;
        let said = [output.stdout, output.stderr].concat();
        let found = canaries.found(&said);
        ensure!(found.is_empty(), "{words}: printed {found:?}");
    }
    Ok(())
}

/// Waits for the line of `/proc/<process>/limits` about core files to say none.
fn core_files_are_forbidden(process: u32) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).unwrap_or_default();
        let line = limits.lines().find(|line| line.starts_with("Max core file size"));
        let none = line
            .unwrap_or_default()
            .split_whitespace()
            .filter(|word| *word == "0");
        if none.count() == 2 {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

#[test]
fn a_crash_of_the_agent_leaves_no_core_dump() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let log = File::create(folder.path().join("log"))?;
    let work = folder.path().join("cwd");
    std::fs::create_dir(&work)?;
    let hall = Hall::make()?;
    hall.create_exam()?;
    let config = hall.station_config("ban-01")?;
    let script = format!(
        "ulimit -c unlimited 2>/dev/null; exec '{}' run --config '{}'",
        program("checkin-agent")?.display(),
        config.display()
    );
    // No PC/SC service and no server: it waits for both.
    let child = Command::new("sh")
        .args(["-c", &script])
        .env("PCSCLITE_CSOCK_NAME", folder.path().join("none"))
        .current_dir(&work)
        .stdin(Stdio::null())
        .stderr(log)
        .spawn()?;
    let mut child = Running(child);
    let process = child.0.id();
    ensure!(core_files_are_forbidden(process), "core dumps are allowed");
    let sent = Command::new("kill")
        .args(["-ABRT", &process.to_string()])
        .status()?;
    ensure!(sent.success(), "the signal was not taken");
    let status = child.0.wait()?;
    ensure!(status.signal().is_some() && !status.core_dumped(), "{status}");
    let left: Vec<_> = std::fs::read_dir(&work)?.collect();
    ensure!(left.is_empty(), "{left:?}");
    Ok(())
}
