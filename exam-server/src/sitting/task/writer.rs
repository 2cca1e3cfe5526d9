//! The one writer of the journal: collects what arrives within 2 ms (at most 1,000 lines), stores it in one transaction,
//! and only then says so. One sync of the disk serves hundreds of candidates.

use crate::clock::Clock;
use crate::db::{self, Db};
use crate::shell::metrics::Metrics;
use crate::sitting::store::journal::{self, Append, append_batch};
use exam_protocol::id::AttemptId;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

/// How long the writer waits for more before it commits.
const COLLECT: Duration = Duration::from_millis(2);

/// Most lines of one transaction.
const MOST_LINES: usize = 1_000;

/// So often a transaction that the database undid because of others is tried again.
const RETRIES: usize = 3;

/// Frames that may wait for the writer; beyond that their sockets wait, and through TCP the seats.
const QUEUE: usize = 4_096;

/// What became of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// On disk.
    Stored,
    /// The attempt is elsewhere by now: taken over, handed in, closed, or its journal ends at another line.
    Fenced,
    /// The disk refused; nothing was stored.
    Failed,
}

enum Message {
    Append(Order),
    Confirm(oneshot::Sender<Outcome>),
    Flush(oneshot::Sender<()>),
}

struct Order {
    append: Append,
    reply: oneshot::Sender<Outcome>,
}

/// What the writer has done since it started.
#[derive(Debug, Default)]
pub struct Written {
    lines: AtomicU64,
    commits: AtomicU64,
}

impl Written {
    /// Lines on disk.
    pub fn lines(&self) -> u64 {
        self.lines.load(Ordering::Relaxed)
    }

    /// Transactions that stored them, each with one sync of the disk.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    fn note(&self, lines: usize) {
        self.lines
            .fetch_add(u64::try_from(lines).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.commits.fetch_add(1, Ordering::Relaxed);
    }
}

/// The way to the writer.
#[derive(Clone, Debug)]
pub struct Writer {
    orders: mpsc::Sender<Message>,
    written: Arc<Written>,
    /// Whether what can be read may still be lost with one machine.
    shared: bool,
}

impl Writer {
    /// Starts the writer.
    pub fn start(db: Db, clock: Arc<Clock>, (node, metrics): (String, Arc<Metrics>)) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let written = Arc::new(Written::default());
        let shared = db.is_shared();
        let disk = Disk {
            db,
            clock,
            node,
            metrics,
            written: written.clone(),
        };
        tokio::spawn(run(disk, receiver));
        Self {
            orders: sender,
            written,
            shared,
        }
    }

    /// Frames that wait now.
    pub fn waiting(&self) -> usize {
        self.orders.max_capacity() - self.orders.capacity()
    }

    /// What the writer has done so far.
    pub fn written(&self) -> &Written {
        &self.written
    }

    /// Stores lines; returns when they are on disk or were refused.
    pub async fn append(&self, append: Append) -> Outcome {
        let (reply, outcome) = oneshot::channel();
        if self
            .orders
            .send(Message::Append(Order { append, reply }))
            .await
            .is_err()
        {
            return Outcome::Failed;
        }
        outcome.await.unwrap_or(Outcome::Failed)
    }

    /// Makes sure that what is in the database already is safe: on PostgreSQL a commit whose wait for the standby was cancelled
    /// is visible and yet on one machine only. A later commit that the standby confirms covers it. In a file what can be read
    /// is on disk.
    pub async fn confirm(&self) -> Outcome {
        if !self.shared {
            return Outcome::Stored;
        }
        let (reply, outcome) = oneshot::channel();
        if self.orders.send(Message::Confirm(reply)).await.is_err() {
            return Outcome::Failed;
        }
        outcome.await.unwrap_or(Outcome::Failed)
    }

    /// Returns when all that was handed over before is on disk or was refused.
    pub async fn flush(&self) {
        let (reply, flushed) = oneshot::channel();
        if self.orders.send(Message::Flush(reply)).await.is_ok() {
            // An error means that the writer has ended: nothing waits then.
            let _ended = flushed.await;
        }
    }
}

/// Where lines go.
struct Disk {
    db: Db,
    clock: Arc<Clock>,
    node: String,
    metrics: Arc<Metrics>,
    written: Arc<Written>,
}

/// What is stored with one commit.
#[derive(Default)]
struct Batch {
    orders: Vec<Order>,
    confirmations: Vec<oneshot::Sender<Outcome>>,
}

async fn run(disk: Disk, mut messages: mpsc::Receiver<Message>) {
    let mut held = None;
    loop {
        let next = match held.take() {
            Some(message) => Some(message),
            None => messages.recv().await,
        };
        match next {
            Some(Message::Flush(reply)) => {
                // Whoever asked may have given up.
                let _gone = reply.send(());
            }
            Some(first) => {
                let batch;
                (batch, held) = collect(first, &mut messages).await;
                commit(&disk, batch).await;
            }
            None => return,
        }
    }
}

/// Collects a batch in which no attempt stands twice; what would be the second, or is a flush, comes after the batch.
async fn collect(first: Message, messages: &mut mpsc::Receiver<Message>) -> (Batch, Option<Message>) {
    let until = Instant::now() + COLLECT;
    let mut attempts: HashSet<AttemptId> = HashSet::new();
    let mut batch = Batch::default();
    let (mut lines, mut next) = (0, first);
    loop {
        match next {
            Message::Append(order) if attempts.insert(order.append.attempt) => {
                lines += order.append.lines.len();
                batch.orders.push(order);
            }
            Message::Confirm(reply) => batch.confirmations.push(reply),
            other => return (batch, Some(other)),
        }
        if lines >= MOST_LINES || batch.confirmations.len() >= QUEUE {
            return (batch, None);
        }
        match timeout_at(until, messages.recv()).await {
            Ok(Some(message)) => next = message,
            Ok(None) | Err(_) => return (batch, None),
        }
    }
}

async fn commit(disk: &Disk, batch: Batch) {
    let (appends, replies): (Vec<Append>, Vec<oneshot::Sender<Outcome>>) = batch
        .orders
        .into_iter()
        .map(|order| (order.append, order.reply))
        .unzip();
    let barrier = !batch.confirmations.is_empty();
    let began = Instant::now();
    let stored = db::in_time(store_again(disk, &appends, barrier)).await;
    measure(disk, &appends, (&stored, began.elapsed()));
    let confirmed = if stored.is_ok() {
        Outcome::Stored
    } else {
        Outcome::Failed
    };
    let outcomes = stored.unwrap_or_else(|error| {
        tracing::error!(%error, frames = appends.len(), "answers not stored, none acknowledged");
        vec![Outcome::Failed; appends.len()]
    });
    let confirmed = batch.confirmations.into_iter().map(|reply| (reply, confirmed));
    for (reply, outcome) in replies.into_iter().zip(outcomes).chain(confirmed) {
        // A seat that has gone meanwhile asks again when it is back.
        let _gone = reply.send(outcome);
    }
}

fn measure(disk: &Disk, appends: &[Append], (stored, took): (&Result<Vec<Outcome>, sqlx::Error>, Duration)) {
    let metrics = &disk.metrics;
    metrics.commit_time.took(took);
    let Ok(outcomes) = stored else {
        return metrics.answers_failed.add(appends.len());
    };
    let taken = appends
        .iter()
        .zip(outcomes)
        .filter(|(_, outcome)| **outcome == Outcome::Stored);
    let (frames, lines) = taken.fold((0, 0), |(frames, lines), (append, _)| {
        (frames + 1, lines + append.lines.len())
    });
    metrics.answers_stored.add(lines);
    metrics.answers_fenced.add(appends.len() - frames);
    metrics.commit_lines.sized(lines);
}

/// Stores; once more, a few times, when the database undid it because of others at the same time.
async fn store_again(disk: &Disk, appends: &[Append], barrier: bool) -> Result<Vec<Outcome>, sqlx::Error> {
    for _ in 0..RETRIES {
        match store(disk, appends, barrier).await {
            Err(error) if db::is_worth_a_retry(&error) => tracing::warn!(%error, "answers are stored again"),
            done => return done,
        }
    }
    store(disk, appends, barrier).await
}

async fn store(disk: &Disk, appends: &[Append], barrier: bool) -> Result<Vec<Outcome>, sqlx::Error> {
    let mut tx = disk.db.write_answers().await?;
    let now = disk.clock.now();
    let taken = append_batch(&mut tx, appends, now).await?;
    if barrier {
        // Something must be written: a commit of nothing waits for no standby.
        journal::barrier(&mut tx, &disk.node, now).await?;
    }
    tx.commit().await?;
    let stored = appends.iter().zip(&taken).filter(|(_, taken)| **taken);
    disk.written
        .note(stored.map(|(append, _)| append.lines.len()).sum());
    Ok(taken
        .into_iter()
        .map(|taken| if taken { Outcome::Stored } else { Outcome::Fenced })
        .collect())
}
