//! A proctor without a browser: the console's requests, as the page makes them.

use crate::authenticator::Authenticator;
use crate::door::{Door, Socket, accepted};
use anyhow::{Context, Result, bail};
use exam_protocol::checkin::AdmissionRule;
use exam_protocol::console::{
    AdmitRequest, Board, CheckinStatus, CheckinView, Judged, LoginRequest, ManualAdmitRequest, RoomAction,
    RoomActionRequest, RoomSummary, StartCheckin, TakeOverRequest, TicketView,
};
use exam_protocol::id::{AttemptId, CheckinId, RoomId, StationId};
use exam_protocol::route;
use exam_protocol::staff::{LiveToken, LoginStep, SecondFactor};
use reqwest::{Method, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long a reading may take before a test gives up.
const READING_TIME: Duration = Duration::from_mins(1);

/// What a member of staff logs in with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Login name.
    pub name: String,
    /// Password.
    pub password: String,
    /// The second factor; none where the installation asks for none.
    pub factor: Option<Arc<Authenticator>>,
}

impl Credentials {
    /// The first step of a login.
    pub fn request(&self) -> LoginRequest {
        LoginRequest {
            name: self.name.clone(),
            password: self.password.clone(),
            code: None,
        }
    }

    /// What a second official types: all in one step.
    ///
    /// # Errors
    /// When the machine's clock is wrong.
    pub async fn confirmation(&self) -> Result<LoginRequest> {
        let code = match &self.factor {
            Some(factor) => Some(match factor.show().await? {
                SecondFactor::Totp { code } | SecondFactor::RecoveryCode { code } => code,
                SecondFactor::Passkey { .. } => bail!("a passkey confirms nothing in one step"),
            }),
            None => None,
        };
        Ok(LoginRequest {
            code,
            ..self.request()
        })
    }
}

fn session_cookie(response: &Response) -> Option<String> {
    let set = response.headers().get_all("set-cookie").iter();
    let mut set = set.filter_map(|value| value.to_str().ok()?.split(';').next());
    set.find(|cookie| cookie.starts_with("__Host-session="))
        .map(str::to_owned)
}

/// A proctor who is logged in.
#[derive(Clone, Debug)]
pub struct Console {
    door: Door,
    cookie: String,
}

impl Console {
    /// Logs in.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn login(door: &Door, credentials: &Credentials) -> Result<Self> {
        let mut console = Self::nobody(door);
        let step = console.step(route::LOGIN, &credentials.request()).await?;
        if let LoginStep::SecondFactor { .. } = step {
            let factor = credentials.factor.as_ref().context("a second factor is wanted")?;
            let step = console.step(route::SECOND_FACTOR, &factor.show().await?).await?;
            if !matches!(step, LoginStep::Done { .. }) {
                bail!("the login is not done after two steps");
            }
        }
        Ok(console)
    }

    /// A console at which nobody is logged in.
    pub fn nobody(door: &Door) -> Self {
        Self {
            door: door.clone(),
            cookie: String::new(),
        }
    }

    /// One step of a login; keeps the session cookie that it gives.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn step(&mut self, path: &str, body: &impl Serialize) -> Result<LoginStep> {
        let request = self
            .door
            .http()
            .post(self.door.url(path))
            .header("cookie", &self.cookie)
            .json(body);
        let response = request.send().await?;
        let session = session_cookie(&response);
        let step = serde_json::from_slice(&accepted(response).await?)?;
        self.cookie = session.context("a step without a session cookie")?;
        Ok(step)
    }

    /// A token for one live socket.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn live_token(&self) -> Result<String> {
        let token: LiveToken = self.post_json(route::LIVE_TOKEN.to_owned(), &()).await?;
        Ok(token.token)
    }

    /// Opens the live feed of a room, as the page does.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn live(&self, room: RoomId) -> Result<Socket> {
        let token = self.live_token().await?;
        self.live_with(room, &token).await
    }

    /// Opens the live feed of a room with a given token.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn live_with(&self, room: RoomId, token: &str) -> Result<Socket> {
        let headers = [
            ("cookie", self.cookie.clone()),
            (
                "sec-websocket-protocol",
                format!("{}, token.{token}", route::LIVE_PROTOCOL),
            ),
        ];
        let path = route::with_id(route::ROOM_LIVE, room);
        self.door.socket_with(&path, &headers).await
    }

    /// `GET` of anything that is JSON.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn look<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.get_json(path.to_owned()).await
    }

    /// `POST` of anything that answers in JSON.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn ask<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T> {
        self.post_json(path.to_owned(), body).await
    }

    /// Any request with a JSON body, or without one; a session cookie that it gives is kept. The answer's body.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<Vec<u8>> {
        let request = self
            .door
            .http()
            .request(method, self.door.url(path))
            .header("cookie", &self.cookie);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let response = request.send().await?;
        if let Some(cookie) = session_cookie(&response) {
            self.cookie = cookie;
        }
        accepted(response).await
    }

    /// The session cookie, `name=value`.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Rooms that are open to this proctor.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn rooms(&self) -> Result<Vec<RoomSummary>> {
        self.get_json(route::ROOMS.to_owned()).await
    }

    /// The room's board.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn board(&self, room: RoomId) -> Result<Board> {
        self.get_json(route::with_id(route::ROOM_BOARD, room)).await
    }

    /// Does something to the room.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn act(&self, room: RoomId, action: RoomAction, reason: &str) -> Result<Board> {
        let request = RoomActionRequest {
            action,
            reason: reason.to_owned(),
        };
        self.post_json(route::with_id(route::ROOM_ACTION, room), &request)
            .await
    }

    /// Starts a check-in with what the scanner typed.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn start_checkin(
        &self,
        room: RoomId,
        station: StationId,
        scanned: &str,
    ) -> Result<CheckinView> {
        let request = StartCheckin {
            station,
            scanned: scanned.to_owned(),
        };
        self.post_json(route::with_id(route::ROOM_CHECKINS, room), &request)
            .await
    }

    /// Where a check-in stands.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn checkin(&self, id: CheckinId) -> Result<CheckinView> {
        self.get_json(route::with_id(route::CHECKIN, id)).await
    }

    /// Waits until the server has judged the card.
    ///
    /// # Errors
    /// When the reading failed or takes too long.
    pub async fn judged(&self, id: CheckinId) -> Result<Judged> {
        match self.finished(id).await?.status {
            CheckinStatus::Judged(judged) => Ok(judged),
            other => bail!("the check-in ended as {other:?}"),
        }
    }

    /// Waits until the check-in is no longer being read.
    ///
    /// # Errors
    /// When it takes too long.
    pub async fn finished(&self, id: CheckinId) -> Result<CheckinView> {
        let begin = Instant::now();
        while begin.elapsed() < READING_TIME {
            let view = self.checkin(id).await?;
            if !matches!(view.status, CheckinStatus::Reading(_)) {
                return Ok(view);
            }
            sleep(Duration::from_millis(50)).await;
        }
        bail!("the card was not read within {READING_TIME:?}")
    }

    /// Lets the candidate in after a look at the face.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn admit(&self, id: CheckinId, request: &AdmitRequest) -> Result<TicketView> {
        self.post_json(route::with_id(route::CHECKIN_ADMIT, id), request)
            .await
    }

    /// A whole check-in of an honest card: read, judge, look, admit.
    ///
    /// # Errors
    /// When the card is not one that a single proctor may admit.
    pub async fn check_in(&self, room: RoomId, station: StationId, scanned: &str) -> Result<TicketView> {
        let view = self.start_checkin(room, station, scanned).await?;
        let judged = self.judged(view.id).await?;
        if judged.rule != AdmissionRule::Proctor {
            bail!(
                "the card's rule is {:?}: {:?} {:?}",
                judged.rule,
                judged.verdicts,
                judged.remarks
            );
        }
        let portrait = self.portrait(view.id).await?;
        if !portrait.starts_with(&[0xff, 0xd8]) {
            bail!("the portrait is no JPEG");
        }
        self.admit(
            view.id,
            &AdmitRequest {
                face_confirmed: true,
                second: None,
                reason: String::new(),
            },
        )
        .await
    }

    /// The chip's portrait.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn portrait(&self, id: CheckinId) -> Result<Vec<u8>> {
        self.get(route::with_id(route::CHECKIN_PORTRAIT, id)).await
    }

    /// Lets a candidate in without a card.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn admit_manually(
        &self,
        attempt: AttemptId,
        second: &Credentials,
        reason: &str,
    ) -> Result<TicketView> {
        let request = ManualAdmitRequest {
            second: second.confirmation().await?,
            reason: reason.to_owned(),
        };
        self.post_json(route::with_id(route::ATTEMPT_MANUAL_ADMIT, attempt), &request)
            .await
    }

    /// A ticket for another PC.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn take_over(&self, attempt: AttemptId, reason: &str) -> Result<TicketView> {
        let request = TakeOverRequest {
            reason: reason.to_owned(),
        };
        self.post_json(route::with_id(route::ATTEMPT_TAKE_OVER, attempt), &request)
            .await
    }

    /// Any file: submission, results.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn get(&self, path: String) -> Result<Vec<u8>> {
        let request = self
            .door
            .http()
            .get(self.door.url(&path))
            .header("cookie", &self.cookie);
        accepted(request.send().await?).await.with_context(|| path)
    }

    async fn get_json<T: DeserializeOwned>(&self, path: String) -> Result<T> {
        Ok(serde_json::from_slice(&self.get(path).await?)?)
    }

    async fn post_json<T: DeserializeOwned>(&self, path: String, body: &impl Serialize) -> Result<T> {
        let request = self
            .door
            .http()
            .post(self.door.url(&path))
            .header("cookie", &self.cookie)
            .json(body);
        Ok(serde_json::from_slice(&accepted(request.send().await?).await?)?)
    }
}
