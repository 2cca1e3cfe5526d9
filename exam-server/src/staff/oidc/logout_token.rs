//! A provider's word that a login there has ended (OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.6). Plain.
//!
//! The library reads tokens of logins alone: it refuses whatever names no subject, and a logout may name the provider's
//! session instead. So the three parts of the compact form (RFC 7515, section 3.1) are taken apart here; signatures are the
//! library's matter.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exam_protocol::time::{Millis, Timestamp};
use openidconnect::JsonWebKey;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The member of `events` that makes a token one of logout.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Older tokens are refused, whatever they say about their end.
const OLDEST: Millis = Millis::minutes(10);

/// Clocks may differ by so much.
const SKEW: Millis = Millis::minutes(2);

/// Whose word counts, and for whom it must be.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Our name there.
    pub client_id: &'a str,
    /// The provider's keys.
    pub keys: &'a [CoreJsonWebKey],
    /// What may sign.
    pub algorithms: &'a [CoreJwsSigningAlgorithm],
}

/// Whose sessions end: those of `subject`, or the one that `sid` names; where both are there, both must fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedOut {
    /// `sub`.
    pub subject: Option<String>,
    /// `sid`.
    pub sid: Option<String>,
    /// `jti`, for refusing it a second time.
    pub token: String,
    /// When the token ends.
    pub expires_at: Timestamp,
}

/// RFC 7515, section 4.1.
#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<String>,
    typ: Option<String>,
    cty: Option<Value>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: i64,
    exp: i64,
    jti: String,
    events: Map<String, Value>,
    sub: Option<String>,
    sid: Option<String>,
    nonce: Option<Value>,
}

/// One, or a list (RFC 7519, section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    All(Vec<String>),
}

/// Verifies a logout token.
///
/// # Errors
/// What does not fit.
pub fn verify(text: &str, judge: &Judge<'_>, now: Timestamp) -> Result<LoggedOut, &'static str> {
    let (signed, signature) = text.rsplit_once('.').ok_or("not a signed token")?;
    let (header, claims) = signed.split_once('.').ok_or("not a signed token")?;
    judge.signature(&part(header)?, signed.as_bytes(), &bytes(signature)?)?;
    let claims: Claims = part(claims)?;
    judge.party(&claims)?;
    recent(&claims, now)?;
    // What may not be there: a token with a nonce is an id token.
    if claims.nonce.is_some() {
        return Err("has a nonce");
    }
    if !claims.events.get(EVENT).is_some_and(Value::is_object) {
        return Err("is not about a logout");
    }
    let named = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (subject, sid) = (named(claims.sub), named(claims.sid));
    if subject.is_none() && sid.is_none() {
        return Err("names nobody and no session");
    }
    if claims.jti.is_empty() {
        return Err("has no jti");
    }
    Ok(LoggedOut {
        subject,
        sid,
        token: claims.jti,
        expires_at: seconds(claims.exp),
    })
}

impl Judge<'_> {
    fn signature(&self, header: &Header, message: &[u8], signature: &[u8]) -> Result<(), &'static str> {
        let kind = header.typ.as_deref().unwrap_or("JWT").to_ascii_lowercase();
        if !matches!(kind.trim_start_matches("application/"), "logout+jwt" | "jwt") {
            return Err("is a token of another kind");
        }
        if header.crit.is_some() || header.cty.is_some() {
            return Err("has a header that is not understood");
        }
        if !self.algorithms.contains(&header.alg) {
            return Err("is signed in a way that is not allowed");
        }
        let meant = |key: &&CoreJsonWebKey| {
            let name = key.key_id().map(|id| id.as_str());
            header.kid.is_none() || header.kid.as_deref() == name
        };
        let fits = |key: &CoreJsonWebKey| key.verify_signature(&header.alg, message, signature).is_ok();
        if !self.keys.iter().filter(meant).any(fits) {
            return Err("is not signed by the provider");
        }
        Ok(())
    }

    fn party(&self, claims: &Claims) -> Result<(), &'static str> {
        if claims.iss != self.issuer {
            return Err("is another issuer's");
        }
        let ours = match &claims.aud {
            Audience::One(one) => one == self.client_id,
            Audience::All(all) => all.iter().any(|one| one == self.client_id),
        };
        if ours { Ok(()) } else { Err("is for somebody else") }
    }
}

fn recent(claims: &Claims, now: Timestamp) -> Result<(), &'static str> {
    let issued = seconds(claims.iat);
    if now - issued > OLDEST || issued - now > SKEW {
        return Err("was not issued just now");
    }
    if now >= seconds(claims.exp) {
        return Err("has ended");
    }
    Ok(())
}

/// RFC 7519, section 2: seconds since 1970.
fn seconds(date: i64) -> Timestamp {
    Timestamp(date.saturating_mul(1000))
}

fn bytes(text: &str) -> Result<Vec<u8>, &'static str> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| "not a signed token")
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, &'static str> {
    serde_json::from_slice(&bytes(text)?).map_err(|_| "not a token of logout")
}

#[cfg(test)]
mod tests {
    use super::*;
    use openidconnect::JsonWebKeyId;
    use openidconnect::core::CoreJsonCurveType;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use serde_json::json;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    struct Signer(EcdsaKeyPair, SystemRandom);

    impl Signer {
        fn new() -> Self {
            let random = SystemRandom::new();
            let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
            Self(
                EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap(),
                random,
            )
        }

        fn key(&self) -> CoreJsonWebKey {
            let point = self.0.public_key().as_ref();
            let (x, y) = (point[1..33].to_vec(), point[33..].to_vec());
            CoreJsonWebKey::new_ec(x, y, CoreJsonCurveType::P256, Some(JsonWebKeyId::new("k".into())))
        }

        fn token(&self, header: &Value, claims: &Value) -> String {
            let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let signed = format!("{}.{}", encode(header), encode(claims));
            let signature = self.0.sign(&self.1, signed.as_bytes()).unwrap();
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
        }
    }

    fn header() -> Value {
        json!({ "alg": "ES256", "kid": "k", "typ": "logout+jwt" })
    }

    fn claims() -> Value {
        json!({
            "iss": "https://so", "aud": ["thi"], "iat": 1_800_000_000, "exp": 1_800_000_120, "jti": "j",
            "sub": "1001", "sid": "s", "events": { EVENT: {} },
        })
    }

    fn judged(signer: &Signer, text: &str) -> Result<LoggedOut, &'static str> {
        let judge = Judge {
            issuer: "https://so",
            client_id: "thi",
            keys: &[signer.key()],
            algorithms: &[CoreJwsSigningAlgorithm::EcdsaP256Sha256],
        };
        verify(text, &judge, NOW)
    }

    fn with(mut value: Value, name: &str, new: Value) -> Value {
        match new {
            Value::Null => value.as_object_mut().unwrap().remove(name),
            new => value.as_object_mut().unwrap().insert(name.to_owned(), new),
        };
        value
    }

    #[test]
    fn a_subject_a_session_or_both_are_named() {
        let signer = Signer::new();
        let both = judged(&signer, &signer.token(&header(), &claims())).unwrap();
        assert_eq!(
            (both.subject.as_deref(), both.sid.as_deref()),
            (Some("1001"), Some("s"))
        );
        assert_eq!(both.expires_at, NOW + Millis::minutes(2));
        for (name, left) in [("sub", (None, Some("s"))), ("sid", (Some("1001"), None))] {
            let one = signer.token(&header(), &with(claims(), name, Value::Null));
            let one = judged(&signer, &one).unwrap();
            assert_eq!((one.subject.as_deref(), one.sid.as_deref()), left);
        }
        let nobody = with(with(claims(), "sub", Value::Null), "sid", json!(""));
        assert!(judged(&signer, &signer.token(&header(), &nobody)).is_err());
    }

    #[test]
    fn whatever_else_is_not_as_it_should_be_is_refused() {
        let signer = Signer::new();
        for (name, wrong) in [
            ("iss", json!("https://other")),
            ("aud", json!("other")),
            ("aud", json!([])),
            ("iat", json!(1_799_999_399)),
            ("iat", json!(1_800_000_121)),
            ("exp", json!(1_800_000_000)),
            ("exp", Value::Null),
            ("jti", Value::Null),
            ("jti", json!("")),
            ("events", json!({})),
            ("events", json!({ EVENT: true })),
            ("nonce", json!("n")),
        ] {
            let token = signer.token(&header(), &with(claims(), name, wrong.clone()));
            assert!(judged(&signer, &token).is_err(), "{name}: {wrong}");
        }
        for (name, wrong) in [
            ("alg", json!("none")),
            ("alg", json!("HS256")),
            ("alg", json!("RS256")),
            ("kid", json!("other")),
            ("typ", json!("at+jwt")),
            ("crit", json!(["b64"])),
            ("cty", json!("JWT")),
        ] {
            let token = signer.token(&with(header(), name, wrong.clone()), &claims());
            assert!(judged(&signer, &token).is_err(), "{name}: {wrong}");
        }
    }

    #[test]
    fn not_a_byte_of_it_can_be_changed() {
        let signer = Signer::new();
        let token = signer.token(&header(), &claims());
        assert!(judged(&Signer::new(), &token).is_err(), "somebody else's key");
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(judged(&signer, &changed).is_err(), "byte {at}");
        }
        for broken in [
            "",
            ".",
            "..",
            "a.b.c",
            &token[..token.len() - 1],
            &format!("{token}."),
        ] {
            assert!(judged(&signer, broken).is_err(), "{broken}");
        }
    }
}
