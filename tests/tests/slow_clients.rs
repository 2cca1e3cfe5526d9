//! Slow and silent clients cost only themselves: their connections are closed, and everybody else is served meanwhile.

use anyhow::{Context, Result, ensure};
use exam_protocol::route;
use exam_tests::hall::Hall;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// By when the server has closed them: 15 s for the head of a request, 20 s for the whole.
const CLOSED_BY: Duration = Duration::from_secs(40);

/// What they send, and then nothing more.
const BEGINNINGS: [&str; 4] = [
    "",
    "P",
    "GET / HTTP/1.1\r\nHost: localhost\r\n",
    "POST /api/seat/claim HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{",
];

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_are_closed_and_others_are_served() -> Result<()> {
    let mut hall = Hall::make()?;
    hall.start().await?;
    let door = hall.door()?;
    let mut waiting = Vec::new();
    for beginning in BEGINNINGS {
        let mut stream = door.raw().await?;
        stream.write_all(beginning.as_bytes()).await?;
        stream.flush().await?;
        waiting.push(tokio::spawn(async move {
            let mut answer = Vec::new();
            // Closed with or without an answer: both end the reading.
            timeout(CLOSED_BY, stream.read_to_end(&mut answer))
                .await
                .map(drop)
                .with_context(|| format!("{beginning:?} stays open"))
        }));
    }
    let health = door.http().get(door.url(route::HEALTH)).send().await?;
    ensure!(
        health.status().is_success(),
        "the others are not served: {}",
        health.status()
    );
    for closed in waiting {
        closed.await??;
    }
    hall.stop().await
}
