//! What a session wants done outside: each effect is carried out by `drive.rs`, which reports back to the session.

use crate::core::outbox::Line;
use crate::core::receipt;
use exam_protocol::bytes::{Bytes, Fixed};
use exam_protocol::paper::SealedForm;
use exam_protocol::seat::SeatMessage;

/// One thing to do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Put a line into the browser's database under this key, then tell [`crate::core::session::Session::line_kept`].
    Journal {
        /// Key in the journal's store.
        key: String,
        /// The line.
        line: Line,
    },
    /// Put a line that the server already has into the browser's database, so that a reload without a line shows it.
    KeepAnswer {
        /// Key in the journal's store.
        key: String,
        /// The line.
        bytes: Bytes,
    },
    /// Keep the seat's record in the browser's database.
    KeepRecord,
    /// Keep the number of the last acknowledged line.
    KeepAcknowledged(u64),
    /// Send a message, if the line is open.
    Send(SeatMessage),
    /// Cut the line and dial again.
    Redial,
    /// Download the sealed form, then tell [`crate::core::session::Session::form_arrived`].
    FetchForm,
    /// Open the sealed form, then tell [`crate::core::session::Session::form_opened`].
    OpenForm {
        /// The form.
        form: Box<SealedForm>,
        /// Its key.
        key: Fixed<32>,
    },
    /// Sign this hand-in, then tell [`crate::core::session::Session::hand_in_signed`].
    SignHandIn(Vec<u8>),
    /// Check the receipt's signature, then tell [`crate::core::session::Session::receipt_checked`].
    CheckReceipt(Box<receipt::Candidate>),
}
