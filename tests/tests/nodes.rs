//! Several server processes on one PostgreSQL: what one does reaches the seats of the others within a second, and a node may be
//! killed or added in mid-exam without the loss of an acknowledged answer.

use anyhow::{Context, Result, ensure};
use exam_protocol::answer::Response;
use exam_protocol::console::RoomAction;
use exam_protocol::record::SubmissionFile;
use exam_protocol::route;
use exam_protocol::seat::Phase;
use exam_protocol::time::Millis;
use exam_tests::candidate::Candidate;
use exam_tests::console::Console;
use exam_tests::crowd::Waiting;
use exam_tests::hall::{Hall, Node};
use std::collections::HashSet;
use std::time::{Duration, Instant};
use tokio::time::timeout;

const CANDIDATES: usize = 6;

/// How soon a change must have reached every node.
const SOON: Duration = Duration::from_secs(1);

/// Two nodes: everybody sits at the first, the proctor works at the second.
struct Province {
    waiting: Waiting,
    second: Node,
    console: Console,
    candidates: Vec<Candidate>,
}

impl Province {
    async fn open() -> Result<Self> {
        let waiting = Waiting::open_in(Hall::make_shared()?, CANDIDATES).await?;
        let proctor = waiting.hall.add_staff_without_factor("giamthi3", "Lê Văn Tám")?;
        let second = waiting.hall.add_node().await?;
        let console = Console::login(&second.door()?, &proctor).await?;
        let door = waiting.hall.door()?;
        let mut candidates = Vec::new();
        for ticket in &waiting.tickets {
            let mut candidate = Candidate::claim(&door, &ticket.ticket).await?;
            candidate.fetch_form().await?;
            candidate.connect().await?;
            candidates.push(candidate);
        }
        Ok(Self {
            waiting,
            second,
            console,
            candidates,
        })
    }

    /// Acts at the second node; when it was done.
    async fn act(&self, action: RoomAction, reason: &str) -> Result<Instant> {
        let room = self.waiting.sitting.rooms[0].id;
        self.console.act(room, action, reason).await?;
        Ok(Instant::now())
    }
}

/// Waits until the seat has heard of a change that was done at `done`.
async fn hears(
    candidate: &mut Candidate,
    done: Instant,
    mut it: impl FnMut(&Candidate) -> bool,
) -> Result<Duration> {
    let hearing = async {
        while !it(candidate) {
            candidate.step().await?;
        }
        anyhow::Ok(())
    };
    timeout(Duration::from_secs(10), hearing)
        .await
        .context("never heard of it")??;
    let took = done.elapsed();
    ensure!(took < SOON, "heard of it after {took:?}");
    Ok(took)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_at_one_node_reaches_the_seats_of_the_other_within_a_second() -> Result<()> {
    let mut province = Province::open().await?;
    let mut candidates = std::mem::take(&mut province.candidates);
    let mut slowest = Duration::ZERO;
    let done = province.act(RoomAction::Start, "").await?;
    for candidate in &mut candidates {
        slowest = slowest.max(hears(candidate, done, |c| c.paper().is_some()).await?);
    }
    let phase = |candidate: &Candidate| candidate.state().map(|state| state.phase);
    let done = province.act(RoomAction::Pause, "mất điện cả trường").await?;
    for candidate in &mut candidates {
        slowest = slowest.max(hears(candidate, done, |c| phase(c) == Some(Phase::Paused)).await?);
    }
    let done = province.act(RoomAction::Resume, "").await?;
    for candidate in &mut candidates {
        slowest = slowest.max(hears(candidate, done, |c| phase(c) == Some(Phase::Running)).await?);
    }
    let one = candidates[0].seat().attempt;
    let credit = RoomAction::AddTime {
        minutes: 5,
        attempt: Some(one),
    };
    let done = province.act(credit, "máy khởi động lại").await?;
    let given = |c: &Candidate| c.state().is_some_and(|state| state.credits == Millis::minutes(5));
    slowest = slowest.max(hears(&mut candidates[0], done, given).await?);

    // Another PC claims the seat at the second node: the first node's socket is told.
    let ticket = province.console.take_over(one, "máy 1 bị treo").await?;
    let mut moved = Candidate::claim(&province.second.door()?, &ticket.ticket).await?;
    let done = Instant::now();
    while !candidates[0].taken_over() {
        let _told = candidates[0].step().await;
        ensure!(done.elapsed() < SOON, "the old seat was not told");
    }
    moved.fetch_form().await?;
    moved.connect().await?;
    moved.wait_for_paper().await?;
    moved.answer(1, Response::Choice(2)).await?;
    moved.settle().await?;
    println!("slowest of all seats: {slowest:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_node_loses_nothing_and_an_added_one_takes_everybody() -> Result<()> {
    let mut province = Province::open().await?;
    let mut candidates = std::mem::take(&mut province.candidates);
    province.act(RoomAction::Start, "").await?;
    for candidate in &mut candidates {
        candidate.wait_for_paper().await?;
        for question in 1..=3 {
            candidate.answer(question, Response::Choice(1)).await?;
        }
    }
    for candidate in &mut candidates {
        candidate.settle().await?;
        // On its way when the node dies: acknowledged or not, it is not lost.
        candidate.answer(4, Response::Choice(0)).await?;
    }
    province.waiting.hall.kill()?;
    let second = province.second.door()?;
    for candidate in &mut candidates {
        candidate.move_to(&second);
        candidate.settle_through_outages().await?;
        candidate.answer(5, Response::Choice(3)).await?;
        candidate.settle().await?;
    }
    let third = province.waiting.hall.add_node().await?;
    let door = third.door()?;
    for candidate in &mut candidates {
        candidate.move_to(&door);
        candidate.settle_through_outages().await?;
        candidate.answer(2, Response::Choice(2)).await?;
        candidate.hand_in().await?;
        let path = route::with_id(route::ATTEMPT_SUBMISSION, candidate.seat().attempt);
        let file: SubmissionFile = serde_json::from_slice(&province.console.get(path).await?)?;
        let stored: HashSet<&[u8]> = file.journal.iter().map(|line| line.0.as_slice()).collect();
        ensure!(candidate.acknowledged().len() == 6, "six answers");
        for line in candidate.acknowledged() {
            ensure!(
                stored.contains(line.bytes.as_slice()),
                "line {} was acknowledged and is gone",
                line.sequence
            );
        }
    }
    third.kill()?;
    Ok(())
}
