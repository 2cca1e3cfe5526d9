//! Carries out what the session wants done, and tells it how that went. Must not decide anything.

use crate::api;
use crate::core::effect::Effect;
use crate::core::navigation::Place;
use crate::core::receipt;
use crate::core::session::{Session, Stage};
use crate::desk::Desk;
use certs::cose::Draft;
use exam_browser::{blob, crypto, fetch};
use exam_protocol::bytes::{Bytes, Fixed};
use exam_protocol::canonical;
use exam_protocol::paper::SealedForm;
use exam_protocol::record::HAND_IN;
use exam_protocol::seat::SeatMessage;
use leptos::prelude::GetUntracked;
use wasm_bindgen_futures::spawn_local;

/// Carries out effects in their order; what takes time reports back later.
pub fn carry_out(desk: Desk, effects: Vec<Effect>) {
    for effect in effects {
        match effect {
            Effect::Journal { key, line } => spawn_local(async move {
                let kept = keep_line(desk, &key, &line.bytes).await;
                desk.act(|session, _| session.line_kept(line.sequence, kept));
            }),
            Effect::KeepAnswer { key, bytes } => spawn_local(async move {
                keep_line(desk, &key, &bytes).await;
            }),
            Effect::KeepRecord => keep_record(desk),
            Effect::KeepAcknowledged(through) => keep_acknowledged(desk, through),
            Effect::Send(message) => send(desk, &message),
            Effect::Redial => drop(desk.doors().socket.map(|socket| socket.redial())),
            Effect::FetchForm => spawn_local(fetch_form(desk)),
            Effect::OpenForm { form, key } => spawn_local(open_form(desk, form, key)),
            Effect::SignHandIn(payload) => spawn_local(sign(desk, payload)),
            Effect::CheckReceipt(candidate) => spawn_local(check(desk, candidate)),
        }
    }
    hang_up_when_over(desk);
}

async fn keep_line(desk: Desk, key: &str, bytes: &Bytes) -> bool {
    match desk.doors().store {
        Some(store) => store.keep_line(key, bytes).await.is_ok(),
        None => false,
    }
}

fn keep_record(desk: Desk) {
    if let (Some(store), Some(record)) = (desk.doors().store, desk.peek(|session| session.record().clone())) {
        // Should the database refuse, the journal's next line tells the candidate.
        spawn_local(async move {
            let _ = store.keep_record(&record).await;
        });
    }
}

fn keep_acknowledged(desk: Desk, through: u64) {
    if let Some(store) = desk.doors().store {
        // Only makes a reload show fewer lines as unsent; nothing depends on it.
        spawn_local(async move {
            let _ = store.keep_acknowledged(through).await;
        });
    }
}

fn send(desk: Desk, message: &SeatMessage) {
    if let Some(socket) = desk.doors().socket {
        // What could not be sent is sent again after the next Welcome.
        socket.send(message);
    }
}

async fn fetch_form(desk: Desk) {
    let Some(token) = desk.peek(|session| session.record().token) else {
        return;
    };
    let form = api::form(&token).await;
    if let (Ok(form), Some(store)) = (&form, desk.doors().store) {
        // Without a kept copy a reload downloads it again.
        let _ = store.keep_form(form).await;
    }
    desk.act(|session, _| session.form_arrived(form.as_deref().ok()));
    if let Err(fetch::Failure::Status(status)) = form {
        leptos::logging::warn!("sealed form: HTTP {status}");
    }
}

async fn open_form(desk: Desk, form: Box<SealedForm>, key: Fixed<32>) {
    let aad = canonical::encode(&form.context);
    let paper = crypto::open(&key, &form.nonce.0, &aad, &form.ciphertext.0)
        .await
        .ok();
    desk.act(|session, now| {
        session.form_opened(paper.as_deref(), now);
        Vec::new()
    });
    if let Some(Some(paper)) = desk.peek(Session::paper) {
        let url = |media: &exam_protocol::paper::Media| blob::url(&media.content_type, &media.data.0);
        desk.paper_opened(
            paper
                .media
                .iter()
                .map(|media| url(media).unwrap_or_default())
                .collect(),
        );
    }
}

async fn sign(desk: Desk, payload: Vec<u8>) {
    let draft = Draft::new(HAND_IN, payload);
    let signature = match desk.doors().key {
        Some(key) => key.sign(&draft.to_be_signed()).await.ok(),
        None => None,
    };
    let signed = signature.map(|signature| Bytes(draft.finish(signature.0)));
    desk.act(|session, now| session.hand_in_signed(signed, now));
}

async fn check(desk: Desk, candidate: Box<receipt::Candidate>) {
    let good = match api::server_keys().await {
        Ok(keys) => crypto::verify(&keys.receipt_key, &candidate.signed, &candidate.signature)
            .await
            .ok(),
        Err(_) => None,
    };
    desk.act(|session, _| session.receipt_checked(good));
}

/// A seat that is over needs no line.
fn hang_up_when_over(desk: Desk) {
    let over = matches!(
        desk.stage.get_untracked(),
        Stage::TakenOver | Stage::Unknown | Stage::HandedIn
    );
    if over && desk.doors().socket.is_some() {
        desk.set_doors(|doors| doors.socket = None);
    }
}

/// Gives the seat up and asks for a ticket again. A finished attempt leaves nothing on the PC, except answers that came too
/// late for the server: those stay in the journal, for people to judge.
pub fn leave(desk: Desk) {
    spawn_local(async move {
        let finished =
            desk.stage.get_untracked() == Stage::HandedIn && desk.saving.get_untracked().unsaved == 0;
        if let (Some(store), Some(record)) =
            (desk.doors().store, desk.peek(|session| session.record().clone()))
        {
            // A database that refuses keeps what it has; the next claim overwrites it.
            let _ = if finished {
                store.forget(&record).await
            } else {
                store.leave().await
            };
        }
        desk.pictures().iter().for_each(|url| blob::forget(url));
        desk.paper_opened(Vec::new());
        desk.go(Place::first(0));
        desk.get_up();
    });
}
