//! Load: a whole sitting of many headless candidates against a real server process over TLS, measured.
//!
//! Only the check-in is left out: a rehearsal's candidates are let in by a command. What is measured is what a candidate
//! sees (from sending to the acknowledgement, from the start to the open paper) and what the server spends.

mod account;
mod bare;
mod hall;
mod measure;
mod process;
mod seats;

pub use account::{Seen, lost};
pub use bare::Bare;
pub use hall::{LoadHall, read_journal};
pub use measure::{Latencies, Quantiles};
pub use process::{Machine, allow_descriptors};

use anyhow::{Result, ensure};
use seats::{Answering, Seats};
use serde::Serialize;
use std::time::{Duration, Instant};

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Candidates.
    pub candidates: usize,
    /// Mean time between two answers of a candidate; none: the next answer as soon as the last is acknowledged.
    pub think: Option<Duration>,
    /// How long they answer.
    pub answering: Duration,
    /// Whether to measure what the same file takes without a server.
    pub bare_sqlite: bool,
    /// The database for the server's role, empty and owned by `exam_owner`; none: a file, or, for several nodes, a PostgreSQL
    /// of this run, which is not durable.
    pub database: Option<String>,
    /// Server processes.
    pub nodes: usize,
}

/// What was measured. Times are milliseconds.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Candidates that took part.
    pub candidates: usize,
    /// Server processes that served them.
    pub nodes: usize,
    /// Answers that were sent.
    pub answers_sent: usize,
    /// Answers that the server acknowledged.
    pub answers_acknowledged: usize,
    /// Acknowledged answers that the export does not have.
    pub acknowledged_lost: usize,
    /// What went wrong on the way: broken lines, refusals, silence.
    pub errors: usize,
    /// From sending an answer to its acknowledgement.
    pub ack_ms: Quantiles,
    /// From the order to start to the open paper.
    pub start_ms: Quantiles,
    /// From the end of a broken line to the server's welcome, when all come back at once.
    pub reconnect_ms: Quantiles,
    /// From the signature to the checked receipt, when all hand in at once.
    pub hand_in_ms: Quantiles,
    /// Acknowledged answers by the seconds of answering.
    pub answers_per_second: f64,
    /// Processor time of the server for the whole run.
    pub server_cpu_seconds: f64,
    /// The same by step.
    pub server_cpu: Cpu,
    /// Most memory that the server held, in MiB.
    pub server_rss_mb: f64,
    /// What the same inserts take without a server; with `--bare-sqlite`.
    pub bare_sqlite: Option<Bare>,
    /// Where this was measured.
    pub machine: Machine,
}

/// Processor time of the server by step, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cpu {
    /// Claiming a seat, fetching the form and connecting, for each candidate.
    pub enter_ms_per_candidate: f64,
    /// For each acknowledged answer.
    pub answer_ms: f64,
    /// For each hand-in, up to the receipt.
    pub hand_in_ms: f64,
}

/// Runs a sitting and accounts for every acknowledged answer.
///
/// # Errors
/// When the installation can't be made or a step fails as a whole. What single candidates meet is counted in the report.
pub async fn run(options: Options) -> Result<Report> {
    ensure!(options.candidates > 0, "at least one candidate");
    allow_descriptors()?;
    let machine = Machine::here()?;
    ensure!(options.nodes > 0, "at least one node");
    let mut hall = LoadHall::open(&options).await?;
    let mut server = process::Server::of(hall.server_ids()?);

    let (mut seats, enter) = server.spend(Seats::enter(&hall)).await?;
    let start = seats.start(&hall).await?;
    let began = Instant::now();
    let think = Answering {
        think: options.think,
        until: began + options.answering,
    };
    let (acks, answering) = server.spend(seats.answer(think)).await?;
    let seconds = began.elapsed().as_secs_f64();
    let reconnect = seats.reconnect().await?;
    let (hand_ins, handing_in) = server.spend(seats.hand_in()).await?;
    server.look()?;

    let seen = account::seen(&seats);
    hall.stop().await?;
    let stored = hall.exported_journal()?;
    let bare = if options.bare_sqlite {
        Some(bare::measure(hall.folder(), &seen, hall.lines_of_a_commit()?).await?)
    } else {
        None
    };
    let per = |spent: f64, count: usize| measure::rounded(spent * 1000.0 / f64::from(measure::count(count)));
    Ok(Report {
        candidates: options.candidates,
        nodes: options.nodes,
        answers_sent: seats.sent(),
        answers_acknowledged: seen.len(),
        acknowledged_lost: lost(&seen, &stored),
        errors: seats.errors(),
        ack_ms: acks.quantiles(),
        start_ms: start.quantiles(),
        reconnect_ms: reconnect.quantiles(),
        hand_in_ms: hand_ins.quantiles(),
        answers_per_second: measure::rounded(f64::from(measure::count(seen.len())) / seconds),
        server_cpu_seconds: measure::rounded(server.cpu_seconds()),
        server_cpu: Cpu {
            enter_ms_per_candidate: per(enter, options.candidates),
            answer_ms: per(answering, seen.len()),
            hand_in_ms: per(handing_in, hand_ins.len()),
        },
        server_rss_mb: measure::rounded(server.most_memory_mb()),
        bare_sqlite: bare,
        machine,
    })
}
