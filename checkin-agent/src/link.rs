//! The link to the exam server: joins, reconnects for ever, carries orders to the desk and messages back.
//!
//! It knows no card. When the line breaks, the reading under way is stopped and its messages are dropped: the server asks
//! again if it still wants the card.

pub mod tls;
pub mod socket;

use crate::config::Settings;
use crate::desk::DeskThread;
use crate::job::{access_keys, job};
use exam_protocol::frame::{self, FrameError, MAX_STATION_FRAME};
use exam_protocol::station::{ReadFailure, StationCommand, StationMessage};
use futures_util::{SinkExt, StreamExt};
use rand::RngExt;
use socket::{LinkError, Socket};
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_tungstenite::tungstenite::Message;

/// Time between two signs of life.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// A server that is silent for longer is gone.
const SILENCE: Duration = Duration::from_secs(20);

/// Wait after the first lost connection, and the longest wait.
const RECONNECT: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// Longest time a card is waited for, whatever the server says.
const LONGEST_WAIT_FOR_CARD: Duration = Duration::from_mins(10);

/// One station's link.
pub struct Link<'l> {
    /// Its settings.
    pub settings: &'l Settings,
    /// The thread that reads cards.
    pub desk: &'l DeskThread,
    /// What that thread has to say.
    pub messages: Receiver<StationMessage>,
}

impl Link<'_> {
    /// Stays joined until the future is dropped; reconnects for ever.
    ///
    /// # Errors
    /// Only what no waiting mends: settings, certificate or key that cannot be used.
    pub async fn run(mut self) -> Result<(), LinkError> {
        let tls = tls::client_config(self.settings)?;
        let mut failures = 0_u32;
        loop {
            let joined = match socket::connect(self.settings, &tls).await {
                Ok(socket) => self.serve(socket).await,
                Err(error) => (false, error),
            };
            failures = if joined.0 { 0 } else { failures.saturating_add(1) };
            self.desk.cancel_all();
            let pause = pause(failures);
            tracing::warn!(
                reason = %joined.1,
                milliseconds = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                "mất kết nối máy chủ, sẽ nối lại / not connected, will try again"
            );
            self.wait(pause).await;
        }
    }

    /// Waits, and drops what the desk says meanwhile, so that it never blocks.
    async fn wait(&mut self, pause: Duration) {
        let end = Instant::now() + pause;
        while tokio::time::timeout_at(end, self.messages.recv())
            .await
            .is_ok_and(|message| message.is_some())
        {}
        sleep(end.saturating_duration_since(Instant::now())).await;
    }

    /// Talks until the line breaks: whether the station had joined, and why it ended.
    async fn serve(&mut self, mut socket: Socket) -> (bool, LinkError) {
        let mut joined = false;
        let error = match self.hello(&mut socket).await {
            Ok(()) => self.converse(&mut socket, &mut joined).await,
            Err(error) => error,
        };
        (joined, error)
    }

    async fn hello(&self, socket: &mut Socket) -> Result<(), LinkError> {
        let agent = env!("CARGO_PKG_VERSION").to_owned();
        send(
            socket,
            &StationMessage::Hello {
                agent,
                readers: self.desk.readers(),
            },
        )
        .await
    }

    async fn converse(&mut self, socket: &mut Socket, joined: &mut bool) -> LinkError {
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last_heard = Instant::now();
        loop {
            let step = tokio::select! {
                frame = socket.next() => {
                    last_heard = Instant::now();
                    match command(frame) {
                        Ok(Some(command)) => {
                            *joined |= matches!(command, StationCommand::Joined { .. });
                            self.obey(socket, command).await
                        }
                        Ok(None) => Ok(()),
                        Err(error) => Err(error),
                    }
                }
                message = self.messages.recv() => match message {
                    Some(message) => send(socket, &message).await,
                    None => Err(LinkError::DeskGone),
                },
                _ = heartbeat.tick() => {
                    if last_heard.elapsed() > SILENCE { Err(LinkError::Silent) }
                    else { send(socket, &StationMessage::Heartbeat).await }
                }
            };
            if let Err(error) = step {
                return error;
            }
        }
    }

    async fn obey(&self, socket: &mut Socket, command: StationCommand) -> Result<(), LinkError> {
        match command {
            StationCommand::Joined { station } => tracing::info!(station, "đã vào ca trực / joined"),
            StationCommand::Alive => {}
            StationCommand::Challenge { checkin, challenge } => self.desk.challenge(checkin, challenge.0),
            StationCommand::ChipAuthentication { checkin, relay } => self.desk.relay(checkin, relay),
            StationCommand::Cancel { checkin } => self.desk.cancel(checkin),
            StationCommand::Read {
                checkin,
                citizen_number,
                basic_access,
                wait_for_card,
            } => {
                let wait = Duration::from_millis(wait_for_card.into()).min(LONGEST_WAIT_FOR_CARD);
                let (job, remote) = job(checkin, access_keys(&citizen_number, &basic_access), wait);
                if let Err(failure) = self.desk.read(job, remote) {
                    return send(socket, &StationMessage::Failed { checkin, failure }).await;
                }
            }
        }
        Ok(())
    }
}

/// A command out of a frame; nothing for frames that only keep the line alive.
fn command(frame: Option<Result<Message, socket::Failure>>) -> Result<Option<StationCommand>, LinkError> {
    match frame {
        Some(Ok(Message::Binary(bytes))) => match frame::decode(&bytes) {
            Ok(command) => Ok(Some(command)),
            Err(FrameError::Version(version)) => Err(LinkError::Version(version)),
            Err(FrameError::Empty | FrameError::Malformed) => Err(LinkError::Malformed),
        },
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Close(Some(close)))) => Err(LinkError::Closed(close.reason.to_string())),
        Some(Ok(Message::Text(_) | Message::Frame(_))) => Err(LinkError::Malformed),
        Some(Ok(Message::Close(None))) | None => Err(LinkError::Closed(String::new())),
        Some(Err(error)) => Err(LinkError::Socket(Box::new(error))),
    }
}

async fn send(socket: &mut Socket, message: &StationMessage) -> Result<(), LinkError> {
    let mut bytes = frame::encode(message);
    if let (true, StationMessage::Evidence { checkin, .. }) = (bytes.len() > MAX_STATION_FRAME, message) {
        let failure = ReadFailure::ProtocolError;
        bytes = frame::encode(&StationMessage::Failed {
            checkin: *checkin,
            failure,
        });
    }
    let sending = tokio::time::timeout(SILENCE, socket.send(Message::Binary(bytes.into())));
    sending
        .await
        .map_err(|_| LinkError::Silent)?
        .map_err(|error| LinkError::Socket(Box::new(error)))
}

/// Doubling, and spread by half of it either way, so that all desks of a house do not come back in one moment.
fn pause(failures: u32) -> Duration {
    let pause = RECONNECT.0.saturating_mul(1 << failures.min(8)).min(RECONNECT.1);
    pause.mul_f64(rand::rng().random_range(0.5..1.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_spread() {
        for (failures, least, most) in [(0, 250, 750), (3, 2_000, 6_000), (100, 15_000, 45_000)] {
            let pauses: Vec<_> = (0..50).map(|_| pause(failures)).collect();
            let range = Duration::from_millis(least)..=Duration::from_millis(most);
            assert!(pauses.iter().all(|pause| range.contains(pause)));
            assert!(pauses.iter().any(|pause| *pause != pauses[0]));
        }
    }

    #[test]
    fn only_frames_of_the_protocol_are_obeyed() {
        let binary = |bytes: Vec<u8>| command(Some(Ok(Message::Binary(bytes.into()))));
        assert!(matches!(
            binary(frame::encode(&StationCommand::Alive)),
            Ok(Some(StationCommand::Alive))
        ));
        assert!(matches!(binary(vec![99, 1]), Err(LinkError::Version(99))));
        assert!(matches!(
            binary(vec![frame::WIRE_VERSION, 200]),
            Err(LinkError::Malformed)
        ));
        assert!(matches!(
            command(Some(Ok(Message::Text("{}".into())))),
            Err(LinkError::Malformed)
        ));
        assert!(matches!(
            command(Some(Ok(Message::Ping(Vec::new().into())))),
            Ok(None)
        ));
        assert!(matches!(command(None), Err(LinkError::Closed(_))));
    }
}
