//! "A failed save was later shown as synced" must not happen here: the server is killed with SIGKILL in the middle of
//! 200 candidates' answering, and afterwards every acknowledged answer must be in the export.

use anyhow::{Context, Result, ensure};
use exam_protocol::answer::Response;
use exam_protocol::record::SubmissionFile;
use exam_protocol::route;
use exam_tests::candidate::Candidate;
use exam_tests::console::Console;
use exam_tests::crowd::Crowd;
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::sleep;

const CANDIDATES: usize = 200;
const ANSWERS: usize = 40;
const KILLS: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_has_every_acknowledged_answer() -> Result<()> {
    let mut crowd = Crowd::seated(CANDIDATES).await?;
    let answering: Vec<_> = std::mem::take(&mut crowd.candidates)
        .into_iter()
        .map(|c| tokio::spawn(answer(c)))
        .collect();
    for _ in 0..KILLS {
        sleep(Duration::from_millis(1500)).await;
        crowd.hall.kill()?;
        sleep(Duration::from_millis(500)).await;
        crowd.hall.start().await?;
    }
    let (mut acknowledged, mut outages) = (0, 0);
    for task in answering {
        let (candidate, seen) = task.await??;
        outages += seen;
        acknowledged += Box::pin(account(&crowd.console, candidate)).await?;
    }
    println!("{acknowledged} acknowledged answers accounted for, {outages} lines broken by {KILLS} kills");
    ensure!(
        acknowledged == CANDIDATES * ANSWERS,
        "only {acknowledged} answers were acknowledged"
    );
    ensure!(
        outages >= CANDIDATES,
        "the kills did not hit the answering: {outages} broken lines"
    );
    Ok(())
}

/// Answers again and again, each answer only after the one before is saved, whatever happens to the line.
async fn answer(mut candidate: Candidate) -> Result<(Candidate, usize)> {
    let mut outages = 0;
    for turn in 0..ANSWERS {
        let question = u16::try_from(turn % 5 + 1)?;
        let choice = Response::Choice(u8::try_from(turn % 4)?);
        let sent = candidate.answer(question, choice).await;
        if sent.is_err() || candidate.settle().await.is_err() {
            outages += 1;
            candidate.settle_through_outages().await?;
        }
        sleep(Duration::from_millis(120)).await;
    }
    Ok((candidate, outages))
}

/// Hands in and compares what the server exports with what it acknowledged.
async fn account(console: &Console, mut candidate: Candidate) -> Result<usize> {
    candidate.settle_through_outages().await?;
    candidate.hand_in().await?;
    let path = route::with_id(route::ATTEMPT_SUBMISSION, candidate.seat().attempt);
    let file: SubmissionFile = serde_json::from_slice(&console.get(path).await?)?;
    let stored: HashSet<&[u8]> = file.journal.iter().map(|line| line.0.as_slice()).collect();
    for line in candidate.acknowledged() {
        let missing = || format!("line {} was acknowledged and is gone", line.sequence);
        stored.get(line.bytes.as_slice()).with_context(missing)?;
    }
    ensure!(
        stored.len() == candidate.acknowledged().len(),
        "the server has lines that were never sent"
    );
    Ok(candidate.acknowledged().len())
}
