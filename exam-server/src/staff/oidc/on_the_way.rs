//! A login on its way through a provider: state, nonce and PKCE verifier, all derived from one token that only the browser's
//! cookie holds. The server keeps the token's hash, so that each can be used once. Plain.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use certs::hash::sha256;
use ring::hmac;

/// The token of a login on its way.
pub struct OnTheWay([u8; 32]);

impl OnTheWay {
    /// From 32 random bytes.
    pub fn new(token: [u8; 32]) -> Self {
        Self(token)
    }

    /// From the cookie.
    pub fn of_cookie(text: &str) -> Option<Self> {
        let mut token = [0; 32];
        hex::decode_to_slice(text, &mut token).ok()?;
        Some(Self(token))
    }

    /// For the cookie.
    pub fn cookie(&self) -> String {
        hex::encode(self.0)
    }

    /// What the server keeps.
    pub fn hash(&self) -> [u8; 32] {
        sha256(&self.0)
    }

    fn derived(&self, purpose: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, purpose.as_bytes()))
    }

    /// The `state` parameter: ties the provider's answer to this browser (RFC 6749, section 10.12).
    pub fn state(&self) -> String {
        self.derived("state")
    }

    /// The `nonce` claim: ties the id token to this login (OpenID Connect Core 1.0, section 3.1.2.1).
    pub fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// The PKCE verifier: ties the code to this login (RFC 7636).
    pub fn verifier(&self) -> String {
        self.derived("verifier")
    }

    /// Whether a `state` is this login's; takes the same time whatever it is.
    pub fn is_state(&self, state: &str) -> bool {
        sha256(state.as_bytes()) == sha256(self.state().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_and_each_login_has_its_own() {
        let login = OnTheWay::new([7; 32]);
        let again = OnTheWay::of_cookie(&login.cookie()).unwrap();
        assert!(again.is_state(&login.state()));
        assert_ne!(login.state(), login.nonce());
        assert_ne!(login.nonce(), login.verifier());
        // RFC 7636, section 4.1: 43 to 128 characters.
        assert_eq!(login.verifier().len(), 43);
        assert!(!OnTheWay::new([8; 32]).is_state(&login.state()));
        assert!(OnTheWay::of_cookie("07").is_none());
    }
}
