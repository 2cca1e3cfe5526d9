//! The agent's reading thread, which `checkin-agent run` obeys the server with, over a real PC/SC service: a wrong number is
//! waited for, a lifted card goes on where it stopped, and readers come and go.
//!
//! The PC/SC library takes its socket from the environment of the whole process, so each test runs again in a process of its own
//! whose socket is a link; the link is laid to whichever service is there.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use checkin_agent::{
    desk::DeskThread,
    job::{access_keys, job},
};
use exam_protocol::{
    id::CheckinId,
    station::{CardEvidence, ReadFailure, ReadStep, StationMessage},
};
use exam_tests::{
    citizens::{Citizen, invent},
    reader_service::{ReaderService, missing_package},
};
use tokio::sync::mpsc::{Receiver, channel};

const SEED: u64 = 2026;
const SOCKET: &str = "PCSCLITE_CSOCK_NAME";

struct Desk {
    service: Option<ReaderService>,
    thread: DeskThread,
    messages: Receiver<StationMessage>,
    citizens: Vec<Citizen>,
}

impl Desk {
    /// In a process whose environment names the link.
    fn open() -> Self {
        let service = start();
        let (out, messages) = channel(64);
        Self {
            service: Some(service),
            thread: DeskThread::start(None, out),
            messages,
            citizens: invent(SEED, 2),
        }
    }

    fn service(&mut self) -> &mut ReaderService {
        self.service.as_mut().expect("the service runs")
    }

    /// Has a card read by this citizen's number; `seen` is shown each step.
    fn read(
        &mut self,
        order: u8,
        citizen: usize,
        mut seen: impl FnMut(&mut Self, ReadStep),
    ) -> Result<CardEvidence, ReadFailure> {
        let number = self.citizens[citizen].number.parse().expect("twelve digits");
        let checkin = CheckinId::from_random([order; 16]);
        let (work, remote) = job(checkin, access_keys(&number, &[]), Duration::from_secs(20));
        self.thread.read(work, remote)?;
        loop {
            match self.messages.blocking_recv().expect("the thread lives") {
                StationMessage::Progress { step, .. } => seen(self, step),
                StationMessage::ChallengeWanted { checkin } => self.thread.challenge(checkin, [7; 8]),
                StationMessage::ChipAuthenticationWanted { checkin, .. } => self.thread.relay(checkin, None),
                StationMessage::Evidence { evidence, .. } => return Ok(*evidence),
                StationMessage::Failed { failure, .. } => return Err(failure),
                _ => {}
            }
        }
    }

    /// Waits until the thread tells that there are so many readers.
    fn readers(&mut self, count: usize) {
        loop {
            if let StationMessage::Readers(names) = self.messages.blocking_recv().expect("the watcher lives")
                && names.len() == count
            {
                return;
            }
        }
    }
}

/// A service, with the link laid to it.
fn start() -> ReaderService {
    let link = PathBuf::from(env::var_os(SOCKET).expect("the outer test names the link"));
    let service = ReaderService::start_with(Path::new(env!("CARGO_BIN_EXE_virtual-card")), SEED, 2);
    let service = service.expect("the reader's service starts");
    let _none_yet = fs::remove_file(&link);
    symlink(service.socket(), link).expect("the link is laid");
    service
}

/// Runs one test of this file in a process of its own.
fn inside(test: &str) {
    if let Some(package) = missing_package() {
        eprintln!("skipped: the package {package} is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env::current_exe().expect("a test knows its program"))
        .args(["--exact", test, "--include-ignored", "--nocapture"])
        .env(SOCKET, folder.path().join("socket"))
        .output()
        .expect("the test starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let erred = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{erred}"
    );
}

#[test]
fn a_wrong_number_is_waited_for() {
    inside("waiting");
}

#[test]
#[ignore = "run by the test above"]
fn waiting() {
    let mut desk = Desk::open();
    desk.service().insert("1 pace-only").unwrap();
    assert_eq!(desk.read(1, 1, |_, _| {}), Err(ReadFailure::WrongAccessKey));
    assert_eq!(desk.service().command("missed 1").unwrap(), "1");
    let begin = Instant::now();
    assert!(desk.read(2, 0, |_, _| {}).is_ok());
    assert!(
        begin.elapsed() > Duration::from_millis(1500),
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(
        desk.service().command("missed 1").unwrap(),
        "0",
        "the card counts anew"
    );
}

#[test]
fn a_lifted_card_goes_on_where_it_stopped() {
    inside("lifted");
}

#[test]
#[ignore = "run by the test above"]
fn lifted() {
    let mut desk = Desk::open();
    desk.service().insert("1 short-only").unwrap();
    let whole = desk.read(1, 0, |_, _| {}).unwrap();
    desk.service().insert("1 short-only removed-after=60").unwrap();
    let mut stays = 0;
    let evidence = desk.read(2, 0, |desk, step| {
        stays += u32::from(step == ReadStep::WaitingForCard);
        if step == ReadStep::WaitingForCard && stays == 2 {
            desk.service().insert("1 short-only").unwrap();
        }
    });
    let evidence = evidence.unwrap();
    assert_eq!((stays, &evidence.dg2), (2, &whole.dg2));
    // The second stay opened the chip, looked at the security object and went on with the portrait.
    assert!(
        evidence.apdu_count + 30 < whole.apdu_count,
        "{} of {} commands",
        evidence.apdu_count,
        whole.apdu_count
    );
}

#[test]
fn readers_come_and_go() {
    inside("coming_and_going");
}

#[test]
#[ignore = "run by the test above"]
fn coming_and_going() {
    let mut desk = Desk::open();
    desk.service().insert("1").unwrap();
    assert!(desk.read(1, 0, |_, _| {}).is_ok());
    desk.service = None;
    desk.readers(0);
    assert_eq!(desk.read(2, 0, |_, _| {}), Err(ReadFailure::NoReader));
    desk.service = Some(start());
    desk.readers(2);
    desk.service().command("second insert 2").unwrap();
    assert!(
        desk.read(3, 1, |_, _| {}).is_ok(),
        "the card lies on the other reader"
    );
}
