//! What goes wrong, in a form that programs understand and people can act on (RFC 9457, problem details).

use serde::{Deserialize, Serialize};

/// The body of every refused request, as `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Problem {
    /// The stable code that programs act on.
    pub code: ProblemCode,
    /// What happened and what to do, in Vietnamese.
    pub detail: String,
    /// The same in English.
    pub detail_en: String,
    /// Where: "row 12", "question 3, line 40", "byte 7"; empty where there is no place.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
}

/// Stable codes; only ever added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ProblemCode {
    /// The request can't be read: broken JSON, wrong type, missing field.
    MalformedRequest,
    /// Nobody is logged in, or the session has ended.
    NotLoggedIn,
    /// Wrong name or password.
    WrongCredentials,
    /// The session has locked itself because its holder rested; [`crate::route::UNLOCK`] opens it.
    SessionLocked,
    /// Something has to be done first: [`crate::console::Me`] names the duties.
    DutyFirst,
    /// A second factor has to be shown again: [`crate::route::SECOND_FACTOR`].
    StepUpNeeded,
    /// The new password does not keep the rules; the text says what is missing.
    PasswordRefused,
    /// Too many tries; wait.
    TooManyTries,
    /// This person or station has no right to this room or act.
    NotAllowed,
    /// No such thing, or not visible from here.
    NotFound,
    /// The thing is in a state in which this can't be done.
    WrongState,
    /// The ticket is unknown, used or too old.
    TicketInvalid,
    /// The seat's token is not the live one: another PC has taken over.
    SeatTakenOver,
    /// No roster entry for this citizen number in this room.
    NotOnRoster,
    /// The candidate sits in another room; the place names it.
    OtherRoom,
    /// The station is not connected, or has no reader.
    StationUnavailable,
    /// The card's verdicts do not allow admission.
    CardRefused,
    /// A second official has to confirm with a reason.
    SecondOfficialNeeded,
    /// One person alone can't do this: propose it, and somebody of another organisation decides.
    ProposalNeeded,
    /// Time is over; what arrived is kept and flagged.
    TooLate,
    /// A signature or hash chain does not fit.
    RecordInvalid,
    /// An imported file has faults; the places name them. Nothing was changed.
    ImportRefused,
    /// There is such a path, but not for this method.
    MethodNotAllowed,
    /// What was sent is larger than this door takes.
    TooLarge,
    /// The provider of single sign-on does not answer; a password still opens the console.
    SignOnUnavailable,
    /// The server can't store right now; nothing was acknowledged.
    StorageUnavailable,
    /// A fault of the server; nothing was changed.
    Internal,
    /// The sitting's rule does not allow it yet: wait, and try again later.
    TooEarly,
}
