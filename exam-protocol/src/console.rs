//! Between the proctor's page and the server: JSON over HTTPS, and the board as frames.

use crate::absence::Absence;
use crate::bytes::Digest;
use crate::checkin::{AdmissionRule, Holder, Verdicts};
use crate::id::{AttemptId, CheckinId, RoomId, StaffId, StationId};
use crate::right::{Grant, Permission};
use crate::staff::{Duty, IdleLimit, PasswordRules};
use crate::station::{ReadFailure, ReadStep};
use crate::time::{Millis, Timestamp};
use serde::{Deserialize, Serialize};

/// Name and password of a member of staff; of a second official with the current code of the app.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LoginRequest {
    /// Login name.
    pub name: String,
    /// Password.
    pub password: String,
    /// For second officials, who confirm in one step: the app's code or a recovery code.
    #[serde(default)]
    pub code: Option<String>,
}

/// Who is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Me {
    /// Id.
    pub id: StaffId,
    /// Login name.
    pub name: String,
    /// Name as shown.
    pub display_name: String,
    /// Roles.
    pub grants: Vec<Grant>,
    /// What has to be done before anything else is possible.
    pub duties: Vec<Duty>,
    /// After how long without an act the session locks itself.
    pub idle: IdleLimit,
    /// The login before this one, for its holder to recognise.
    #[serde(default)]
    pub last_login: Option<LastLogin>,
    /// What this person may do in some place at least: what the page offers at all.
    #[serde(default)]
    pub may: Vec<Permission>,
    /// What a new password of this person must be like.
    #[serde(default)]
    pub password: PasswordRules,
}

/// An earlier login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LastLogin {
    /// When.
    pub at: Timestamp,
    /// From which address.
    pub address: String,
}

/// A room on the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RoomSummary {
    /// Id.
    pub id: RoomId,
    /// "Phòng 01".
    pub name: String,
    /// Exam title.
    pub exam: String,
    /// Subject of the sitting.
    pub subject: String,
    /// Planned start.
    pub starts_at: Timestamp,
    /// State.
    pub state: RoomState,
    /// Candidates on the roster.
    pub candidates: u32,
    /// What the person who asks may do here.
    pub may: Vec<Permission>,
}

/// States of a room's sitting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoomState {
    /// Prepared; nobody may enter.
    Planned,
    /// Check-in and waiting room.
    Open,
    /// The clock runs.
    Running,
    /// The clock is stopped.
    Paused,
    /// No more answers; late hand-ins are kept and flagged.
    Ended,
    /// Closed for good; marked.
    Closed,
}

/// What a proctor can do to the room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "action")]
pub enum RoomAction {
    /// planned → open.
    Open,
    /// open → running: releases the paper keys.
    Start,
    /// running → paused.
    Pause,
    /// paused → running.
    Resume,
    /// More time for one or for all.
    AddTime {
        /// Whole minutes, 1 to 120.
        minutes: u16,
        /// One attempt, or all.
        attempt: Option<AttemptId>,
    },
    /// running or paused → ended.
    End,
    /// ended → closed: marks are computed.
    Close,
}

/// A [`RoomAction`] with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RoomActionRequest {
    /// What.
    #[serde(flatten)]
    pub action: RoomAction,
    /// Why; needed for pause, time and end before time.
    #[serde(default)]
    pub reason: String,
}

/// All that the proctor's page shows of a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Board {
    /// The room.
    pub room: RoomSummary,
    /// Time left for a candidate without own credits.
    pub remaining: Millis,
    /// The server's time when this was made.
    pub now: Timestamp,
    /// Questions in the paper.
    pub questions: u16,
    /// Candidates by seat.
    pub candidates: Vec<CandidateRow>,
    /// Stations that are connected.
    pub stations: Vec<StationView>,
    /// Names of machines of this site whose certificate was seen from two addresses at once, until somebody has looked into it.
    pub machine_alarms: Vec<String>,
    /// Check-ins of this room that are under way or wait for a decision, newest first.
    pub checkins: Vec<CheckinView>,
}

/// A candidate of the room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CandidateRow {
    /// The attempt.
    pub attempt: AttemptId,
    /// Candidate number (*số báo danh*).
    pub candidate_number: String,
    /// Full name.
    pub name: String,
    /// Last three digits of the citizen number, for telling namesakes apart.
    pub number_tail: String,
    /// Birth date, `YYYY-MM-DD`.
    pub birth_date: String,
    /// Seat label.
    pub seat: String,
    /// Form code (*mã đề*).
    pub form_code: String,
    /// How far this candidate is.
    pub progress: Progress,
    /// How the candidate was admitted.
    pub admission: Option<Admission>,
    /// Questions with an answer on disk.
    pub answered: u16,
    /// Last frame from the seat.
    pub last_seen: Option<Timestamp>,
    /// Whether the seat's socket is open.
    pub connected: bool,
    /// Own credits.
    pub credits: Millis,
    /// Seats claimed so far; above 1 after a take-over.
    pub epoch: u32,
    /// Marks in hundredths once the room is closed.
    pub mark: Option<u32>,
    /// Whether there is a roster photo, at [`crate::route::ATTEMPT_PHOTO`].
    #[serde(default)]
    pub photo: bool,
    /// Why the attempt is out of marking (by decision of two people).
    pub voided: Option<String>,
    /// What a printed receipt says, once a hand-in counts.
    #[serde(default)]
    pub receipt: Option<ReceiptSlip>,
    /// The newest time that the candidate was outside during the exam.
    #[serde(default)]
    pub absence: Option<Absence>,
}

/// A receipt for a candidate to take along on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReceiptSlip {
    /// SHA-256 of the receipt's COSE bytes: the code that the candidate's own page shows too.
    pub code: Digest,
    /// When the server had the hand-in on disk.
    pub received_at: Timestamp,
    /// Whether it came after the deadline and its grace.
    pub late: bool,
}

/// How far a candidate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Not there yet.
    Absent,
    /// Let in; seat not claimed.
    Admitted,
    /// At the seat.
    Seated,
    /// Answering.
    Working,
    /// Handed in.
    HandedIn,
    /// Time over without a signed hand-in; the journal counts.
    TimedOut,
}

/// How somebody was admitted; stays with the record for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Admission {
    /// By card, and under which rule; `None`: without a card.
    pub rule: Option<AdmissionRule>,
    /// The card's verdicts.
    pub verdicts: Option<Verdicts>,
    /// The check-in, for the portrait.
    pub checkin: Option<CheckinId>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Second official, where needed.
    pub second: Option<String>,
    /// Reason, where needed.
    pub reason: String,
}

/// A check-in station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StationView {
    /// Id.
    pub id: StationId,
    /// Name from its certificate.
    pub name: String,
    /// Readers it sees.
    pub readers: Vec<String>,
    /// Whether it is reading a card now.
    pub busy: bool,
}

/// Starts a check-in: what the QR scanner typed, or the number.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StartCheckin {
    /// Which station reads.
    pub station: StationId,
    /// The QR code's text, or the 12 digits.
    pub scanned: String,
}

/// A check-in as the desk sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CheckinView {
    /// Id.
    pub id: CheckinId,
    /// The attempt that the number belongs to.
    pub attempt: AttemptId,
    /// Name on the roster.
    pub roster_name: String,
    /// Candidate number.
    pub candidate_number: String,
    /// Seat label.
    pub seat: String,
    /// Station's name.
    pub station: String,
    /// How far it is.
    pub status: CheckinStatus,
}

/// How far a check-in is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckinStatus {
    /// The agent is at it.
    Reading(ReadStep),
    /// No evidence.
    Failed(ReadFailure),
    /// Judged by the server.
    Judged(Judged),
    /// Let in.
    Admitted,
}

/// The server's judgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Judged {
    /// The three verdicts.
    pub verdicts: Verdicts,
    /// What they allow, with the roster match taken in.
    pub rule: AdmissionRule,
    /// Who the card says it is; none when it could not be read.
    pub holder: Option<Holder>,
    /// Whether a portrait can be fetched.
    pub portrait: bool,
    /// What the desk should know: stable codes such as `name-differs`, `birth-date-differs`, `number-differs`.
    pub remarks: Vec<String>,
}

/// Lets a candidate in after a look at the face.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AdmitRequest {
    /// The proctor confirms that the face is the portrait's.
    pub face_confirmed: bool,
    /// Second official's login, where the rule wants two.
    #[serde(default)]
    pub second: Option<LoginRequest>,
    /// Reason, where the rule wants one.
    #[serde(default)]
    pub reason: String,
}

/// Lets a candidate in without a card.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ManualAdmitRequest {
    /// Second official's login.
    pub second: LoginRequest,
    /// Reason.
    pub reason: String,
}

/// Moves an attempt to another PC.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TakeOverRequest {
    /// Reason.
    pub reason: String,
}

/// A ticket for the seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TicketView {
    /// The attempt.
    pub attempt: AttemptId,
    /// Eight characters in two groups, `K7Q2-9XMB`.
    pub ticket: String,
    /// Until when it can be used.
    pub expires_at: Timestamp,
    /// Seat label, for the proctor to say.
    pub seat: String,
}

/// Which mark list of a room: without a time, the one that stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[serde(default)]
pub struct MarkListQuery {
    /// The list as it stood right before this time: that of a corrected key's approval shows the marks that it replaced.
    pub before: Option<Timestamp>,
}
