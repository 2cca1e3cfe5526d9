//! The socket of a check-in station: frames in, frames out, one job at a time, everything bounded.
//!
//! A station that sends rubbish, stays silent or does not take commands loses its connection and nothing else.

use super::reading::{Reading, Refusal};
use crate::app::App;
use crate::checkin::access::Station;
use crate::checkin::stations::Joined;
use crate::machine;
use crate::machine::sighting::Connection;
use crate::shell::extract::Upgrade;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use axum::response::Response;
use exam_protocol::frame::{self, FrameError, MAX_STATION_FRAME};
use exam_protocol::station::{StationCommand, StationMessage};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, interval, timeout};

/// The first frame has to come within this time.
const HELLO_TIME: Duration = Duration::from_secs(10);
/// A station that is silent for longer is gone; it beats every 10 s.
const SILENCE: Duration = Duration::from_secs(30);
/// A frame that can't be sent in this time means that nobody is there.
const SEND_TIME: Duration = Duration::from_secs(10);
/// How often overdue readings are looked for.
const TICK: Duration = Duration::from_secs(1);
/// So many refused messages end a connection.
const MOST_REFUSALS: u32 = 16;
const BUFFER: usize = 4 * 1024;

/// Why a connection ends; the text goes to the station in the closing frame.
type Farewell = (u16, &'static str);

const GONE: Farewell = (close_code::NORMAL, "");
const REPLACED: Farewell = (close_code::POLICY, "the same station has joined again");
const MALFORMED: Farewell = (close_code::PROTOCOL, "not a message of this protocol");
const OTHER_VERSION: Farewell = (close_code::PROTOCOL, "another wire version: update checkin-agent");
const SILENT: Farewell = (close_code::POLICY, "no sign of life");
const REVOKED: Farewell = (close_code::POLICY, "this machine's certificate was revoked");
const STOPPING: Farewell = (close_code::RESTART, "the server stops");
const TOO_MANY_REFUSALS: Farewell = (close_code::POLICY, "too many refused messages");

/// `GET` with upgrade: a station joins.
pub async fn live(station: Station, State(app): State<Arc<App>>, Upgrade(upgrade): Upgrade) -> Response {
    upgrade
        .max_message_size(MAX_STATION_FRAME)
        .max_frame_size(MAX_STATION_FRAME)
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_STATION_FRAME)
        .on_upgrade(move |socket| serve(app, station, socket))
}

async fn serve(app: Arc<App>, station: Station, mut socket: WebSocket) {
    // Connected first, then looked at again: a revocation in between is seen.
    let connection = app.machines.connect(station.machine(), station.address);
    let (code, reason) = match welcome(&app, &station, &mut socket).await {
        Ok(readers) => {
            let named = (station.name.as_str(), station.site);
            let joined = app.stations.join(station.id, named, readers);
            let farewell = session(&app, &station, &mut socket, (joined, connection)).await;
            app.changes.progress_everywhere();
            farewell
        }
        Err(farewell) => farewell,
    };
    tracing::info!(station = %station.id, reason, "station left");
    let close = Message::Close(Some(CloseFrame {
        code,
        reason: reason.into(),
    }));
    let _gone_already = timeout(SEND_TIME, socket.send(close)).await;
}

async fn welcome(app: &App, station: &Station, socket: &mut WebSocket) -> Result<Vec<String>, Farewell> {
    let readers = greet(socket).await?;
    match machine::access::is_revoked(app, station.machine()).await {
        Ok(false) => Ok(readers),
        Ok(true) => Err(REVOKED),
        Err(error) => {
            tracing::error!(%error, station = %station.id, "registration can't be read");
            Err(GONE)
        }
    }
}

async fn greet(socket: &mut WebSocket) -> Result<Vec<String>, Farewell> {
    let first = timeout(HELLO_TIME, next(socket)).await.map_err(|_| SILENT)??;
    match first {
        Some(StationMessage::Hello { readers, .. }) => Ok(readers),
        _ => Err(MALFORMED),
    }
}

async fn session(
    app: &App,
    station: &Station,
    socket: &mut WebSocket,
    (joined, connection): (Joined, Connection),
) -> Farewell {
    let reading = Reading {
        app,
        station,
        connection: joined.connection,
    };
    if let Some(job) = joined.interrupted {
        reading.abandon(job).await;
    }
    tracing::info!(station = %station.id, "station joined");
    app.changes.progress_everywhere();
    let farewell = converse(&reading, socket, joined, connection.revoked.clone()).await;
    if let Some(job) = app.stations.leave(station.id, reading.connection) {
        reading.abandon(job).await;
    }
    farewell
}

async fn converse(
    reading: &Reading<'_>,
    socket: &mut WebSocket,
    mut joined: Joined,
    mut revoked: watch::Receiver<u64>,
) -> Farewell {
    if let Err(farewell) = send(
        socket,
        StationCommand::Joined {
            station: reading.station.name.clone(),
        },
    )
    .await
    {
        return farewell;
    }
    let mut tick = interval(TICK);
    let mut stopping = reading.app.stopping.subscribe();
    let mut last_heard = Instant::now();
    let mut refusals = 0;
    loop {
        let step = tokio::select! {
            command = joined.commands.recv() => match command {
                Some(command) => send(socket, command).await,
                None => return REPLACED,
            },
            message = next(socket) => {
                last_heard = Instant::now();
                reading.alive().await;
                match message {
                    Ok(Some(message)) => answer(reading, socket, message, &mut refusals).await,
                    Ok(None) => return GONE,
                    Err(farewell) => Err(farewell),
                }
            }
            _ = revoked.changed() => return REVOKED,
            () = stopped(&mut stopping) => return STOPPING,
            _ = tick.tick() => {
                reading.give_up_overdue().await;
                if last_heard.elapsed() > SILENCE { Err(SILENT) } else { Ok(()) }
            }
        };
        if let Err(farewell) = step {
            return farewell;
        }
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // The channel lives as long as the server.
    let _stop = stopping.wait_for(|stop| *stop).await;
}

async fn answer(
    reading: &Reading<'_>,
    socket: &mut WebSocket,
    message: StationMessage,
    refusals: &mut u32,
) -> Result<(), Farewell> {
    let result = match message {
        StationMessage::Hello { readers, .. } | StationMessage::Readers(readers) => {
            reading.readers(readers);
            return Ok(());
        }
        StationMessage::Heartbeat => return send(socket, StationCommand::Alive).await,
        StationMessage::Progress { checkin, step } => {
            reading.progress(checkin, step);
            return Ok(());
        }
        StationMessage::ChallengeWanted { checkin } => match reading.challenge(checkin).await {
            Ok(challenge) => return send(socket, StationCommand::Challenge { checkin, challenge }).await,
            Err(refusal) => Err((checkin, refusal)),
        },
        StationMessage::Evidence { checkin, evidence } => reading
            .evidence(checkin, *evidence)
            .await
            .map_err(|refusal| (checkin, refusal)),
        StationMessage::ChipAuthenticationWanted { checkin, dg14 } => {
            match reading.offer(checkin, dg14).await {
                Ok(relay) => {
                    return send(socket, StationCommand::ChipAuthentication { checkin, relay }).await;
                }
                Err(refusal) => Err((checkin, refusal)),
            }
        }
        StationMessage::ChipAuthenticationAnswer { checkin, response } => reading
            .answered(checkin, response)
            .await
            .map_err(|refusal| (checkin, refusal)),
        StationMessage::Failed { checkin, failure } => reading
            .failed(checkin, failure)
            .await
            .map_err(|refusal| (checkin, refusal)),
    };
    let Err((checkin, refusal)) = result else {
        return Ok(());
    };
    *refusals += 1;
    if *refusals > MOST_REFUSALS {
        return Err(TOO_MANY_REFUSALS);
    }
    match refusal {
        Refusal::Fault(cause) => {
            tracing::error!(station = %reading.station.id, %checkin, cause, "station's message not handled");
        }
        Refusal::Recorded(why) => {
            tracing::warn!(station = %reading.station.id, %checkin, why, "station's message refused");
        }
    }
    send(socket, StationCommand::Cancel { checkin }).await
}

/// The next message; `None` when the station has closed the connection.
async fn next(socket: &mut WebSocket) -> Result<Option<StationMessage>, Farewell> {
    loop {
        match socket.recv().await {
            Some(Ok(Message::Binary(bytes))) => {
                return match frame::decode(&bytes) {
                    Ok(message) => Ok(Some(message)),
                    Err(FrameError::Version(_)) => Err(OTHER_VERSION),
                    Err(_) => Err(MALFORMED),
                };
            }
            Some(Ok(Message::Text(_))) => return Err(MALFORMED),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
        }
    }
}

async fn send(socket: &mut WebSocket, command: StationCommand) -> Result<(), Farewell> {
    let frame = Message::Binary(frame::encode(&command).into());
    match timeout(SEND_TIME, socket.send(frame)).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(GONE),
    }
}
