//! The candidates: all enter, wait, begin together, answer, lose the line together, hand in together.

use super::hall::LoadHall;
use super::measure::Latencies;
use crate::candidate::Candidate;
use crate::dice::Dice;
use anyhow::{Result, ensure};
use exam_protocol::answer::Response;
use exam_protocol::console::RoomAction;
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use std::time::{Duration, Instant};
use tokio::time::sleep_until;

/// Seats that are claimed at once: what desks of a province do, not a stampede.
const ENTERING: usize = 64;

/// Tries to come back before a candidate is counted as an error.
const TRIES: u32 = 20;

/// How candidates answer.
#[derive(Clone, Copy, Debug)]
pub struct Answering {
    /// Mean time between answers.
    pub think: Option<Duration>,
    /// When they stop.
    pub until: Instant,
}

/// All seats.
pub struct Seats {
    all: Vec<Seat>,
}

struct Seat {
    candidate: Candidate,
    dice: Dice,
    sent: usize,
    errors: usize,
}

impl Seats {
    /// Claims all seats, fetches the sealed forms and connects.
    pub async fn enter(hall: &LoadHall) -> Result<Self> {
        let doors = hall.doors()?;
        let entering = stream::iter(hall.tickets().iter().enumerate()).map(|(index, ticket)| {
            let door = doors[index % doors.len()].clone();
            async move {
                let mut candidate = Candidate::claim(&door, &ticket.ticket).await?;
                candidate.fetch_form().await?;
                candidate.connect().await?;
                anyhow::Ok(Seat {
                    candidate,
                    dice: Dice::new(index as u64, "load"),
                    sent: 0,
                    errors: 0,
                })
            }
        });
        let all: Vec<Result<Seat>> = entering.buffer_unordered(ENTERING).collect().await;
        let all = all.into_iter().collect::<Result<_>>()?;
        Ok(Self { all })
    }

    /// Starts all rooms while everybody waits; from the first order to each open paper.
    pub async fn start(&mut self, hall: &LoadHall) -> Result<Latencies> {
        let began = Instant::now();
        let waiting = self.each(async move |seat| {
            seat.candidate.wait_for_paper().await?;
            Ok(began.elapsed())
        });
        let (opened, started) = tokio::join!(waiting, hall.act(RoomAction::Start));
        started?;
        Ok(opened)
    }

    /// Answers until the time is over; from sending to the acknowledgement.
    pub async fn answer(&mut self, how: Answering) -> Result<Latencies> {
        let tasks = self.all.drain(..).map(|seat| tokio::spawn(answer(seat, how)));
        let (mut all, mut times) = (Vec::new(), Latencies::default());
        for task in join_all(tasks).await {
            let (seat, took) = task?;
            all.push(seat);
            times.extend(took);
        }
        self.all = all;
        Ok(times)
    }

    /// All lines break; everybody comes back at once.
    pub async fn reconnect(&mut self) -> Result<Latencies> {
        for seat in &mut self.all {
            seat.candidate.drop_line();
        }
        let began = Instant::now();
        let times = self.each(async move |seat| {
            come_back(&mut seat.candidate).await?;
            Ok(began.elapsed())
        });
        let times = times.await;
        ensure!(!times.is_empty(), "nobody came back");
        Ok(times)
    }

    /// Everybody hands in at once; from the signature to the checked receipt.
    pub async fn hand_in(&mut self) -> Result<Latencies> {
        let times = self.each(async |seat| {
            seat.candidate.settle().await?;
            let began = Instant::now();
            seat.candidate.hand_in().await?;
            Ok(began.elapsed())
        });
        let times = times.await;
        ensure!(!times.is_empty(), "nobody could hand in");
        Ok(times)
    }

    /// Answers that were sent.
    pub fn sent(&self) -> usize {
        self.all.iter().map(|seat| seat.sent).sum()
    }

    /// What went wrong.
    pub fn errors(&self) -> usize {
        self.all.iter().map(|seat| seat.errors).sum()
    }

    /// The candidates.
    pub fn candidates(&self) -> impl Iterator<Item = &Candidate> {
        self.all.iter().map(|seat| &seat.candidate)
    }

    /// Everybody does something at once. Who fails is counted.
    async fn each(&mut self, act: impl AsyncFn(&mut Seat) -> Result<Duration>) -> Latencies {
        let mut times = Latencies::default();
        let acts = self.all.iter_mut().map(|seat| async {
            let outcome = act(seat).await;
            outcome.map_err(|error| seat.complain(&error)).ok()
        });
        join_all(acts)
            .await
            .into_iter()
            .flatten()
            .for_each(|took| times.push(took));
        times
    }
}

impl Seat {
    fn complain(&mut self, error: &anyhow::Error) {
        self.errors += 1;
        eprintln!("seat {}: {error:#}", self.candidate.seat().attempt);
    }

    /// One answer, and how long it took to be acknowledged.
    async fn answer(&mut self) -> Result<Duration> {
        let question = u16::try_from(self.sent % 5 + 1)?;
        let choice = u8::try_from(self.dice.below(4))?;
        let began = Instant::now();
        self.sent += 1;
        self.candidate.answer(question, Response::Choice(choice)).await?;
        self.candidate.settle().await?;
        Ok(began.elapsed())
    }
}

async fn answer(mut seat: Seat, how: Answering) -> (Seat, Latencies) {
    let mut times = Latencies::default();
    let mut next = Instant::now() + pause(&mut seat.dice, how.think, 0);
    while next < how.until {
        sleep_until(next.into()).await;
        match seat.answer().await {
            Ok(took) => times.push(took),
            Err(error) => {
                seat.complain(&error);
                if let Err(error) = come_back(&mut seat.candidate).await {
                    seat.complain(&error);
                    return (seat, times);
                }
            }
        }
        next = Instant::now() + pause(&mut seat.dice, how.think, 50);
    }
    (seat, times)
}

/// Half to one and a half of the mean; before the first answer from nothing on, so that not all answer together.
fn pause(dice: &mut Dice, mean: Option<Duration>, least_percent: u32) -> Duration {
    let Some(mean) = mean else {
        return Duration::ZERO;
    };
    let percent = least_percent + dice.below(101);
    mean * percent / 100
}

/// Connects again, waiting longer each time, and sends what was not acknowledged.
async fn come_back(candidate: &mut Candidate) -> Result<()> {
    let mut tries = 0;
    loop {
        candidate.drop_line();
        let back = async {
            candidate.connect().await?;
            candidate.settle().await
        };
        match back.await {
            Ok(()) => return Ok(()),
            Err(error) if tries == TRIES => return Err(error),
            Err(_) => tries += 1,
        }
        tokio::time::sleep(Duration::from_millis(100) * tries).await;
    }
}
