//! How a page begins: one tab, a browser that can do it, and the seat that the browser kept, or a ticket.

use crate::api::{self, ClaimFailure};
use crate::core::outbox::tail;
use crate::core::record::{KeptLines, SeatRecord};
use crate::core::session::Session;
use crate::desk::{Desk, Gate};
use crate::storage::{Kept, SeatStore};
use exam_browser::crypto::{self, SeatKey};
use exam_browser::socket::{Dialling, Line, Socket};
use exam_browser::{monotonic, tab};
use exam_protocol::route;
use exam_protocol::seat::SeatEvent;
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::Set;
use std::pin::pin;
use std::rc::Rc;

/// A line that says nothing for so long is dead, in milliseconds: heartbeats are answered every 8 s.
const SILENCE: u32 = 20_000;
/// How long another tab may take to close before this one says so, in milliseconds.
const OTHER_TAB: u32 = 1_500;
/// How often the session looks at the clock, in milliseconds.
const TICK: u32 = 250;

/// Opens the page.
pub async fn open(desk: Desk) {
    hold_tab(desk).await;
    if !crypto::is_available() {
        desk.gate.set(Gate::Unsupported);
        return;
    }
    let store = SeatStore::open().await.ok().map(Rc::new);
    desk.set_doors(|doors| doors.store.clone_from(&store));
    let kept = match &store {
        Some(store) => store.load().await,
        None => None,
    };
    gloo_timers::callback::Interval::new(TICK, move || desk.tick()).forget();
    match kept {
        Some(kept) => go_on(desk, kept),
        None => desk.gate.set(Gate::Ticket),
    }
}

async fn hold_tab(desk: Desk) {
    let held = pin!(tab::hold_alone("truong-thi seat"));
    if let Either::Right(((), held)) = select(held, TimeoutFuture::new(OTHER_TAB)).await {
        desk.gate.set(Gate::OtherTab);
        held.await;
    }
}

fn go_on(desk: Desk, kept: Kept) {
    let (mut session, mut effects) = Session::begin(kept.record, &kept.lines, monotonic::now());
    effects.extend(
        kept.form
            .as_deref()
            .map(|form| session.form_arrived(Some(form)))
            .unwrap_or_default(),
    );
    desk.set_doors(|doors| doors.key = Some(kept.key));
    let over = session.receipt().is_some();
    desk.sit_down(session, effects);
    if !over {
        dial(desk);
    }
}

/// Claims a seat with a ticket and sits down.
///
/// # Errors
/// [`ClaimFailure`].
pub async fn claim(desk: Desk, ticket: &str) -> Result<(), ClaimFailure> {
    let key = SeatKey::generate().await?;
    let record = SeatRecord::claimed(api::claim(ticket, &key).await?);
    let mut unsent = Vec::new();
    if let Some(store) = desk.doors().store {
        let lines = store.all_lines(&record).await.unwrap_or_default();
        unsent = tail(&lines, record.base());
        // Should the database refuse, a reload asks for a new ticket, and the journal's first line tells the candidate.
        let _ = (
            store.leave().await,
            store.keep_key(&key).await,
            store.keep_record(&record).await,
        );
    }
    let (mut session, mut effects) = Session::begin(record, &KeptLines::default(), monotonic::now());
    effects.extend(session.adopt(unsent));
    desk.set_doors(|doors| doors.key = Some(key));
    desk.sit_down(session, effects);
    dial(desk);
    Ok(())
}

fn dial(desk: Desk) {
    let dialling = Dialling {
        silence: Some(SILENCE),
    };
    let socket = Socket::dial(route::SEAT_LIVE, dialling, move |line: Line<SeatEvent>| {
        on_line(desk, line);
    });
    desk.set_doors(|doors| doors.socket = Some(Rc::new(socket)));
}

fn on_line(desk: Desk, line: Line<SeatEvent>) {
    match line {
        Line::Opened => desk.act(Session::line_opened),
        Line::Message(event) => desk.act(|session, now| session.hear(event, now)),
        Line::Closed => desk.act(|session, _| {
            session.line_closed();
            Vec::new()
        }),
        Line::OtherVersion => reload(),
    }
}

/// The server was updated: the page is fetched anew. Not right after it was opened, so that it can't spin.
fn reload() {
    let lived = monotonic::now().0 > 30_000;
    if let Some(window) = web_sys::window().filter(|_| lived) {
        // A page that can't reload goes on without a line, and says so.
        let _ = window.location().reload();
    }
}
