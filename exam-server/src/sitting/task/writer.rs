//! The one writer of the journal: collects what arrives within 2 ms (at most 1,000 lines), stores it in one transaction,
//! and only then says so. One sync of the disk serves hundreds of candidates.

use crate::clock::Clock;
use crate::db::{self, Db};
use crate::sitting::store::journal::{Append, append_batch};
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
}

impl Writer {
    /// Starts the writer.
    pub fn start(db: Db, clock: Arc<Clock>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let written = Arc::new(Written::default());
        let disk = Disk {
            db,
            clock,
            written: written.clone(),
        };
        tokio::spawn(run(disk, receiver));
        Self {
            orders: sender,
            written,
        }
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
    written: Arc<Written>,
}

async fn run(disk: Disk, mut messages: mpsc::Receiver<Message>) {
    let mut held = None;
    loop {
        let next = match held.take() {
            Some(message) => Some(message),
            None => messages.recv().await,
        };
        match next {
            Some(Message::Append(first)) => {
                let batch;
                (batch, held) = collect(first, &mut messages).await;
                commit(&disk, batch).await;
            }
            Some(Message::Flush(reply)) => {
                // Whoever asked may have given up.
                let _gone = reply.send(());
            }
            None => return,
        }
    }
}

/// Collects a batch in which no attempt stands twice; what would be the second, or is a flush, comes after the batch.
async fn collect(first: Order, messages: &mut mpsc::Receiver<Message>) -> (Vec<Order>, Option<Message>) {
    let until = Instant::now() + COLLECT;
    let mut attempts: HashSet<AttemptId> = HashSet::from([first.append.attempt]);
    let mut lines = first.append.lines.len();
    let mut batch = vec![first];
    while lines < MOST_LINES {
        match timeout_at(until, messages.recv()).await {
            Ok(Some(Message::Append(order))) if attempts.insert(order.append.attempt) => {
                lines += order.append.lines.len();
                batch.push(order);
            }
            Ok(Some(message)) => return (batch, Some(message)),
            Ok(None) | Err(_) => break,
        }
    }
    (batch, None)
}

async fn commit(disk: &Disk, batch: Vec<Order>) {
    let (appends, replies): (Vec<Append>, Vec<oneshot::Sender<Outcome>>) =
        batch.into_iter().map(|order| (order.append, order.reply)).unzip();
    let outcomes = db::in_time(store(disk, &appends)).await.unwrap_or_else(|error| {
        tracing::error!(%error, frames = appends.len(), "answers not stored, none acknowledged");
        vec![Outcome::Failed; appends.len()]
    });
    for (reply, outcome) in replies.into_iter().zip(outcomes) {
        // A seat that has gone meanwhile asks again when it is back.
        let _gone = reply.send(outcome);
    }
}

async fn store(disk: &Disk, appends: &[Append]) -> Result<Vec<Outcome>, sqlx::Error> {
    let mut tx = disk.db.write_answers().await?;
    let taken = append_batch(&mut tx, appends, disk.clock.now()).await?;
    tx.commit().await?;
    let stored = appends.iter().zip(&taken).filter(|(_, taken)| **taken);
    disk.written
        .note(stored.map(|(append, _)| append.lines.len()).sum());
    Ok(taken
        .into_iter()
        .map(|taken| if taken { Outcome::Stored } else { Outcome::Fenced })
        .collect())
}
