//! The day without a person.

use super::answers::answers;
use super::browser_candidate::BrowserCandidate;
use super::prepare::{Citizen, Ready, prepare};
use super::steps::Steps;
use super::{CANDIDATES, outcome};
use crate::candidate::Candidate;
use crate::console::Console;
use crate::proctor_page::ProctorPage;
use anyhow::{Context, Result, ensure};
use exam_protocol::checkin::Verdict;
use exam_protocol::console::{Progress, RoomAction, StationView};
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
    let ready = prepare(None).await?;
    let at = ready.hall.address();
    steps.done(format!(
        "installed, roster of {CANDIDATES} and sealed papers imported, server up at {at}"
    ));
    let room = ready.sitting.rooms.first().context("no room")?.id;
    let console = Console::login(&ready.hall.door()?, &ready.proctor).await?;
    let mut day = Day {
        ready,
        console,
        room,
        steps,
    };
    let tickets = day.morning(pictures).await?;
    day.sitting(&tickets, pictures).await?;
    day.afternoon().await?;
    day.ready.hall.stop().await?;
    day.steps.done("server stopped cleanly on SIGTERM");
    day.steps.summary("the whole exam day happened");
    Ok(())
}

/// The day as it goes.
struct Day {
    ready: Ready,
    console: Console,
    room: RoomId,
    steps: Steps,
}

impl Day {
    /// Until everybody is let in.
    async fn morning(&mut self, pictures: Option<&Path>) -> Result<Vec<String>> {
        self.console.act(self.room, RoomAction::Open, "").await?;
        let StationView { name, readers, .. } = station(&self.console, self.room, &self.ready).await?;
        self.steps.done(format!(
            "room open, desk {name} joined with reader {}",
            readers.join(", ")
        ));
        let (last, others) = self.ready.citizens.split_last().context("no citizens")?;
        let (last, others) = (last.clone(), others.to_vec());
        let mut tickets = check_in(&self.console, self.room, &mut self.ready, &others).await?;
        tickets.push(self.check_in_by_page(&last, pictures).await?);
        all_admitted(&self.console, self.room).await?;
        let count = tickets.len();
        self.steps.done(format!(
            "{count} cards read over PC/SC; integrity, issuer and chip judged valid each"
        ));
        Ok(tickets)
    }

    /// The last of the queue comes to a proctor with a browser.
    async fn check_in_by_page(&mut self, citizen: &Citizen, pictures: Option<&Path>) -> Result<String> {
        let Ready {
            hall,
            reader,
            station,
            proctor,
            ..
        } = &mut self.ready;
        let page = ProctorPage::log_in(hall.address(), &hall.exam_ca(), proctor).await?;
        page.pair(station.id).await?;
        reader.insert(&citizen.card.to_string())?;
        page.scan(&citizen.number).await?;
        ensure!(
            page.verdicts().await?.iter().all(|verdict| verdict == "valid"),
            "the page shows a bad verdict"
        );
        if let Some(folder) = pictures {
            page.browser.screenshot(&folder.join("proctor-desk.png")).await?;
        }
        let ticket = page.admit().await?;
        reader.remove()?;
        page.browser.quit().await?;
        self.steps
            .done("the proctor's page in Chromium: logged in, scanned, verdicts seen, admitted by Enter");
        Ok(ticket)
    }

    /// Until everybody has a receipt.
    async fn sitting(&mut self, tickets: &[String], pictures: Option<&Path>) -> Result<()> {
        let (mut seats, browser) = take_seats(&self.ready, tickets, pictures).await?;
        let count = seats.len();
        self.steps.done(format!(
            "{count} headless seats and 1 Chromium claimed, sealed forms downloaded"
        ));
        self.console.act(self.room, RoomAction::Start, "").await?;
        open_papers(&mut seats).await?;
        browser.wait_for_paper().await?;
        self.steps
            .done("started; every paper opened with its own key, all forms different");
        answer_everything(&mut seats).await?;
        let count = count_acknowledged(&seats);
        self.steps
            .done(format!("{count} answers acknowledged after they were on disk"));
        browser.answer_everything(pictures).await?;
        self.picture_of_board(pictures).await?;
        self.steps
            .done("Chromium answered every kind of question and shows them as saved");
        hand_in(&mut seats).await?;
        browser.hand_in(pictures).await?;
        self.steps.done("24 signed hand-ins, 24 countersigned receipts");
        browser.quit().await
    }

    async fn picture_of_board(&self, pictures: Option<&Path>) -> Result<()> {
        let Some(folder) = pictures else { return Ok(()) };
        let Ready { hall, proctor, .. } = &self.ready;
        let page = ProctorPage::log_in(hall.address(), &hall.exam_ca(), proctor).await?;
        page.browser.screenshot(&folder.join("proctor-board.png")).await?;
        page.browser.quit().await
    }

    /// Until the marks are out.
    async fn afternoon(&mut self) -> Result<()> {
        all_handed_in(&self.console, self.room).await?;
        self.console
            .act(self.room, RoomAction::End, "tất cả đã nộp bài")
            .await?;
        let closed = self.console.act(self.room, RoomAction::Close, "").await?;
        let marks = closed.candidates.iter().filter(|row| row.mark.is_some()).count();
        ensure!(marks == CANDIDATES, "only {marks} candidates have a mark");
        self.steps
            .done(format!("room ended and closed, {marks} marks computed"));
        let files = outcome::verify_submissions(&self.console, &self.ready.hall, &closed).await?;
        self.steps.done(format!(
            "{files} submissions verified without a database, a forged one refused"
        ));
        outcome::export(&self.console, self.room, &closed).await?;
        self.steps
            .done("marks exported as CSV and XLSX, and both agree with the board");
        Ok(())
    }
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

async fn check_in(
    console: &Console,
    room: RoomId,
    ready: &mut Ready,
    citizens: &[Citizen],
) -> Result<Vec<String>> {
    let mut tickets = Vec::new();
    for citizen in citizens {
        ready.reader.insert(&citizen.card.to_string())?;
        // Every other candidate by QR code, the rest by typed number.
        let scanned = if citizen.card.is_multiple_of(2) {
            &citizen.qr
        } else {
            &citizen.number
        };
        let ticket = console.check_in(room, ready.station.id, scanned).await;
        tickets.push(ticket.with_context(|| format!("card {}", citizen.card))?.ticket);
        ready.reader.remove()?;
    }
    Ok(tickets)
}

async fn all_admitted(console: &Console, room: RoomId) -> Result<()> {
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
    Ok(())
}

async fn take_seats(
    ready: &Ready,
    tickets: &[String],
    pictures: Option<&Path>,
) -> Result<(Vec<Candidate>, BrowserCandidate)> {
    let door = ready.hall.door()?;
    let (last, others) = tickets.split_last().context("no tickets")?;
    let mut seats = Vec::new();
    for ticket in others {
        let mut candidate = Candidate::claim(&door, ticket).await?;
        candidate.fetch_form().await?;
        candidate.connect().await?;
        seats.push(candidate);
    }
    let browser = BrowserCandidate::claim(&ready.hall, last, pictures).await?;
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

async fn all_handed_in(console: &Console, room: RoomId) -> Result<()> {
    for _ in 0..50 {
        let board = console.board(room).await?;
        if board
            .candidates
            .iter()
            .all(|row| row.progress == Progress::HandedIn)
        {
            return Ok(());
        }
        sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the board does not show everybody's hand-in")
}
