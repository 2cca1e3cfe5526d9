//! Between the staff console and the server: logging in, second factors, own sessions.
//!
//! Logging in takes two steps: [`LoginRequest`](crate::console::LoginRequest) with the password, then one
//! [`SecondFactor`]. What each step leads to is a [`LoginStep`].

use crate::console::Me;
use crate::id::SessionId;
use crate::time::{Millis, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a login stands.
///
/// A step that is done gives the session a new cookie; the one before is dead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum LoginStep {
    /// The password was right; a second factor is wanted. The session cookie is set and good for this alone.
    SecondFactor {
        /// What this person can show.
        methods: Vec<FactorKind>,
    },
    /// Logged in.
    Done {
        /// Who.
        me: Me,
    },
}

/// Kinds of second factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    /// A passkey (WebAuthn level 3).
    Passkey,
    /// A time-based code from an app (RFC 6238: SHA-1, six digits, 30 s).
    Totp,
    /// A one-time recovery code from paper.
    RecoveryCode,
}

/// A second factor as shown.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum SecondFactor {
    /// Six digits of the app.
    Totp {
        /// The digits; blanks do not matter.
        code: String,
    },
    /// A recovery code; it is used up.
    RecoveryCode {
        /// The code; upper and lower case, blanks and hyphens do not matter.
        code: String,
    },
    /// The authenticator's answer to a challenge of [`crate::route::PASSKEY_CHALLENGE`].
    Passkey {
        /// `PublicKeyCredential` as its `toJSON()` gives it, as a JSON text.
        credential: String,
    },
}

/// A challenge for the browser's `navigator.credentials`, as a JSON text: `PublicKeyCredentialRequestOptionsJSON` for
/// login, `PublicKeyCredentialCreationOptionsJSON` for enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PasskeyChallenge {
    /// The options.
    pub options: String,
}

/// What somebody has to do before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// The password was given by somebody else, or is too old.
    ChangePassword,
    /// There is no second factor yet.
    EnrolFactor,
}

/// What was changed of an account so that somebody else may log in with it, or so that it may do other things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ControlKind {
    /// It was made.
    Created,
    /// A password was given.
    Password,
    /// All second factors were taken out of force.
    Factors,
    /// A login at a provider was tied to it.
    Linked,
    /// It moved to another organisation.
    Organisation,
    /// Roles were given or taken.
    Roles,
    /// Roles were given or taken that neither give nor take the right to propose or to decide anything.
    OtherRoles,
    /// It was opened again, or its end was changed.
    Opened,
    /// Its holder added a second factor or took one out of force.
    OwnFactors,
    /// The machine's administrator confirmed that its holder alone has it.
    Confirmed,
}

impl ControlKind {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Created,
        Self::Password,
        Self::Factors,
        Self::Linked,
        Self::Organisation,
        Self::Roles,
        Self::OtherRoles,
        Self::Opened,
        Self::OwnFactors,
        Self::Confirmed,
    ];

    /// The stable name, as stored and sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Password => "password",
            Self::Factors => "factors",
            Self::Linked => "linked",
            Self::Organisation => "organisation",
            Self::Roles => "roles",
            Self::OtherRoles => "other-roles",
            Self::Opened => "opened",
            Self::OwnFactors => "own-factors",
            Self::Confirmed => "confirmed",
        }
    }

    /// The kind of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// A change of the own account that somebody else made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ControlView {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: ControlKind,
    /// Who, as the audit names actors: `staff:<id>`, `command` (the server's terminal), `sign-on:<provider>`.
    pub by: String,
    /// Name as shown; empty where it was no member of staff.
    pub by_name: String,
}

/// The holder has seen what others changed of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ControlSeen {
    /// Up to and with this time: that of the newest change that was shown.
    pub until: Timestamp,
}

/// A factor on the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FactorView {
    /// Its id, 32 hexadecimal digits.
    pub id: String,
    /// Kind.
    pub kind: FactorKind,
    /// Name that its holder gave it: "điện thoại".
    pub label: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last shown.
    pub last_used: Option<Timestamp>,
    /// For recovery codes: how many are left.
    pub left: Option<u16>,
}

/// A new secret for an app, not yet in force.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TotpOffer {
    /// The secret in base 32, for typing.
    pub secret: String,
    /// `otpauth://totp/…`, what the QR code holds.
    pub uri: String,
    /// The QR code, row by row: `1` is dark. The quiet zone is left to the page.
    pub modules: Vec<String>,
}

/// Puts an offered secret in force by showing its current code.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TotpEnrolment {
    /// Name for the list.
    pub label: String,
    /// Current code.
    pub code: String,
}

/// Puts a passkey in force.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PasskeyEnrolment {
    /// Name for the list.
    pub label: String,
    /// `PublicKeyCredential` of the creation as its `toJSON()` gives it, as a JSON text.
    pub credential: String,
}

/// New recovery codes, shown once; older ones are void.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// Ten codes.
    pub codes: Vec<String>,
}

/// What a new password must be like, for its holder to read before typing one. The server judges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PasswordRules {
    /// Fewest characters, blanks not counted.
    pub shortest: u16,
    /// Whether it needs capital letters, small letters, digits and other characters: where no second factor stands beside it.
    pub four_classes: bool,
    /// From how many of the last passwords it must differ.
    pub earlier: u16,
}

/// Changes one's own password.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PasswordChange {
    /// The present one.
    pub old: String,
    /// The new one.
    pub new: String,
}

/// Opens a session that was locked because nobody did anything.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Unlock {
    /// The password.
    pub password: String,
}

/// A session on the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// Id.
    pub id: SessionId,
    /// Since when.
    pub opened_at: Timestamp,
    /// When its holder last did something.
    pub last_active: Timestamp,
    /// From which address.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// How long a session may rest, for the page's own warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct IdleLimit {
    /// Without an act of its holder for so long, a session locks itself.
    pub after: Millis,
}

/// A token for one WebSocket, good for a minute and for this login alone; shown as the subprotocol `token.<hex>` beside
/// [`crate::route::LIVE_PROTOCOL`].
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LiveToken {
    /// 64 hexadecimal digits.
    pub token: String,
}
