//! "Two tabs or two PCs corrupt an attempt" must not happen here: a second PC takes the seat over by a new ticket, finds
//! every answer, and the first PC is told and can't write any more.

use anyhow::{Context, Result, ensure};
use exam_protocol::answer::{JournalEntry, Response};
use exam_protocol::canonical;
use exam_protocol::console::{Progress, RoomAction};
use exam_protocol::record::SubmissionFile;
use exam_protocol::route;
use exam_tests::candidate::Candidate;
use exam_tests::crowd::Crowd;

#[tokio::test(flavor = "multi_thread")]
async fn another_pc_goes_on_where_the_first_stopped() -> Result<()> {
    let mut crowd = Crowd::seated(1).await?;
    let mut first = crowd.candidates.pop().context("one candidate")?;
    for question in 1..=3 {
        first.answer(question, Response::Choice(0)).await?;
    }
    first.settle().await?;

    let attempt = first.seat().attempt;
    let ticket = crowd.console.take_over(attempt, "máy 1 bị treo").await?;
    let mut second = Candidate::claim(&crowd.hall.door()?, &ticket.ticket).await?;
    ensure!(
        second.seat().epoch == first.seat().epoch + 1,
        "the epoch did not rise"
    );
    second.fetch_form().await?;
    second.connect().await?;
    second.wait_for_paper().await?;
    ensure!(
        first.paper() == second.paper(),
        "the second PC shows another form"
    );

    ensure!(
        first.answer(4, Response::Choice(3)).await.is_err() || first.settle().await.is_err(),
        "the first PC still writes"
    );
    ensure!(first.taken_over(), "the first PC was not told");
    second.answer(4, Response::Choice(1)).await?;
    let receipt = second.hand_in().await?;
    ensure!(
        receipt.answered == 4,
        "{} answers in the receipt",
        receipt.answered
    );

    let file = crowd
        .console
        .get(route::with_id(route::ATTEMPT_SUBMISSION, attempt))
        .await?;
    let file: SubmissionFile = serde_json::from_slice(&file)?;
    let last = file.journal.last().context("an empty journal")?;
    let last: JournalEntry = canonical::decode(&last.0)?;
    ensure!(
        last.question == 4 && last.response == Response::Choice(1),
        "the first PC's answer got in"
    );
    let room = crowd.sitting.rooms[0].id;
    let board = crowd.console.act(room, RoomAction::End, "xong").await?;
    ensure!(
        board.candidates[0].progress == Progress::HandedIn && board.candidates[0].epoch == 2,
        "{:?}",
        board.candidates[0]
    );
    Ok(())
}
