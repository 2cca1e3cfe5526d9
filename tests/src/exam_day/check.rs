//! The day without a person.

use super::answers::answers;
use super::browser_candidate::BrowserCandidate;
use super::prepare::{Ready, prepare};
use super::steps::Steps;
use super::{CANDIDATES, outcome};
use crate::candidate::Candidate;
use crate::console::Console;
use crate::door::Door;
use anyhow::{Context, Result, ensure};
use exam_protocol::checkin::Verdict;
use exam_protocol::console::{Board, Progress, RoomAction, StationView, TicketView};
use exam_protocol::id::RoomId;
use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;
use tokio::time::sleep;

/// Runs the whole day and returns only if every step really happened. Screenshots go to `pictures`, if given.
///
/// # Errors
/// The first step that did not happen.
pub async fn check(pictures: Option<&Path>) -> Result<()> {
    let mut steps = Steps::begin();
    let mut ready = prepare(None).await?;
    steps.done(format!(
        "installed, roster of {CANDIDATES} and sealed papers imported, server up at {}",
        ready.hall.address()
    ));
    let door = ready.hall.door()?;
    let room = ready.sitting.rooms.first().context("no room")?.id;
    let console = Console::login(&door, &ready.proctor).await?;
    console.act(room, RoomAction::Open, "").await?;
    let station = station(&console, room, &ready).await?;
    steps.done(format!(
        "room open, desk {} joined with reader {}",
        station.name,
        station.readers.join(", ")
    ));

    let tickets = check_everybody_in(&console, room, &mut ready).await?;
    steps.done(format!(
        "{} cards read over PC/SC and judged: integrity, issuer and chip valid each",
        tickets.len()
    ));
    let (mut seats, browser) = take_seats(&door, &ready, &tickets).await?;
    steps.done(format!(
        "{} headless seats and 1 Chromium claimed, sealed forms downloaded",
        seats.len()
    ));

    console.act(room, RoomAction::Start, "").await?;
    open_papers(&mut seats).await?;
    browser.wait_for_paper().await?;
    steps.done("started; every paper opened with its own key, all forms different");
    answer_everything(&mut seats).await?;
    steps.done(format!(
        "{} answers acknowledged after they were on disk",
        count_acknowledged(&seats)
    ));
    browser.answer_everything(pictures).await?;
    steps.done("Chromium answered every kind of question and shows them as saved");
    hand_in(&mut seats).await?;
    browser.hand_in(pictures).await?;
    steps.done("24 signed hand-ins, 24 countersigned receipts");

    let board = all_handed_in(&console, room).await?;
    console.act(room, RoomAction::End, "tất cả đã nộp bài").await?;
    let closed = console.act(room, RoomAction::Close, "").await?;
    ensure!(
        closed.candidates.iter().all(|row| row.mark.is_some()),
        "not everybody has a mark"
    );
    steps.done(format!(
        "room ended and closed, {} marks computed",
        board.candidates.len()
    ));
    let files = outcome::verify_submissions(&console, &ready.hall, &closed).await?;
    steps.done(format!(
        "{files} submissions verified without a database, a forged one refused"
    ));
    outcome::export(&console, room, &closed).await?;
    steps.done("marks exported as CSV and XLSX, and both agree with the board");
    browser.quit().await?;
    ready.hall.stop().await?;
    steps.done("server stopped cleanly on SIGTERM");
    steps.summary("the whole exam day happened");
    Ok(())
}

async fn station(console: &Console, room: RoomId, ready: &Ready) -> Result<StationView> {
    for _ in 0..100 {
        let stations = console.board(room).await?.stations;
        if let Some(found) = stations
            .into_iter()
            .find(|s| s.id == ready.station.id && !s.readers.is_empty())
        {
            return Ok(found);
        }
        sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the station did not join with a reader")
}

async fn check_everybody_in(console: &Console, room: RoomId, ready: &mut Ready) -> Result<Vec<TicketView>> {
    let mut tickets = Vec::new();
    for citizen in ready.citizens.clone() {
        ready.reader.insert(&citizen.card.to_string())?;
        // Every other candidate by QR code, the rest by typed number.
        let scanned = if citizen.card % 2 == 0 {
            &citizen.qr
        } else {
            &citizen.number
        };
        let ticket = console.check_in(room, ready.station.id, scanned).await;
        tickets.push(ticket.with_context(|| format!("card {}", citizen.card))?);
        ready.reader.remove()?;
    }
    let board = console.board(room).await?;
    ensure!(
        board.candidates.len() == CANDIDATES,
        "{} candidates on the board",
        board.candidates.len()
    );
    for row in &board.candidates {
        let verdicts = row
            .admission
            .as_ref()
            .and_then(|admission| admission.verdicts.as_ref());
        let verdicts = verdicts.with_context(|| format!("seat {} has no verdicts", row.seat))?;
        let all = [&verdicts.integrity, &verdicts.issuer, &verdicts.chip];
        ensure!(
            all.iter().all(|f| f.verdict == Verdict::Valid),
            "seat {}: {verdicts:?}",
            row.seat
        );
    }
    Ok(tickets)
}

async fn take_seats(
    door: &Door,
    ready: &Ready,
    tickets: &[TicketView],
) -> Result<(Vec<Candidate>, BrowserCandidate)> {
    let (last, others) = tickets.split_last().context("no tickets")?;
    let mut seats = Vec::new();
    for ticket in others {
        let mut candidate = Candidate::claim(door, &ticket.ticket).await?;
        candidate.fetch_form().await?;
        candidate.connect().await?;
        seats.push(candidate);
    }
    let browser = BrowserCandidate::claim(&ready.hall, &last.ticket).await?;
    Ok((seats, browser))
}

async fn open_papers(seats: &mut [Candidate]) -> Result<()> {
    let mut codes = HashSet::new();
    for seat in seats {
        seat.wait_for_paper().await?;
        let paper = seat.paper().context("no paper")?;
        ensure!(
            codes.insert(paper.form_code.clone()),
            "form {} twice",
            paper.form_code
        );
    }
    Ok(())
}

async fn answer_everything(seats: &mut [Candidate]) -> Result<()> {
    for (index, seat) in seats.iter_mut().enumerate() {
        let answers = answers(seat.paper().context("no paper")?, index);
        for (question, response) in answers {
            seat.answer(question, response).await?;
        }
    }
    for seat in seats {
        seat.settle().await?;
    }
    Ok(())
}

fn count_acknowledged(seats: &[Candidate]) -> usize {
    seats.iter().map(|seat| seat.acknowledged().len()).sum()
}

async fn hand_in(seats: &mut [Candidate]) -> Result<()> {
    for seat in seats {
        let receipt = seat.hand_in().await?;
        ensure!(!receipt.late, "a hand-in in time is called late");
    }
    Ok(())
}

async fn all_handed_in(console: &Console, room: RoomId) -> Result<Board> {
    for _ in 0..50 {
        let board = console.board(room).await?;
        if board
            .candidates
            .iter()
            .all(|row| row.progress == Progress::HandedIn)
        {
            return Ok(board);
        }
        sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the board does not show everybody's hand-in")
}
