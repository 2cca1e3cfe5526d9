//! Every URL path of the server. Agent, pages and server take them from here and nowhere else.

/// The candidate's page.
pub const CANDIDATE_PAGE: &str = "/";
/// The proctor's page.
pub const CONSOLE_PAGE: &str = "/console/";

/// `GET`: is the process alive?
pub const HEALTH: &str = "/healthz";

/// `GET`: may this node be given work?
pub const READY: &str = "/readyz";

/// `GET` → the OpenAPI 3.1 document of all paths.
pub const OPENAPI: &str = "/api/openapi.json";
/// `GET`: whom to tell about a weakness (RFC 9116).
pub const SECURITY_TXT: &str = "/.well-known/security.txt";

/// `POST` [`crate::seat::ClaimRequest`] → [`crate::seat::ClaimResponse`].
pub const SEAT_CLAIM: &str = "/api/seat/claim";
/// `GET` with `Authorization: Bearer` seat token → sealed form, `application/octet-stream` ([`crate::paper::SealedForm`] in CBOR).
pub const SEAT_FORM: &str = "/api/seat/form";
/// WebSocket of a seat: [`crate::seat::SeatMessage`] up, [`crate::seat::SeatEvent`] down.
pub const SEAT_LIVE: &str = "/api/seat/live";
/// `GET` → [`crate::seat::ServerKeys`], the public keys that receipts are checked against.
pub const SERVER_KEYS: &str = "/api/keys";

/// WebSocket of a check-in station (client certificate needed): [`crate::station::StationMessage`] up, [`crate::station::StationCommand`] down.
pub const STATION_LIVE: &str = "/api/station/live";

/// `POST` [`crate::console::LoginRequest`] → [`crate::staff::LoginStep`] and the session cookie; `DELETE` ends the session; `GET` → [`crate::console::Me`].
pub const LOGIN: &str = "/api/console/session";
/// `POST` [`crate::staff::SecondFactor`] → [`crate::staff::LoginStep`]: the second step of a login; within a session, a step-up.
pub const SECOND_FACTOR: &str = "/api/console/session/second-factor";
/// `POST` → [`crate::staff::PasskeyChallenge`] for a login or a step-up.
pub const PASSKEY_CHALLENGE: &str = "/api/console/session/passkey-challenge";
/// `POST` [`crate::staff::Unlock`] → [`crate::console::Me`]: opens a session that has locked itself.
pub const UNLOCK: &str = "/api/console/session/unlock";
/// `POST`: the holder is still there (the page says so at most once a minute, when keys or mouse were used).
pub const ACTIVITY: &str = "/api/console/session/activity";
/// `POST` → [`crate::staff::LiveToken`].
pub const LIVE_TOKEN: &str = "/api/console/session/live-token";
/// The subprotocol of live sockets of the console; beside it stands `token.<hex>`.
pub const LIVE_PROTOCOL: &str = "exam.v1";
/// `GET` → `Vec<`[`crate::staff::SessionView`]`>`: own sessions.
pub const MY_SESSIONS: &str = "/api/console/me/sessions";
/// `DELETE`: ends one of one's own sessions.
pub const MY_SESSION: &str = "/api/console/me/sessions/{session}";
/// `POST` [`crate::staff::PasswordChange`].
pub const MY_PASSWORD: &str = "/api/console/me/password";
/// `GET` → `Vec<`[`crate::staff::ControlView`]`>`: what others changed of one's own account: not yet acknowledged, or in the last 30 days;
/// `POST` [`crate::staff::ControlSeen`]: acknowledges it.
pub const MY_ACCOUNT_CHANGES: &str = "/api/console/me/account-changes";
/// `GET` → `Vec<`[`crate::staff::FactorView`]`>`: own second factors.
pub const MY_FACTORS: &str = "/api/console/me/factors";
/// `DELETE`: takes one of one's own second factors out of force.
pub const MY_FACTOR: &str = "/api/console/me/factors/{factor}";
/// `POST` → [`crate::staff::TotpOffer`]; `PUT` [`crate::staff::TotpEnrolment`] puts it in force.
pub const MY_TOTP: &str = "/api/console/me/totp";
/// `POST` → [`crate::staff::PasskeyChallenge`]; `PUT` [`crate::staff::PasskeyEnrolment`] puts the passkey in force.
pub const MY_PASSKEY: &str = "/api/console/me/passkey";
/// `POST` → [`crate::staff::RecoveryCodes`]: new recovery codes.
pub const MY_RECOVERY_CODES: &str = "/api/console/me/recovery-codes";

/// `GET` → the exam CA's root certificate, PEM. Nobody is logged in.
pub const EXAM_CA: &str = "/api/machine/exam-ca";
/// `POST` [`crate::machine::EnrolmentRequest`] → [`crate::machine::Enrolled`]. Nobody is logged in.
pub const MACHINE_ENROLMENT: &str = "/api/machine/enrolment";
/// `GET` → certificate revocation list (DER) of the issuing authority.
pub const REVOCATION_LIST: &str = "/exam-ca.crl";
/// `GET` → `Vec<`[`crate::machine::MachineView`]`>`; `POST` [`crate::machine::CodesRequest`] → `Vec<`[`crate::machine::EnrolmentCode`]`>`.
pub const MACHINES: &str = "/api/console/machines";
/// `PUT` [`crate::machine::RenameMachine`] → [`crate::machine::MachineView`].
pub const MACHINE: &str = "/api/console/machines/{machine}";
/// `POST` [`crate::machine::MachineReason`] → [`crate::machine::MachineView`]: revokes the certificate.
pub const MACHINE_REVOKE: &str = "/api/console/machines/{machine}/revocation";
/// `POST` [`crate::machine::MachineReason`] → [`crate::machine::MachineView`]: somebody has looked into the alarm.
pub const MACHINE_ALARM: &str = "/api/console/machines/{machine}/alarm";

/// `GET` → [`crate::proposal::Proposals`]: what this person may see; `POST` [`crate::proposal::ProposeRequest`] → [`crate::proposal::ProposalView`].
pub const PROPOSALS: &str = "/api/console/proposals";
/// `GET` → [`crate::proposal::ProposalView`]; `DELETE` → the same: its proposer takes it back.
pub const PROPOSAL: &str = "/api/console/proposals/{proposal}";
/// `POST` [`crate::proposal::DecideRequest`] → [`crate::proposal::ProposalView`]: the second person decides; approved acts are done at once.
pub const PROPOSAL_DECISION: &str = "/api/console/proposals/{proposal}/decision";

/// `GET` → `Vec<`[`crate::console::RoomSummary`]`>`: the rooms this person may see.
pub const ROOMS: &str = "/api/console/rooms";
/// `GET` → [`crate::console::Board`].
pub const ROOM_BOARD: &str = "/api/console/rooms/{room}/board";
/// WebSocket: [`crate::console::Board`] down, each time something changed (at most twice a second).
pub const ROOM_LIVE: &str = "/api/console/rooms/{room}/live";
/// `POST` [`crate::console::RoomActionRequest`] → [`crate::console::Board`].
pub const ROOM_ACTION: &str = "/api/console/rooms/{room}/actions";
/// `POST` [`crate::console::StartCheckin`] → [`crate::console::CheckinView`].
pub const ROOM_CHECKINS: &str = "/api/console/rooms/{room}/checkins";
/// `GET` → [`crate::console::CheckinView`].
pub const CHECKIN: &str = "/api/console/checkins/{checkin}";
/// `GET` → the chip's portrait (`image/jpeg`; 404 when there is none).
pub const CHECKIN_PORTRAIT: &str = "/api/console/checkins/{checkin}/portrait";
/// `POST` [`crate::console::AdmitRequest`] → [`crate::console::TicketView`].
pub const CHECKIN_ADMIT: &str = "/api/console/checkins/{checkin}/admit";
/// `POST` [`crate::console::ManualAdmitRequest`] → [`crate::console::TicketView`]: the route without a card.
pub const ATTEMPT_MANUAL_ADMIT: &str = "/api/console/attempts/{attempt}/manual-admission";
/// `POST` [`crate::absence::AbsenceRequest`]: a candidate leaves the room, or is back.
pub const ATTEMPT_ABSENCE: &str = "/api/console/attempts/{attempt}/absence";
/// `POST` [`crate::console::TakeOverRequest`] → [`crate::console::TicketView`]: a new ticket, so that another PC takes the seat over.
pub const ATTEMPT_TAKE_OVER: &str = "/api/console/attempts/{attempt}/take-over";
/// `GET` → the attempt's hand-in with its receipt as a file for `exam-server verify`.
pub const ATTEMPT_SUBMISSION: &str = "/api/console/attempts/{attempt}/submission";
/// `GET`, after the room has ended → marks as CSV.
pub const ROOM_RESULTS_CSV: &str = "/api/console/rooms/{room}/results.csv";
/// `GET`, after the room has ended → marks as XLSX.
pub const ROOM_RESULTS_XLSX: &str = "/api/console/rooms/{room}/results.xlsx";

/// `GET` with [`crate::people::MemberFilter`] → [`crate::people::MemberPage`]; `POST` [`crate::people::NewMember`] → [`crate::people::StartPassword`].
pub const STAFF: &str = "/api/console/staff";
/// `PUT` [`crate::people::MemberChange`].
pub const STAFF_MEMBER: &str = "/api/console/staff/{staff}";
/// `PUT` [`crate::people::StateChange`]: disables or enables an account.
pub const STAFF_STATE: &str = "/api/console/staff/{staff}/state";
/// `POST` → [`crate::people::StartPassword`]: a new password that must be changed at the next login.
pub const STAFF_PASSWORD: &str = "/api/console/staff/{staff}/password";
/// `DELETE`: takes all second factors of somebody out of force; the next login asks for new ones.
pub const STAFF_FACTORS: &str = "/api/console/staff/{staff}/factors";
/// `POST` [`crate::people::ExternalLogin`]: this login at a provider is this member.
pub const STAFF_SIGN_ON: &str = "/api/console/staff/{staff}/single-sign-on";
/// `POST` [`crate::people::ExternalLogin`]: undoes that.
pub const STAFF_SIGN_ON_REMOVAL: &str = "/api/console/staff/{staff}/single-sign-on/removal";
/// `POST` [`crate::people::GrantChange`]: gives a role in a scope.
pub const GRANTS: &str = "/api/console/grants";
/// `POST` [`crate::people::GrantChange`]: takes a role away.
pub const GRANT_REVOCATION: &str = "/api/console/grants/revocation";
/// `GET` → [`crate::people::ScopeTree`]: where roles can be granted.
pub const SCOPES: &str = "/api/console/scopes";
/// `POST` [`crate::people::NewOrganisation`] → [`crate::people::OrganisationNode`].
pub const ORGANISATIONS: &str = "/api/console/organisations";
/// `POST` of an XLSX or CSV file with [`crate::people::ImportQuery`] → [`crate::people::StaffImport`].
pub const STAFF_IMPORT: &str = "/api/console/staff-import";
/// `GET` with [`crate::people::ReviewFilter`] → [`crate::people::ReviewPage`]; `POST` [`crate::people::ReviewMark`].
pub const ACCESS_REVIEW: &str = "/api/console/access-review";

/// `GET` → `Vec<`[`crate::people::SignOnProvider`]`>`. Nobody is logged in.
pub const SINGLE_SIGN_ON: &str = "/api/console/single-sign-on";
/// `GET` by a link of the login page, not by script: leads on to the provider.
pub const SINGLE_SIGN_ON_START: &str = "/api/console/single-sign-on/{provider}";
/// `GET`: where the provider sends the browser back to; leads on to [`CONSOLE_PAGE`], with `?sign-on=<problem code>` when
/// the login was refused.
pub const SINGLE_SIGN_ON_CALLBACK: &str = "/api/console/single-sign-on/{provider}/callback";
/// `POST` of a form with `logout_token` by the provider itself (OpenID Connect Back-Channel Logout 1.0).
pub const BACK_CHANNEL_LOGOUT: &str = "/api/console/single-sign-on/{provider}/back-channel-logout";
/// `POST` → [`crate::people::SingleLogout`]: logs out here, and says where to log out at the provider.
pub const SINGLE_LOGOUT: &str = "/api/console/session/single-logout";

/// `GET` with [`crate::audit::AuditFilter`] → [`crate::audit::AuditPage`].
pub const AUDIT: &str = "/api/console/audit";
/// `GET` with [`crate::audit::AuditRange`] → the chain as JSON lines with a signed head, for `exam-server audit verify`.
/// Only for those who may read the whole audit.
pub const AUDIT_EXPORT: &str = "/api/console/audit/export";
/// `GET` with [`crate::audit::AuditCursor`] → JSON lines of the records after the cursor, at most
/// [`crate::audit::FEED_PAGE`]; waits when there is none. Only for those who may read the whole audit.
pub const AUDIT_FEED: &str = "/api/console/audit/feed";
/// `GET` → [`crate::audit::AuditState`].
pub const AUDIT_STATE: &str = "/api/console/audit/state";

/// `GET` → the roster photo of a candidate (`image/jpeg`; 404 when there is none).
pub const ATTEMPT_PHOTO: &str = "/api/console/attempts/{attempt}/photo";
/// `POST` [`crate::personal_data::PersonRequest`] → [`crate::personal_data::PersonExport`].
pub const PERSON_EXPORT: &str = "/api/console/personal-data/export";
/// `GET` → `Vec<`[`crate::checkin::DocumentSignerView`]`>`, newest first; `POST` [`crate::checkin::ApproveSigner`] → the same.
pub const DOCUMENT_SIGNERS: &str = "/api/console/document-signers";
/// `GET` → `Vec<`[`crate::personal_data::ErasureMinutes`]`>`, newest first.
pub const ERASURES: &str = "/api/console/personal-data/erasures";

/// A path with its one `{name}` replaced by an id.
pub fn with_id(path: &str, id: impl core::fmt::Display) -> String {
    match (path.find('{'), path.find('}')) {
        (Some(from), Some(to)) => format!("{}{id}{}", &path[..from], &path[to + 1..]),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in_ids() {
        assert_eq!(with_id(ROOM_BOARD, 7), "/api/console/rooms/7/board");
        assert_eq!(with_id(HEALTH, 7), HEALTH);
    }
}
