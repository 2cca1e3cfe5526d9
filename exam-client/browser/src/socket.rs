//! A live socket that comes back: frames of [`exam_protocol::frame`] over a WebSocket, with reconnection.
//!
//! Must not know what the messages mean, and must not keep any: what was not sent is the caller's to send again.

use crate::monotonic;
use exam_protocol::frame::{self, FrameError};
use futures_util::future::{Either, select};
use futures_util::{Sink, StreamExt};
use gloo_net::websocket::{Message, futures::WebSocket};
use gloo_timers::future::TimeoutFuture;
use serde::{Serialize, de::DeserializeOwned};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;

/// What happened on the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line<Down> {
    /// Connected; the caller introduces itself.
    Opened,
    /// A message came.
    Message(Down),
    /// The line is gone; it is dialled again by itself.
    Closed,
    /// The server speaks another version: reload the page.
    OtherVersion,
}

/// How a socket dials.
#[derive(Clone, Copy, Debug)]
pub struct Dialling {
    /// Silence after which the line counts as dead, in milliseconds; `None` where the server may be silent.
    pub silence: Option<u32>,
}

/// A dialling socket; dropping it hangs up for good.
pub struct Socket<Up> {
    shared: Rc<Shared>,
    up: PhantomData<fn(Up)>,
}

#[derive(Default)]
struct Shared {
    line: RefCell<Option<web_sys::WebSocket>>,
    hung_up: Cell<bool>,
}

/// Longest wait between two tries, in milliseconds: short enough for an exam, and spread by chance.
const LONGEST_WAIT: f64 = 8_000.0;
const FIRST_WAIT: f64 = 400.0;
/// How long a connection may take to open, in milliseconds.
const OPENING: u32 = 10_000;
/// A line that lived this long resets the waiting time, in milliseconds.
const STABLE: i64 = 10_000;

impl<Up: Serialize> Socket<Up> {
    /// Dials `path` on the page's own server and tells `on` what happens, until dropped.
    pub fn dial<Down, F>(path: &'static str, dialling: Dialling, on: F) -> Self
    where
        Down: DeserializeOwned + 'static,
        F: FnMut(Line<Down>) + 'static,
    {
        Self::dial_path(path.to_owned(), dialling, on)
    }

    /// As [`Socket::dial`], for a path that was put together.
    pub fn dial_path<Down, F>(path: String, dialling: Dialling, on: F) -> Self
    where
        Down: DeserializeOwned + 'static,
        F: FnMut(Line<Down>) + 'static,
    {
        Self::dial_speaking(path, dialling, async || Some(Vec::new()), on)
    }

    /// As [`Socket::dial_path`]; `protocols` gives the subprotocols (RFC 6455, section 1.9) for each call anew, or nothing
    /// when there is no calling now.
    pub fn dial_speaking<Down, P, F>(path: String, dialling: Dialling, protocols: P, on: F) -> Self
    where
        Down: DeserializeOwned + 'static,
        P: AsyncFn() -> Option<Vec<String>> + 'static,
        F: FnMut(Line<Down>) + 'static,
    {
        let shared = Rc::new(Shared::default());
        wasm_bindgen_futures::spawn_local(keep_dialling(shared.clone(), path, dialling, protocols, on));
        Self {
            shared,
            up: PhantomData,
        }
    }

    /// Sends a message; `false` when the line is not open (nothing was sent).
    pub fn send(&self, message: &Up) -> bool {
        match &*self.shared.line.borrow() {
            Some(line) if line.ready_state() == web_sys::WebSocket::OPEN => {
                line.send_with_u8_array(&frame::encode(message)).is_ok()
            }
            _ => false,
        }
    }

    /// Cuts the line and dials again: for a line that no longer makes sense.
    pub fn redial(&self) {
        if let Some(line) = &*self.shared.line.borrow() {
            // A line that can't be closed is closed.
            let _ = line.close();
        }
    }
}

impl<Up> Drop for Socket<Up> {
    fn drop(&mut self) {
        self.shared.hung_up.set(true);
        if let Some(line) = self.shared.line.take() {
            let _ = line.close();
        }
    }
}

async fn keep_dialling<Down, P, F>(
    shared: Rc<Shared>,
    path: String,
    dialling: Dialling,
    protocols: P,
    mut on: F,
) where
    Down: DeserializeOwned,
    P: AsyncFn() -> Option<Vec<String>>,
    F: FnMut(Line<Down>),
{
    let mut wait = FIRST_WAIT;
    while !shared.hung_up.get() {
        let since = monotonic::now();
        if let Some(raw) = protocols().await.and_then(|protocols| line_to(&path, &protocols)) {
            one_call(&shared, raw, dialling, &mut on).await;
        }
        if shared.hung_up.get() {
            return;
        }
        on(Line::Closed);
        if (monotonic::now() - since).0 > STABLE {
            wait = FIRST_WAIT;
        }
        TimeoutFuture::new(jitter(wait)).await;
        wait = (wait * 2.0).min(LONGEST_WAIT);
    }
}

/// Between half and the whole of a wait, by chance, so that a room full of pages does not come back in one second.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few thousand milliseconds"
)]
fn jitter(wait: f64) -> u32 {
    (wait * (0.5 + js_sys::Math::random() / 2.0)) as u32
}

/// Dials once and stays until the line is gone.
async fn one_call<Down: DeserializeOwned>(
    shared: &Shared,
    raw: web_sys::WebSocket,
    dialling: Dialling,
    on: &mut impl FnMut(Line<Down>),
) {
    let Ok(mut line) = WebSocket::try_from(raw.clone()) else {
        return;
    };
    shared.line.replace(Some(raw));
    if opened(&mut line).await && !shared.hung_up.get() {
        on(Line::Opened);
        while let Some(bytes) = next(&mut line, dialling).await {
            match frame::decode(&bytes) {
                _ if shared.hung_up.get() => break,
                Ok(message) => on(Line::Message(message)),
                Err(FrameError::Version(_)) => on(Line::OtherVersion),
                // Not of this protocol: this line can't be trusted any further.
                Err(_) => break,
            }
        }
    }
    shared.line.take();
}

/// A socket that begins to open.
fn line_to(path: &str, protocols: &[String]) -> Option<web_sys::WebSocket> {
    let url = address(path)?;
    if protocols.is_empty() {
        return web_sys::WebSocket::new(&url).ok();
    }
    let list: js_sys::Array = protocols.iter().map(wasm_bindgen::JsValue::from).collect();
    web_sys::WebSocket::new_with_str_sequence(&url, &list).ok()
}

/// `ws:` or `wss:` URL of a path on the page's own server.
fn address(path: &str) -> Option<String> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" {
        "wss:"
    } else {
        "ws:"
    };
    Some(format!("{scheme}//{}{path}", location.host().ok()?))
}

async fn opened(line: &mut WebSocket) -> bool {
    let ready = poll_fn(|context| Sink::<Message>::poll_ready(Pin::new(&mut *line), context));
    let in_time = matches!(select(ready, TimeoutFuture::new(OPENING)).await, Either::Left(_));
    in_time && matches!(line.state(), gloo_net::websocket::State::Open)
}

/// The next binary message; `None` when the line is gone or silent for too long.
async fn next(line: &mut WebSocket, dialling: Dialling) -> Option<Vec<u8>> {
    let message = match dialling.silence {
        None => line.next().await,
        Some(silence) => match select(line.next(), TimeoutFuture::new(silence)).await {
            Either::Left((message, _)) => message,
            Either::Right(_) => None,
        },
    };
    match message {
        Some(Ok(Message::Bytes(bytes))) => Some(bytes),
        _ => None,
    }
}
