//! May this process be given work? Asked by a load balancer at `/readyz`; and the measurements, on a listener of their own.

use crate::app::App;
use crate::door::{Answer, Anybody, Doors};
use anyhow::{Context, Result};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use exam_protocol::route;
use exam_protocol::time::{Millis, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::timeout;

/// A process that could not write for so long is not ready: it writes a sign of life every two seconds.
const STALLED: Millis = Millis::seconds(12);

/// The clocks of two nodes may differ by so much.
const SKEW: Millis = Millis::seconds(2);

/// Before this no clock is right: 1 January 2025.
const EARLIEST: Timestamp = Timestamp(1_735_689_600_000);

/// How long the database may take to answer the question.
const PATIENCE: Duration = Duration::from_secs(2);

/// What this process knows of itself.
#[derive(Debug)]
pub struct Vitals {
    written: AtomicI64,
}

impl Vitals {
    /// It has just written something.
    pub fn at(now: Timestamp) -> Self {
        Self {
            written: AtomicI64::new(now.0),
        }
    }

    /// A sign of life was committed.
    pub fn wrote(&self, now: Timestamp) {
        self.written.fetch_max(now.0, Ordering::Relaxed);
    }

    fn last_write(&self) -> Timestamp {
        Timestamp(self.written.load(Ordering::Relaxed))
    }
}

/// Why not.
fn complaints(
    now: Timestamp,
    last_write: Timestamp,
    (reachable, database): (bool, Option<Timestamp>),
) -> Vec<&'static str> {
    let mut complaints = Vec::new();
    if !reachable {
        complaints.push("database: no answer");
    }
    if now - last_write > STALLED {
        complaints.push("journal: nothing could be written");
    }
    if now < EARLIEST || database.is_some_and(|there| there - now > SKEW || now - there > SKEW) {
        complaints.push("clock: wrong, or not that of the database");
    }
    complaints
}

/// The door.
pub fn doors(doors: Doors) -> Doors {
    doors.get(
        route::READY,
        "Whether this node may be given work",
        ready,
        Answer::file("text/plain").or(StatusCode::SERVICE_UNAVAILABLE),
    )
}

/// `GET /readyz`.
async fn ready(_: Anybody, State(app): State<Arc<App>>) -> Response {
    let asked = timeout(PATIENCE, async {
        sqlx::query("select count(*) from node")
            .execute(app.db.reader())
            .await?;
        app.db.time().await
    });
    let database = asked.await;
    let reachable = matches!(database, Ok(Ok(_)));
    let there = database.ok().and_then(Result::ok).flatten();
    let complaints = complaints(app.clock.now(), app.vitals.last_write(), (reachable, there));
    if complaints.is_empty() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, complaints.join("\n") + "\n").into_response()
}

/// Serves the measurements, where the settings say where; without encryption, for a collector on the same machine or in the
/// network of the servers.
///
/// # Errors
/// When the address is taken.
pub async fn measurements(app: Arc<App>) -> Result<()> {
    let Some(address) = &app.config.http.metrics_listen else {
        return Ok(());
    };
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("http.metrics_listen = \"{address}\""))?;
    let router = Router::new().route("/metrics", get(measured)).with_state(app);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "measurements are not served");
        }
    });
    Ok(())
}

async fn measured(State(app): State<Arc<App>>) -> Response {
    app.metrics.queue.set(app.writer.waiting());
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, app.metrics.render()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_node_that_can_write_nothing_gets_no_work() {
        let trial = crate::trial::Trial::new().await;
        let (status, body) = trial.get("", route::READY).await;
        assert_eq!((status, body.as_slice()), (StatusCode::OK, b"ready\n".as_slice()));
        trial.app.clock.advance(Millis::seconds(60));
        let (status, body) = trial.get("", route::READY).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(String::from_utf8(body).unwrap().contains("journal"));
    }

    #[test]
    fn each_fault_is_named_and_none_is_invented() {
        let now = Timestamp(EARLIEST.0 + 1_000_000_000);
        let early = |millis: i64| Timestamp(now.0 - millis);
        assert!(complaints(now, now, (true, None)).is_empty());
        assert!(complaints(now, early(11_000), (true, Some(early(1_900)))).is_empty());
        assert_eq!(complaints(now, early(13_000), (false, None)).len(), 2);
        assert_eq!(complaints(now, now, (true, Some(early(3_000)))).len(), 1);
        let year_2000 = Timestamp(946_684_800_000);
        assert_eq!(complaints(year_2000, year_2000, (true, None)).len(), 1);
    }
}
