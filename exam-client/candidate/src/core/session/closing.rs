//! The end of an attempt: everything written is acknowledged first, then the hand-in is signed, then the receipt is checked.

use super::{Link, Session, Stage, Trouble};
use crate::core::effect::Effect;
use crate::core::hand_in::payload;
use crate::core::receipt::{self, Shown};
use crate::core::record::SeatRecord;
use exam_protocol::bytes::Bytes;
use exam_protocol::record::Receipt;
use exam_protocol::seat::{Phase, SeatMessage};
use exam_protocol::time::Millis;

/// How far the hand-in is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// Not begun.
    Open,
    /// Begun: lines are on their way.
    Flushing,
    /// The seat's key is signing.
    Signing,
    /// Signed; it is sent on each connection until the receipt comes.
    Signed(Bytes),
    /// A receipt came; its signature is being checked.
    Checking(Bytes, Receipt, Bytes),
    /// The receipt is good.
    Done(Shown),
}

/// The server's word is waited for this long after the page's clock reached zero.
const WORD: i64 = 3_000;
/// An unanswered hand-in is sent again after this time.
const RESEND: i64 = 15_000;
/// After so many refusals the proctor is asked for instead of another try.
const TRIES: u32 = 3;

impl Closing {
    /// As the browser kept it; a kept receipt was checked before.
    pub(super) fn restored(record: &SeatRecord) -> Self {
        let shown = record
            .hand_in
            .as_ref()
            .zip(record.receipt.as_ref())
            .and_then(|(hand_in, bytes)| {
                let read = receipt::read(bytes, record.attempt, hand_in)?;
                Some(Closing::Done(Shown {
                    receipt: read.receipt,
                    code: receipt::code(bytes),
                }))
            });
        match (shown, &record.hand_in) {
            (Some(done), _) => done,
            (None, Some(hand_in)) => Closing::Signed(hand_in.clone()),
            (None, None) => Closing::Open,
        }
    }
}

impl Session {
    /// The candidate hands in.
    pub fn hand_in(&mut self, now: Millis) -> Vec<Effect> {
        if self.stage(now) == Stage::Answering {
            self.begin_closing(now)
        } else {
            Vec::new()
        }
    }

    /// Time is over or the candidate is done: what is there goes in.
    pub(super) fn begin_closing(&mut self, now: Millis) -> Vec<Effect> {
        if self.closing != Closing::Open {
            return Vec::new();
        }
        let mut effects = self.write_drafts(now);
        self.closing = Closing::Flushing;
        effects.extend(self.advance_closing());
        effects
    }

    /// Signs once nothing is under way any more.
    pub(super) fn advance_closing(&mut self) -> Vec<Effect> {
        let settled = self.outbox.unsaved() == 0 || self.lines_closed;
        let (Closing::Flushing, Link::Online, Some(form), true) =
            (&self.closing, self.link, &self.sealed, settled)
        else {
            return Vec::new();
        };
        // The server compares with its journal. Lines that it no longer took stay in this browser's.
        let payload = payload(&self.record, form, self.outbox.acknowledged(), &self.stored);
        self.closing = Closing::Signing;
        vec![Effect::SignHandIn(payload)]
    }

    /// The hand-in is signed, or the browser could not.
    pub fn hand_in_signed(&mut self, signed: Option<Bytes>, now: Millis) -> Vec<Effect> {
        if self.closing != Closing::Signing {
            return Vec::new();
        }
        let Some(signed) = signed else {
            self.trouble = Some(Trouble::CannotSign);
            self.closing = Closing::Flushing;
            self.due.resend = Some(Millis(now.0 + WORD));
            return Vec::new();
        };
        self.clear(Trouble::CannotSign);
        self.record.hand_in = Some(signed.clone());
        self.closing = Closing::Signed(signed);
        let mut effects = vec![Effect::KeepRecord];
        effects.extend(self.send_hand_in(now));
        effects
    }

    pub(super) fn send_hand_in(&mut self, now: Millis) -> Vec<Effect> {
        match &self.closing {
            Closing::Signed(bytes) if self.link == Link::Online => {
                let message = SeatMessage::HandIn(bytes.clone());
                self.due.resend = Some(Millis(now.0 + RESEND));
                vec![Effect::Send(message)]
            }
            _ => Vec::new(),
        }
    }

    /// The server did not take the hand-in as it was: it is made again from the server's journal, a few times.
    pub(super) fn hand_in_refused(&mut self) -> Vec<Effect> {
        self.refused += 1;
        if self.refused >= TRIES {
            self.trouble = Some(Trouble::HandInRefused);
            return Vec::new();
        }
        self.record.hand_in = None;
        self.closing = Closing::Flushing;
        vec![Effect::KeepRecord, Effect::Redial]
    }

    /// The page goes back to working; the signed hand-in is not used again.
    pub(super) fn hand_in_too_early(&mut self) -> Vec<Effect> {
        self.record.hand_in = None;
        self.closing = Closing::Open;
        self.trouble = Some(Trouble::HandInTooEarly);
        vec![Effect::KeepRecord]
    }

    pub(super) fn receipt_came(&mut self, bytes: Bytes) -> Vec<Effect> {
        let (Closing::Signed(hand_in) | Closing::Checking(hand_in, ..)) = self.closing.clone() else {
            return Vec::new();
        };
        let Some(read) = receipt::read(&bytes, self.record.attempt, &hand_in) else {
            self.trouble = Some(Trouble::ReceiptInvalid);
            return Vec::new();
        };
        self.closing = Closing::Checking(hand_in, read.receipt.clone(), bytes);
        vec![Effect::CheckReceipt(Box::new(read))]
    }

    /// The receipt's signature was checked: good, wrong, or (`None`) it could not be checked now.
    pub fn receipt_checked(&mut self, good: Option<bool>) -> Vec<Effect> {
        let Closing::Checking(hand_in, receipt, bytes) = self.closing.clone() else {
            return Vec::new();
        };
        if good != Some(true) {
            self.trouble = Some(Trouble::ReceiptInvalid)
                .filter(|_| good.is_some())
                .or(self.trouble);
            // The hand-in is sent again, and with it comes the receipt again.
            self.closing = Closing::Signed(hand_in);
            return Vec::new();
        }
        self.trouble = None;
        self.record.receipt = Some(bytes.clone());
        self.closing = Closing::Done(Shown {
            receipt,
            code: receipt::code(&bytes),
        });
        vec![Effect::KeepRecord]
    }

    /// The page's clock stands at zero: lock, ask the server, and hand in when it does not give more time.
    pub(super) fn watch_zero(&mut self, now: Millis) -> Vec<Effect> {
        let over = self.clock.phase() == Phase::Running && self.clock.remaining(now).0 == 0;
        match self.zero_at.filter(|_| over) {
            _ if !over || self.closing != Closing::Open => {
                self.zero_at = None;
                Vec::new()
            }
            None => {
                self.zero_at = Some(now);
                let mut effects = self.write_drafts(now);
                effects.extend(self.heartbeat(now));
                effects
            }
            Some(since)
                if self.link == Link::Online && self.clock.is_confirmed() && now.0 - since.0 >= WORD =>
            {
                self.begin_closing(now)
            }
            Some(_) => Vec::new(),
        }
    }
}
