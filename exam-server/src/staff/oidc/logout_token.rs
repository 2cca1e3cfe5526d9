//! A provider's word that a login there has ended (OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.6). Plain.

use super::claims::Extra;
use exam_protocol::time::{Millis, Timestamp};
use openidconnect::core::{
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
};
use openidconnect::{IdToken, IdTokenVerifier, JsonWebTokenType, Nonce};
use serde_json::Value;

/// The member of `events` that makes a token one of logout.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Older tokens are refused, whatever they say about their end.
const OLDEST: Millis = Millis::minutes(10);

/// Clocks may differ by so much.
const SKEW: Millis = Millis::minutes(2);

/// A signed token of a provider.
pub type Token = IdToken<Extra, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// Whose sessions end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedOut {
    /// `sub`.
    pub subject: String,
    /// `sid`; all sessions of the subject without it.
    pub sid: Option<String>,
    /// `jti`, for refusing it a second time.
    pub token: String,
    /// When the token ends.
    pub expires_at: Timestamp,
}

/// Verifies a logout token. The verifier brings issuer, audience, keys and algorithms.
///
/// # Errors
/// What does not fit.
pub fn verify(
    text: &str,
    verifier: IdTokenVerifier<'_, CoreJsonWebKey>,
    now: Timestamp,
) -> Result<LoggedOut, String> {
    let token: Token = text.parse().map_err(|_| "not a signed token".to_owned())?;
    let types = ["logout+jwt", "JWT"]
        .into_iter()
        .filter_map(|one| JsonWebTokenType::new(one.to_owned()).normalize().ok());
    let verifier = verifier.set_allowed_jose_types(types);
    // What may not be there: a token with a nonce is an id token.
    let no_nonce = |nonce: Option<&Nonce>| match nonce {
        None => Ok(()),
        Some(_) => Err("has a nonce".to_owned()),
    };
    let claims = token
        .claims(&verifier, no_nonce)
        .map_err(|error| error.to_string())?;
    let others = &claims.additional_claims().others;
    let event = others.get("events").and_then(|events| events.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err("is not about a logout".into());
    }
    let issued = Timestamp(claims.issue_time().timestamp_millis());
    if now - issued > OLDEST || issued - now > SKEW {
        return Err("was not issued just now".into());
    }
    let token = others
        .get("jti")
        .and_then(Value::as_str)
        .filter(|id| !id.is_empty());
    Ok(LoggedOut {
        subject: claims.subject().as_str().to_owned(),
        sid: others.get("sid").and_then(Value::as_str).map(str::to_owned),
        token: token.ok_or("has no jti")?.to_owned(),
        expires_at: Timestamp(claims.expiration().timestamp_millis()),
    })
}
