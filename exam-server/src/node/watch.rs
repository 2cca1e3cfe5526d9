//! Hears what other processes changed, and tells the seats and boards of this one. PostgreSQL says it the moment it is
//! committed (`migrations/protect/postgresql.sql`); once a second the versions are read as well, so that a message that was
//! missed heals itself. With a file there is one process, which tells itself.

use super::store::{self, Versions};
use crate::app::App;
use crate::db::{self, Notices};
use crate::machine;
use exam_protocol::id::{AttemptId, RoomId};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

/// How often versions are read.
const LOOK: Duration = Duration::from_secs(1);

/// Before the line to the database is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// What another process changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Room(RoomId),
    Attempt(AttemptId),
    Machine,
}

/// Reads a message; none when it is of a version of the program that knows more.
fn read(payload: &str) -> Option<Change> {
    let (kind, id) = payload.split_once(' ')?;
    match kind {
        "room" => id.parse().ok().map(Change::Room),
        "attempt" => id.parse().ok().map(Change::Attempt),
        "machine" => Some(Change::Machine),
        _ => None,
    }
}

/// Listens and looks until it is dropped. Ends at once where one process has the database for itself.
pub async fn run(app: Arc<App>) {
    if !app.db.is_shared() {
        return;
    }
    tokio::join!(listen(&app), look(&app));
}

async fn listen(app: &App) {
    loop {
        match app.db.notices().await {
            Ok(notices) => hear(app, notices).await,
            Err(error) => tracing::warn!(%error, "no messages of other nodes"),
        }
        sleep(RETRY).await;
    }
}

async fn hear(app: &App, mut notices: Notices) {
    loop {
        match notices.next().await {
            Ok(payload) => {
                if let Some(change) = read(&payload) {
                    tell(app, change).await;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "messages of other nodes were cut off; versions are read meanwhile");
                return;
            }
        }
    }
}

async fn tell(app: &App, change: Change) {
    match change {
        Change::Room(room) => app.changes.touch(room),
        Change::Attempt(attempt) => app.presence.wake(attempt),
        Change::Machine => {
            if let Err(error) = machine::task::close_revoked(app).await {
                tracing::warn!(%error, "revoked machines could not be looked up; trying again");
            }
        }
    }
}

async fn look(app: &App) {
    let mut known = Versions::default();
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let began = Instant::now();
        match timeout(Duration::from_secs(20), store::versions(app.db.reader())).await {
            Ok(Ok(now)) => {
                for room in known.changed(&now) {
                    app.changes.touch(room);
                }
                known = now;
            }
            Ok(Err(error)) => tracing::warn!(%error, "versions could not be read; trying again"),
            Err(_) => tracing::warn!(waited = ?began.elapsed(), "the database does not answer"),
        }
        if let Err(error) = db::in_time(end_orphans(app)).await {
            tracing::warn!(%error, "check-ins of nodes that are gone could not be ended; trying again");
        }
    }
}

/// Check-ins whose process is gone will never be finished.
async fn end_orphans(app: &App) -> Result<(), sqlx::Error> {
    let cutoff = store::dead_before(app.clock.now());
    if !store::has_orphans(app.db.reader(), cutoff).await? {
        return Ok(());
    }
    let mut tx = app.db.write().await?;
    store::end_orphans(&mut tx, cutoff, app.clock.now()).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_and_unknown_ones_left_alone() {
        let room = RoomId::from_random([7; 16]);
        assert_eq!(read(&format!("room {room}")), Some(Change::Room(room)));
        assert_eq!(read("machine x"), Some(Change::Machine));
        for other in ["", "room", "room x", "weather fine"] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
