//! Passkeys (WebAuthn level 3) through webauthn-rs: challenges, and what authenticators answer. Always with user
//! verification, so that a found key alone is worth nothing.

use exam_protocol::id::StaffId;
use webauthn_rs::prelude::{
    Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    Url, Uuid, Webauthn, WebauthnBuilder,
};

/// What the authenticator's own dialogue calls this server.
const NAME: &str = "Trường Thi";

/// Why a passkey can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPasskey {
    /// The server has no host name to which passkeys could be bound.
    #[error("http.public_url names no host; an address can't have passkeys")]
    NoHost,
    /// The answer can't be read, is for another challenge, or its signature does not fit.
    #[error("the authenticator's answer does not fit")]
    Refused,
    /// What the database holds is broken.
    #[error("a stored passkey or challenge can't be read")]
    Stored,
}

/// A challenge, and what has to be kept until it is answered.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// Options for `navigator.credentials`, JSON.
    pub options: String,
    /// What is kept, JSON.
    pub state: Vec<u8>,
}

/// The relying party of passkeys: this server under its public name.
pub struct RelyingParty(Webauthn);

impl RelyingParty {
    /// For the address that browsers show, `https://thi.truong.edu.vn:8443`.
    ///
    /// # Errors
    /// [`NoPasskey::NoHost`] when it names no host.
    pub fn new(public_url: Option<&str>) -> Result<Self, NoPasskey> {
        let origin = public_url.and_then(|text| Url::parse(text).ok());
        let origin = origin.ok_or(NoPasskey::NoHost)?;
        let host = origin.domain().ok_or(NoPasskey::NoHost)?.to_owned();
        WebauthnBuilder::new(&host, &origin)
            .and_then(|builder| builder.rp_name(NAME).build())
            .map(Self)
            .map_err(|_| NoPasskey::NoHost)
    }

    /// Begins an enrolment; passkeys that are there already are not offered again.
    ///
    /// # Errors
    /// [`NoPasskey::Stored`].
    pub fn begin_enrolment(
        &self,
        staff: StaffId,
        (name, display_name): (&str, &str),
        known: &[Vec<u8>],
    ) -> Result<Challenge, NoPasskey> {
        let known = passkeys(known)?.iter().map(|key| key.cred_id().clone()).collect();
        let user = Uuid::from_bytes(staff.0.0);
        let begun = self
            .0
            .start_passkey_registration(user, name, display_name, Some(known));
        let (options, state) = begun.map_err(|_| NoPasskey::Stored)?;
        challenge(&options.public_key, &state)
    }

    /// Ends an enrolment; the passkey as it is stored.
    ///
    /// # Errors
    /// [`NoPasskey::Refused`], [`NoPasskey::Stored`].
    pub fn end_enrolment(&self, state: &[u8], credential: &str) -> Result<Vec<u8>, NoPasskey> {
        let state: PasskeyRegistration = stored(state)?;
        let credential: RegisterPublicKeyCredential =
            serde_json::from_str(credential).map_err(|_| NoPasskey::Refused)?;
        let passkey = self.0.finish_passkey_registration(&credential, &state);
        written(&passkey.map_err(|_| NoPasskey::Refused)?)
    }

    /// Asks for one of these passkeys.
    ///
    /// # Errors
    /// [`NoPasskey::Stored`], also when there is none.
    pub fn begin_use(&self, known: &[Vec<u8>]) -> Result<Challenge, NoPasskey> {
        let begun = self.0.start_passkey_authentication(&passkeys(known)?);
        let (options, state) = begun.map_err(|_| NoPasskey::Stored)?;
        challenge(&options.public_key, &state)
    }

    /// Checks an answer; which of the passkeys it was, and what to store for it from now on.
    ///
    /// # Errors
    /// [`NoPasskey::Refused`], [`NoPasskey::Stored`].
    pub fn end_use(
        &self,
        state: &[u8],
        credential: &str,
        known: &[Vec<u8>],
    ) -> Result<(usize, Vec<u8>), NoPasskey> {
        let state: PasskeyAuthentication = stored(state)?;
        let credential: PublicKeyCredential =
            serde_json::from_str(credential).map_err(|_| NoPasskey::Refused)?;
        let shown = self.0.finish_passkey_authentication(&credential, &state);
        let shown = shown.map_err(|_| NoPasskey::Refused)?;
        let mut keys = passkeys(known)?;
        let which = keys.iter().position(|key| key.cred_id() == shown.cred_id());
        let which = which.ok_or(NoPasskey::Refused)?;
        keys[which].update_credential(&shown);
        Ok((which, written(&keys[which])?))
    }
}

fn challenge(options: &impl serde::Serialize, state: &impl serde::Serialize) -> Result<Challenge, NoPasskey> {
    Ok(Challenge {
        options: serde_json::to_string(options).map_err(|_| NoPasskey::Stored)?,
        state: written(state)?,
    })
}

fn passkeys(known: &[Vec<u8>]) -> Result<Vec<Passkey>, NoPasskey> {
    known.iter().map(|one| stored(one)).collect()
}

fn stored<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, NoPasskey> {
    serde_json::from_slice(bytes).map_err(|_| NoPasskey::Stored)
}

fn written(value: &impl serde::Serialize) -> Result<Vec<u8>, NoPasskey> {
    serde_json::to_vec(value).map_err(|_| NoPasskey::Stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_need_a_host_name() {
        let party = |url| RelyingParty::new(url).err();
        assert_eq!(party(None), Some(NoPasskey::NoHost));
        assert_eq!(party(Some("https://10.0.0.1:8443")), Some(NoPasskey::NoHost));
        assert_eq!(party(Some("https://localhost:8443")), None);
    }

    #[test]
    fn a_challenge_is_bound_to_the_host_and_wants_verification() {
        let party = RelyingParty::new(Some("https://thi.example.vn:8443")).unwrap();
        let begun = party
            .begin_enrolment(StaffId::from_random([1; 16]), ("lan", "Lan"), &[])
            .unwrap();
        let options: serde_json::Value = serde_json::from_str(&begun.options).unwrap();
        assert_eq!(options["rp"]["id"], "thi.example.vn");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert!(options["challenge"].as_str().is_some_and(|text| text.len() >= 22));
        assert_eq!(party.end_enrolment(&begun.state, "{}"), Err(NoPasskey::Refused));
        assert_eq!(party.end_enrolment(b"?", "{}"), Err(NoPasskey::Stored));
    }
}
