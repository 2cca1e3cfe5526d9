//! What the trackers of other exam systems complain of, each complaint a test under its own name. Those about reloads, kills,
//! full disks, take-over and slow clients have files of their own.

use anyhow::{Context, Result, ensure};
use exam_protocol::answer::{JournalEntry, Response};
use exam_protocol::bytes::Bytes;
use exam_protocol::canonical;
use exam_protocol::console::{Progress, RoomAction};
use exam_protocol::id::AttemptId;
use exam_protocol::record::SubmissionFile;
use exam_protocol::route;
use exam_protocol::seat::{Phase, SeatMessage};
use exam_protocol::time::Millis;
use exam_tests::candidate::Candidate;
use exam_tests::console::Console;
use exam_tests::crowd::{Crowd, Waiting};
use futures_util::future::try_join_all;

/// The lines that the server holds of an attempt.
async fn journal(console: &Console, attempt: AttemptId) -> Result<Vec<JournalEntry>> {
    let file = console
        .get(route::with_id(route::ATTEMPT_SUBMISSION, attempt))
        .await?;
    let file: SubmissionFile = serde_json::from_slice(&file)?;
    let lines = file.journal.iter().map(|line| canonical::decode(&line.0));
    Ok(lines.collect::<Result<_, _>>()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_packet_never_replaces_a_newer_answer() -> Result<()> {
    let mut crowd = Crowd::seated(1).await?;
    let mut candidate = crowd.candidates.pop().context("one candidate")?;
    candidate.answer(1, Response::Choice(0)).await?;
    candidate.answer(1, Response::Choice(2)).await?;
    candidate.settle().await?;

    let old = Bytes(candidate.acknowledged()[0].bytes.clone());
    candidate.send(&SeatMessage::Entries(vec![old])).await?;
    candidate.answer(2, Response::Choice(1)).await?;
    candidate.settle().await?;
    candidate.hand_in().await?;

    let lines = journal(&crowd.console, candidate.seat().attempt).await?;
    let newest = lines.iter().rfind(|line| line.question == 1).context("no line")?;
    ensure!(
        lines.len() == 3 && newest.response == Response::Choice(2),
        "the packet that came again was taken: {} lines",
        lines.len()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn time_that_was_added_reaches_a_seat_that_was_away() -> Result<()> {
    let mut crowd = Crowd::seated(1).await?;
    let mut candidate = crowd.candidates.pop().context("one candidate")?;
    let room = crowd.sitting.rooms[0].id;
    let before = candidate.state().context("no state")?.clone();
    candidate.drop_line();
    let add = RoomAction::AddTime {
        minutes: 7,
        attempt: Some(candidate.seat().attempt),
    };
    crowd.console.act(room, add, "máy hỏng").await?;
    candidate.connect().await?;

    let after = candidate.state().context("no state")?;
    ensure!(
        after.version > before.version && after.credits == Millis::seconds(7 * 60),
        "the seat came back and knows nothing of its credit: {after:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_paper_is_readable_before_the_start() -> Result<()> {
    let waiting = Waiting::open(1).await?;
    let mut candidate = Candidate::claim(&waiting.hall.door()?, &waiting.tickets[0].ticket).await?;
    candidate.fetch_form().await?;
    candidate.connect().await?;
    let sealed = canonical::encode(candidate.sealed().context("no form")?);
    let claimed = serde_json::to_vec(candidate.seat())?;
    let room = waiting.sitting.rooms[0].id;
    waiting.console.act(room, RoomAction::Start, "").await?;
    candidate.wait_for_paper().await?;

    let paper = candidate.paper().context("no paper")?;
    let pieces: Vec<&[u8]> = paper
        .questions()
        .flat_map(|question| question.stem.as_bytes().chunks_exact(16))
        .collect();
    for piece in &pieces {
        ensure!(
            !contains(&sealed, piece),
            "a piece of a question lay open in the sealed form"
        );
        ensure!(
            !contains(&claimed, piece),
            "a piece of a question came with the seat"
        );
    }
    ensure!(pieces.len() > 5, "only {} pieces were looked for", pieces.len());
    Ok(())
}

fn contains(whole: &[u8], piece: &[u8]) -> bool {
    whole.windows(piece.len()).any(|window| window == piece)
}

#[tokio::test(flavor = "multi_thread")]
async fn time_over_without_a_single_answer_is_an_ordinary_end() -> Result<()> {
    let mut crowd = Crowd::seated(2).await?;
    let room = crowd.sitting.rooms[0].id;
    let mut silent = crowd.candidates.pop().context("two candidates")?;
    let mut gone = crowd.candidates.pop().context("two candidates")?;
    gone.drop_line();
    crowd.console.act(room, RoomAction::End, "hết giờ").await?;
    while silent.state().is_none_or(|state| state.phase != Phase::Ended) {
        silent.step().await?;
    }
    let receipt = silent.hand_in().await?;
    ensure!(receipt.answered == 0, "{} answers", receipt.answered);
    let board = crowd.console.act(room, RoomAction::Close, "").await?;
    let handed_in = board
        .candidates
        .iter()
        .filter(|row| row.progress == Progress::HandedIn);
    ensure!(handed_in.count() == 1, "{:?}", board.candidates);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_the_last_second_counts_though_the_line_was_down() -> Result<()> {
    let mut crowd = Crowd::seated(1).await?;
    let mut candidate = crowd.candidates.pop().context("one candidate")?;
    let room = crowd.sitting.rooms[0].id;
    candidate.drop_line();
    let unsent = candidate.answer(3, Response::Choice(1)).await;
    ensure!(unsent.is_err(), "the line was not down");
    crowd.console.act(room, RoomAction::End, "hết giờ").await?;
    candidate.connect().await?;
    candidate.settle().await?;
    let receipt = candidate.hand_in().await?;
    ensure!(receipt.answered == 1, "the last answer is gone");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn everybodys_page_reloads_at_the_end_and_everybody_is_served() -> Result<()> {
    let mut crowd = Crowd::seated(48).await?;
    for candidate in &mut crowd.candidates {
        candidate.answer(1, Response::Choice(0)).await?;
        candidate.settle().await?;
    }
    for room in &crowd.sitting.rooms {
        crowd.console.act(room.id, RoomAction::End, "hết giờ").await?;
    }
    let receipts = crowd.candidates.iter_mut().map(async |candidate| {
        candidate.drop_line();
        candidate.connect().await?;
        candidate.hand_in().await
    });
    let receipts = try_join_all(receipts).await?;
    ensure!(
        receipts.iter().all(|receipt| receipt.answered == 1),
        "an answer is gone"
    );
    Ok(())
}
