//! Ends rooms by themselves once time and grace of everybody in them are over.

use crate::app::App;
use crate::audit::{
    self,
    chain::{Act, Actor},
};
use crate::sitting::store;
use exam_protocol::id::RoomId;
use exam_protocol::time::Millis;
use std::sync::Arc;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(1);

/// Looks once a second; ends with the server.
pub async fn run(app: Arc<App>) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(error) = end_what_is_over(&app).await {
            tracing::error!(%error, "rooms whose time is over could not be ended; trying again");
        }
    }
}

/// Ends every room that is over now.
///
/// # Errors
/// Whatever the database says.
pub async fn end_what_is_over(app: &App) -> Result<(), sqlx::Error> {
    let grace = app.config.exam.grace();
    for (room, longest) in store::running_rooms(app.db.reader()).await? {
        if room.is_over(longest, grace, app.clock.now()) {
            end(app, room.id, longest, grace).await?;
        }
    }
    Ok(())
}

async fn end(app: &App, id: RoomId, longest: Millis, grace: Millis) -> Result<(), sqlx::Error> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let Some(room) = store::load_room(&mut *tx, id).await? else {
        return Ok(());
    };
    // Somebody may have given time since the look; the next look sees it.
    if !room.is_over(longest, grace, now) {
        return Ok(());
    }
    let Ok(room) = room.end(now) else { return Ok(()) };
    store::save_room(&mut tx, &room).await?;
    let object = format!("room:{id}");
    let became = r#"{"cause":"time-over"}"#;
    audit::store::append(
        &mut tx,
        &Act {
            at: now,
            actor: &Actor::server(),
            act: "room.end",
            object: &object,
            was: "",
            became,
            reason: "",
        },
    )
    .await?;
    tx.commit().await?;
    app.changes.touch(id);
    tracing::info!(room = %id, "room ended: time is over");
    Ok(())
}
