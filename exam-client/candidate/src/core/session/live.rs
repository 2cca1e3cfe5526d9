//! What comes over the line, and what has to be done from time to time.

use super::closing::Closing;
use super::{Link, Session, Stage, Trouble};
use crate::core::clock::Countdown;
use crate::core::effect::Effect;
use crate::core::outbox::Head;
use crate::core::sheet::{Mark, Sheet};
use exam_protocol::answer::JournalEntry;
use exam_protocol::bytes::Bytes;
use exam_protocol::canonical;
use exam_protocol::problem::ProblemCode;
use exam_protocol::seat::{AttemptState, Phase, SeatEvent, SeatMessage};
use exam_protocol::time::Millis;

/// When things fall due, on the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    heartbeat: Millis,
    keep: Millis,
    fetch: Millis,
    key: Option<Millis>,
    /// Refused lines or an unanswered hand-in are sent again.
    pub(super) resend: Option<Millis>,
}

impl Due {
    pub(super) fn from(now: Millis) -> Self {
        Self {
            heartbeat: now,
            keep: now,
            fetch: now,
            key: None,
            resend: None,
        }
    }
}

/// The server expects a sign of life at least every 10 s.
const HEARTBEAT: i64 = 8_000;
/// How often the time left is kept for a reload.
const KEEP: i64 = 5_000;
/// Pause between two tries to download the form; spread over the room by the token.
const FETCH: i64 = 3_000;
/// A running attempt without a key asks again after this time.
const KEY: i64 = 6_000;
/// Pause before refused lines are sent again; spread over the room by the token.
const REFUSED: i64 = 2_000;

impl Session {
    /// The line is open: the seat says who it is.
    pub fn line_opened(&mut self, now: Millis) -> Vec<Effect> {
        self.due.heartbeat = Millis(now.0 + HEARTBEAT);
        vec![Effect::Send(SeatMessage::Hello {
            token: self.record.token,
        })]
    }

    /// The line is gone.
    pub fn line_closed(&mut self) {
        self.link = Link::Offline;
        self.outbox.disconnect();
    }

    /// A message of the server.
    pub fn hear(&mut self, event: SeatEvent, now: Millis) -> Vec<Effect> {
        match event {
            SeatEvent::Welcome {
                state,
                last_sequence,
                head,
                answers,
            } => self.welcome(
                state,
                Head {
                    sequence: last_sequence,
                    hash: head,
                },
                &answers,
                now,
            ),
            SeatEvent::State(state) => self.state_came(state, now),
            SeatEvent::FormKey { form, key } => {
                let ours = self
                    .sealed
                    .as_ref()
                    .is_none_or(|sealed| sealed.context.form == form);
                if !ours || self.record.form_key == Some(key) {
                    return self.open_form();
                }
                self.record.form_key = Some(key);
                [vec![Effect::KeepRecord], self.open_form()].concat()
            }
            SeatEvent::Acknowledged { through } => self.acknowledged(through, now),
            SeatEvent::Refused { code, last_sequence } => self.refused(code, last_sequence, now),
            SeatEvent::Receipt(bytes) => self.receipt_came(bytes),
            SeatEvent::TakenOver => {
                self.stopped = Some(Stage::TakenOver);
                // What nobody has yet is kept on the server beside the journal.
                let tail = self.outbox.tail().into_iter();
                tail.map(|lines| Effect::Send(SeatMessage::Entries(lines)))
                    .collect()
            }
        }
    }

    fn welcome(&mut self, state: AttemptState, head: Head, answers: &[Bytes], now: Millis) -> Vec<Effect> {
        self.link = Link::Online;
        self.due.resend = None;
        self.clock = Countdown::told(state, now);
        self.record.state = Some(self.clock.snapshot(now));
        let mut effects = self.join_chains(head, answers);
        effects.push(Effect::KeepRecord);
        if self.outbox.unsaved() == 0 && head.sequence > 0 {
            self.saved_at = Some(self.clock.server_time(now));
        }
        effects.extend(self.flush());
        effects.extend(self.after_state(now));
        effects.extend(self.send_hand_in(now));
        effects
    }

    /// Goes on from the server's journal, and keeps what of it this browser does not have.
    fn join_chains(&mut self, head: Head, answers: &[Bytes]) -> Vec<Effect> {
        let rewritten = self.outbox.connect(head);
        let first = !std::mem::replace(&mut self.welcomed, true);
        if rewritten.is_some() {
            (self.record.base_sequence, self.record.base_head) = (head.sequence, head.hash);
        }
        let mut effects = self.load_answers(answers);
        effects.retain(|_| first || rewritten.is_some());
        let lines = rewritten.unwrap_or_default().into_iter();
        effects.extend(lines.map(|line| Effect::Journal {
            key: self.record.journal_key(line.sequence),
            line,
        }));
        effects
    }

    /// What the server has, except where this page has something newer.
    fn load_answers(&mut self, answers: &[Bytes]) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.stored = Sheet::default();
        for bytes in answers {
            let Ok(entry) = canonical::decode::<JournalEntry>(&bytes.0) else {
                continue;
            };
            if entry.sequence <= self.record.base_sequence {
                let key = self.record.answer_key(entry.sequence);
                effects.push(Effect::KeepAnswer {
                    key,
                    bytes: bytes.clone(),
                });
            }
            let mark = Mark {
                response: entry.response,
                flagged: entry.flagged,
            };
            self.stored.load(entry.question, mark.clone());
            if !self.outbox.has_unsaved(entry.question) {
                self.sheet.load(entry.question, mark);
            }
        }
        effects
    }

    fn state_came(&mut self, state: AttemptState, now: Millis) -> Vec<Effect> {
        let before = (self.clock.phase(), self.clock.version());
        if !self.clock.hear(state, now) || before == (self.clock.phase(), self.clock.version()) {
            return Vec::new();
        }
        self.record.state = Some(self.clock.snapshot(now));
        let mut effects = vec![Effect::KeepRecord];
        effects.extend(self.after_state(now));
        effects
    }

    fn after_state(&mut self, now: Millis) -> Vec<Effect> {
        match self.clock.phase() {
            Phase::Ended => [self.begin_closing(now), self.advance_closing()].concat(),
            _ => self.advance_closing(),
        }
    }

    fn acknowledged(&mut self, through: u64, now: Millis) -> Vec<Effect> {
        for note in self.outbox.acknowledge(through) {
            self.stored.load(
                note.question,
                Mark {
                    response: note.response,
                    flagged: note.flagged,
                },
            );
        }
        self.saved_at = Some(self.clock.server_time(now));
        self.clear(Trouble::ServerCannotStore);
        let mut effects = vec![Effect::KeepAcknowledged(self.outbox.acknowledged().sequence)];
        effects.extend(self.advance_closing());
        effects
    }

    fn refused(&mut self, code: ProblemCode, last_sequence: u64, now: Millis) -> Vec<Effect> {
        match code {
            ProblemCode::SeatTakenOver => self.stop(Stage::TakenOver),
            ProblemCode::NotLoggedIn | ProblemCode::NotFound | ProblemCode::NotAllowed => {
                self.stop(Stage::Unknown)
            }
            // Another hand-in of this attempt is on record already; its receipt is with the proctor.
            ProblemCode::WrongState if self.clock.phase() == Phase::HandedIn => {
                self.closing = Closing::Open;
                Vec::new()
            }
            ProblemCode::TooEarly => self.hand_in_too_early(),
            ProblemCode::TooLate if matches!(self.closing, Closing::Signed(_)) => self.hand_in_refused(),
            ProblemCode::TooLate => {
                self.lines_closed = true;
                [self.begin_closing(now), self.advance_closing()].concat()
            }
            ProblemCode::RecordInvalid | ProblemCode::MalformedRequest => match self.closing {
                Closing::Signed(_) => self.hand_in_refused(),
                _ => vec![Effect::Redial],
            },
            _ => {
                if code == ProblemCode::StorageUnavailable {
                    self.trouble = Some(Trouble::ServerCannotStore);
                }
                self.outbox.resend_after(last_sequence);
                self.due.resend = Some(Millis(now.0 + self.spread(REFUSED)));
                Vec::new()
            }
        }
    }

    fn stop(&mut self, stage: Stage) -> Vec<Effect> {
        self.stopped = Some(stage);
        Vec::new()
    }

    /// A pause, made up to half longer by the seat's token, so that a room does not come back in step.
    fn spread(&self, pause: i64) -> i64 {
        pause + pause * i64::from(self.record.token.0[0]) / 512
    }

    pub(super) fn heartbeat(&mut self, now: Millis) -> Vec<Effect> {
        if self.link != Link::Online {
            return Vec::new();
        }
        self.due.heartbeat = Millis(now.0 + HEARTBEAT);
        vec![Effect::Send(SeatMessage::Heartbeat {
            state_version: self.clock.version(),
        })]
    }

    /// To be called a few times a second.
    pub fn tick(&mut self, now: Millis) -> Vec<Effect> {
        if self.stopped.is_some() || matches!(self.closing, Closing::Done(_)) {
            return Vec::new();
        }
        let mut effects = self.write_rested(now);
        effects.extend(self.watch_zero(now));
        if now >= self.due.heartbeat {
            effects.extend(self.heartbeat(now));
        }
        effects.extend(self.resend(now));
        effects.extend(self.fetch_form(now));
        effects.extend(self.ask_for_key(now));
        effects.extend(self.keep_time(now));
        effects
    }

    fn resend(&mut self, now: Millis) -> Vec<Effect> {
        if self.due.resend.is_none_or(|due| now < due) {
            return Vec::new();
        }
        self.due.resend = None;
        [self.flush(), self.send_hand_in(now), self.advance_closing()].concat()
    }

    fn fetch_form(&mut self, now: Millis) -> Vec<Effect> {
        if self.sealed.is_some() || self.fetching || self.link != Link::Online || now < self.due.fetch {
            return Vec::new();
        }
        self.fetching = true;
        self.due.fetch = Millis(now.0 + self.spread(FETCH));
        vec![Effect::FetchForm]
    }

    fn ask_for_key(&mut self, now: Millis) -> Vec<Effect> {
        let waiting = self.clock.phase() == Phase::Running
            && self.record.form_key.is_none()
            && self.link == Link::Online;
        match self.due.key {
            _ if !waiting => self.due.key = None,
            None => self.due.key = Some(Millis(now.0 + self.spread(KEY))),
            Some(due) if now >= due => {
                self.due.key = None;
                return vec![Effect::Redial];
            }
            Some(_) => {}
        }
        Vec::new()
    }

    fn keep_time(&mut self, now: Millis) -> Vec<Effect> {
        if now < self.due.keep || self.clock.phase() != Phase::Running {
            return Vec::new();
        }
        self.due.keep = Millis(now.0 + KEEP);
        self.record.state = Some(self.clock.snapshot(now));
        vec![Effect::KeepRecord]
    }
}
