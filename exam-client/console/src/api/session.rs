//! Logging in and out, one's own sessions, factors and password. Must not keep anything that was sent.

use crate::api::Answer;
use exam_browser::fetch;
use exam_protocol::console::{LoginRequest, Me};
use exam_protocol::id::SessionId;
use exam_protocol::people::{SignOnProvider, SingleLogout};
use exam_protocol::route::{self, with_id};
use exam_protocol::staff::{
    ControlSeen, ControlView, FactorView, LiveToken, LoginStep, PasskeyChallenge, PasskeyEnrolment,
    PasswordChange, RecoveryCodes, SecondFactor, SessionView, TotpEnrolment, TotpOffer, Unlock,
};

/// Who is logged in.
pub async fn me() -> Answer<Me> {
    fetch::get(route::LOGIN).await
}

/// The first step of a login; the session is a cookie that scripts can't read.
pub async fn log_in(request: &LoginRequest) -> Answer<LoginStep> {
    fetch::post(route::LOGIN, request).await
}

/// Ends the session.
pub async fn log_out() -> Answer<()> {
    fetch::delete(route::LOGIN).await
}

/// Ends the session here, and says where it is to be ended at the single sign-on provider.
pub async fn single_logout() -> Answer<SingleLogout> {
    fetch::demand(route::SINGLE_LOGOUT).await
}

/// Single sign-on providers to choose from.
pub async fn sign_on_providers() -> Answer<Vec<SignOnProvider>> {
    fetch::get(route::SINGLE_SIGN_ON).await
}

/// Where a login at a provider begins.
pub fn sign_on_path(provider: &str) -> String {
    with_id(route::SINGLE_SIGN_ON_START, provider)
}

/// The second step of a login, or a step-up.
pub async fn second_factor(factor: &SecondFactor) -> Answer<LoginStep> {
    fetch::post(route::SECOND_FACTOR, factor).await
}

/// A challenge for a passkey that is in force.
pub async fn passkey_challenge() -> Answer<PasskeyChallenge> {
    fetch::demand(route::PASSKEY_CHALLENGE).await
}

/// Opens a locked session.
pub async fn unlock(request: &Unlock) -> Answer<()> {
    fetch::tell(route::UNLOCK, request).await
}

/// The holder is still there.
pub async fn active() -> Answer<()> {
    fetch::ping(route::ACTIVITY).await
}

/// A token for one live socket.
pub async fn live_token() -> Answer<LiveToken> {
    fetch::demand(route::LIVE_TOKEN).await
}

/// Own sessions.
pub async fn sessions() -> Answer<Vec<SessionView>> {
    fetch::get(route::MY_SESSIONS).await
}

/// Ends one of one's own sessions.
pub async fn end_session(id: SessionId) -> Answer<()> {
    fetch::delete(&with_id(route::MY_SESSION, id)).await
}

/// What others changed of one's own account, not yet acknowledged.
pub async fn account_changes() -> Answer<Vec<ControlView>> {
    fetch::get(route::MY_ACCOUNT_CHANGES).await
}

/// Acknowledges it.
pub async fn account_changes_seen(request: &ControlSeen) -> Answer<()> {
    fetch::tell(route::MY_ACCOUNT_CHANGES, request).await
}

/// Own second factors.
pub async fn factors() -> Answer<Vec<FactorView>> {
    fetch::get(route::MY_FACTORS).await
}

/// Takes a factor out of force.
pub async fn remove_factor(id: &str) -> Answer<()> {
    fetch::delete(&with_id(route::MY_FACTOR, id)).await
}

/// Changes one's own password.
pub async fn change_password(request: &PasswordChange) -> Answer<()> {
    fetch::tell(route::MY_PASSWORD, request).await
}

/// A new secret for an app.
pub async fn totp_offer() -> Answer<TotpOffer> {
    fetch::demand(route::MY_TOTP).await
}

/// Puts it in force.
pub async fn enrol_totp(request: &TotpEnrolment) -> Answer<()> {
    fetch::settle(route::MY_TOTP, request).await
}

/// A challenge for a new passkey.
pub async fn passkey_offer() -> Answer<PasskeyChallenge> {
    fetch::demand(route::MY_PASSKEY).await
}

/// Puts it in force.
pub async fn enrol_passkey(request: &PasskeyEnrolment) -> Answer<()> {
    fetch::settle(route::MY_PASSKEY, request).await
}

/// New recovery codes; older ones are void.
pub async fn recovery_codes() -> Answer<RecoveryCodes> {
    fetch::demand(route::MY_RECOVERY_CODES).await
}
