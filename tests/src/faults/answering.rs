//! Candidates that answer through anything, and the pile of their acknowledgements.

use super::Options;
use crate::candidate::Candidate;
use crate::dice::Dice;
use crate::load::{LoadHall, Seen};
use anyhow::{Context, Result, ensure};
use exam_protocol::answer::Response;
use exam_protocol::console::RoomAction;
use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// How long a candidate tries to come back before the run is given up.
const PATIENCE: Duration = Duration::from_mins(2);

/// Seats that are claimed at once.
const ENTERING: usize = 16;

/// Every line that was acknowledged to anybody, in the order in which the candidates saw it.
#[derive(Clone, Debug, Default)]
pub struct Receipts(Arc<Mutex<Vec<Seen>>>);

impl Receipts {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// A copy of all, as they are at this instant.
    pub fn all(&self) -> Vec<Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until there are `more` than now.
    ///
    /// # Errors
    /// When that takes too long.
    pub async fn grow(&self, more: usize) -> Result<()> {
        let wanted = self.count() + more;
        let until = Instant::now() + PATIENCE;
        while self.count() < wanted {
            ensure!(Instant::now() < until, "no {more} answers were acknowledged");
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    fn note(&self, candidate: &Candidate, known: &mut usize) {
        let attempt = candidate.seat().attempt;
        let new = candidate.acknowledged().iter().skip(*known).map(|line| Seen {
            attempt,
            sequence: line.sequence,
            bytes: line.bytes.clone(),
        });
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(new);
        *known = candidate.acknowledged().len();
    }
}

/// A sitting whose candidates answer until they are told to stop.
pub struct Answering {
    receipts: Receipts,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<Result<()>>>,
}

impl Answering {
    /// Seats everybody, starts all rooms and lets everybody answer.
    ///
    /// # Errors
    /// When somebody can't get in.
    pub async fn begin(hall: &LoadHall, options: Options) -> Result<Self> {
        let mut seated = seat(hall).await?;
        let waiting = try_join_all(seated.iter_mut().map(Candidate::wait_for_paper));
        let (opened, started) = tokio::join!(waiting, hall.act(RoomAction::Start));
        started.and(opened.map(drop))?;
        let (stop, stopped) = watch::channel(false);
        let receipts = Receipts::default();
        let tasks = seated.into_iter().enumerate().map(|(index, candidate)| {
            let answerer = Answerer {
                candidate,
                receipts: receipts.clone(),
                stopped: stopped.clone(),
                dice: Dice::new(options.seed, format!("answers/{index}")),
                think: options.think,
            };
            tokio::spawn(answerer.run())
        });
        Ok(Self {
            tasks: tasks.collect(),
            receipts,
            stop,
        })
    }

    /// The acknowledgements.
    pub fn receipts(&self) -> &Receipts {
        &self.receipts
    }

    /// Waits until everybody has had an answer acknowledged, on average: the sitting is in full swing again.
    ///
    /// # Errors
    /// When that takes too long.
    pub async fn in_full_swing(&self) -> Result<()> {
        self.receipts.grow(self.tasks.len()).await
    }

    /// Tells everybody to stop and waits until everything written is acknowledged.
    ///
    /// # Errors
    /// When a candidate could not come back.
    pub async fn end(self) -> Result<Receipts> {
        self.stop.send_replace(true);
        for task in self.tasks {
            task.await.context("a candidate")??;
        }
        Ok(self.receipts)
    }
}

/// Claims all seats and connects, some at once.
async fn seat(hall: &LoadHall) -> Result<Vec<Candidate>> {
    let door = hall.door()?;
    let entering = stream::iter(hall.tickets()).map(async |ticket| {
        let mut candidate = Candidate::claim(&door, &ticket.ticket).await?;
        candidate.fetch_form().await?;
        candidate.connect().await?;
        anyhow::Ok(candidate)
    });
    entering.buffer_unordered(ENTERING).try_collect().await
}

struct Answerer {
    candidate: Candidate,
    receipts: Receipts,
    stopped: watch::Receiver<bool>,
    dice: Dice,
    think: Duration,
}

impl Answerer {
    async fn run(mut self) -> Result<()> {
        let mut known = 0;
        let mut turn = 0_u16;
        while !*self.stopped.borrow() {
            turn = turn.wrapping_add(1);
            let choice = Response::Choice(u8::try_from(self.dice.below(4))?);
            let sent = self.candidate.answer(turn % 5 + 1, choice).await;
            if sent.is_err() || self.candidate.settle().await.is_err() {
                self.come_back().await?;
            }
            self.receipts.note(&self.candidate, &mut known);
            sleep(self.think * (50 + self.dice.below(101)) / 100).await;
        }
        Ok(())
    }

    async fn come_back(&mut self) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        loop {
            self.candidate.drop_line();
            let back = async {
                self.candidate.connect().await?;
                self.candidate.settle().await
            };
            match back.await {
                Ok(()) => return Ok(()),
                Err(error) if Instant::now() > until => return Err(error.context("could not come back")),
                Err(_) => sleep(Duration::from_millis(100 + u64::from(self.dice.below(200)))).await,
            }
        }
    }
}
