//! "Answers lost on reload, on changing section, in the last second" must not happen here: a whole sitting in a real
//! Chromium by mouse and keyboard, with a reload and 30 s without a line in the middle, and at the end every answer is in
//! the server's record.

use anyhow::{Context, Result, ensure};
use exam_protocol::answer::{JournalEntry, Response};
use exam_protocol::canonical;
use exam_protocol::console::{Progress, RoomAction};
use exam_protocol::id::AttemptId;
use exam_protocol::record::SubmissionFile;
use exam_protocol::route;
use exam_tests::candidate_page::{CandidatePage, Shown};
use exam_tests::console::Console;
use exam_tests::crowd::Waiting;
use exam_tests::line::Line;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;
use tokio::time::{Instant, sleep};

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_and_a_lost_line_lose_nothing() -> Result<()> {
    let waiting = Waiting::open(1).await?;
    let line = Line::to(waiting.hall.address()).await?;
    let page = CandidatePage::open(line.address(), &waiting.hall.exam_ca()).await?;
    page.claim(&waiting.tickets[0].ticket).await?;
    let room = waiting.sitting.rooms[0].id;
    waiting.console.act(room, RoomAction::Start, "").await?;
    page.wait_for_paper().await?;

    let mut expected = BTreeMap::new();
    answer_by_keyboard(&page, &mut expected).await?;
    answer_some(&page, 3, &mut expected).await?;
    page.wait_saved().await?;
    reload(&page, &expected).await?;

    line.cut();
    let outage = Instant::now();
    answer_rest(&page, &mut expected).await?;
    page.press("\u{e004}").await?;
    ensure!(
        page.connection().await? != "online",
        "the page does not see that the line is down"
    );
    ensure!(
        page.unsaved().await? > 0,
        "the page calls answers saved that the server can't have"
    );
    sleep(Duration::from_secs(30).saturating_sub(outage.elapsed())).await;
    ensure!(page.unsaved().await? > 0, "answers became saved without a line");
    line.mend();
    page.wait_saved().await?;

    let code = page.hand_in().await?;
    page.browser.page.refresh().await?;
    ensure!(
        page.receipt_code().await? == code,
        "the receipt is gone after a reload"
    );
    let board = waiting.console.board(room).await?;
    let row = board.candidates.first().context("no candidate")?;
    ensure!(
        row.progress == Progress::HandedIn,
        "the board shows {:?}",
        row.progress
    );
    compare(&recorded(&waiting.console, row.attempt).await?, &expected)?;
    page.browser.quit().await
}

/// The first question without the mouse: the key 2 chooses B, the arrow goes on.
async fn answer_by_keyboard(page: &CandidatePage, expected: &mut BTreeMap<u16, Shown>) -> Result<()> {
    let number = page.number().await?;
    ensure!(
        page.shown().await? == Shown::Single,
        "the paper does not begin with a choice"
    );
    page.press("2").await?;
    page.press("f").await?;
    ensure!(
        page.state_of(number).await? == "answered",
        "the key 2 chose nothing"
    );
    expected.insert(number, Shown::Single);
    ensure!(page.next().await?, "only one question");
    Ok(())
}

async fn answer_some(page: &CandidatePage, count: usize, expected: &mut BTreeMap<u16, Shown>) -> Result<()> {
    for _ in 0..count {
        expected.insert(page.number().await?, page.answer().await?);
        page.next().await?;
    }
    Ok(())
}

async fn answer_rest(page: &CandidatePage, expected: &mut BTreeMap<u16, Shown>) -> Result<()> {
    loop {
        let number = page.number().await?;
        if let Entry::Vacant(blank) = expected.entry(number) {
            blank.insert(page.answer().await?);
        }
        if !page.next().await? {
            return Ok(());
        }
    }
}

/// After a reload the paper is open again, and the list shows what was answered.
async fn reload(page: &CandidatePage, expected: &BTreeMap<u16, Shown>) -> Result<()> {
    page.browser.page.refresh().await?;
    page.wait_for_paper().await?;
    for number in expected.keys() {
        ensure!(
            page.state_of(*number).await? == "answered",
            "question {number} is blank after the reload"
        );
    }
    Ok(())
}

/// Newest response to each question in the server's journal.
async fn recorded(console: &Console, attempt: AttemptId) -> Result<BTreeMap<u16, Response>> {
    let file = console
        .get(route::with_id(route::ATTEMPT_SUBMISSION, attempt))
        .await?;
    let file: SubmissionFile = serde_json::from_slice(&file)?;
    let entries = file
        .journal
        .iter()
        .map(|line| canonical::decode::<JournalEntry>(&line.0));
    entries
        .map(|entry| entry.map(|e| (e.question, e.response)).map_err(Into::into))
        .collect()
}

fn compare(recorded: &BTreeMap<u16, Response>, expected: &BTreeMap<u16, Shown>) -> Result<()> {
    for (number, shown) in expected {
        let response = recorded
            .get(number)
            .with_context(|| format!("question {number} is not in the record"))?;
        let fits = match (shown, response) {
            (Shown::Single, Response::Choice(1)) => true,
            (Shown::Multiple, Response::Choices(chosen)) => chosen == &[0, 2],
            (Shown::Group, Response::TrueFalse(marks)) => marks
                .iter()
                .enumerate()
                .all(|(row, mark)| *mark == Some(row % 2 == 0)),
            (Shown::Short | Shown::Essay, Response::Text(text)) => {
                text.ends_with("2,5") || text.ends_with("đổi dấu.")
            }
            _ => false,
        };
        ensure!(fits, "question {number}: {shown:?} was recorded as {response:?}");
    }
    Ok(())
}
