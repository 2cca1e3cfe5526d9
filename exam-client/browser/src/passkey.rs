//! Passkeys: `navigator.credentials` (Web Authentication, level 3) with options and answers as JSON texts.
//!
//! The conversion between JSON and the browser's buffers is done here for every browser: Chromium knows
//! `parseCreationOptionsFromJSON` only since 129, and one way for all is one way to test. Must not look into what it carries.

use js_sys::{Array, ArrayBuffer, Function, JSON, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Why there is no passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyError {
    /// The browser or this PC knows no passkeys.
    Unavailable,
    /// Cancelled, timed out, or no authenticator fits (`NotAllowedError`: browsers do not tell which).
    Cancelled,
    /// This authenticator is on the account already (`InvalidStateError`).
    AlreadyThere,
    /// The options can't be used here: page and server do not fit together.
    Refused,
}

/// Whether the browser knows passkeys at all.
pub fn is_available() -> bool {
    web_sys::window().is_some_and(|window| {
        Reflect::get(&window, &"PublicKeyCredential".into()).is_ok_and(|class| class.is_function())
    })
}

/// Makes a passkey: `PublicKeyCredentialCreationOptionsJSON` in, `RegistrationResponseJSON` out.
///
/// # Errors
/// [`PasskeyError`].
pub async fn create(options: &str) -> Result<String, PasskeyError> {
    let options = parsed(options)?;
    decode(&options, "challenge")?;
    decode(&field(&options, "user")?, "id")?;
    decode_ids(&options, "excludeCredentials")?;
    answered(&ask("create", &options).await?)
}

/// Shows a passkey: `PublicKeyCredentialRequestOptionsJSON` in, `AuthenticationResponseJSON` out.
///
/// # Errors
/// [`PasskeyError`].
pub async fn get(options: &str) -> Result<String, PasskeyError> {
    let options = parsed(options)?;
    decode(&options, "challenge")?;
    decode_ids(&options, "allowCredentials")?;
    answered(&ask("get", &options).await?)
}

fn parsed(options: &str) -> Result<JsValue, PasskeyError> {
    let options = JSON::parse(options).map_err(refused)?;
    // Servers in Rust wrap the options in the member that `navigator.credentials` wants.
    match field(&options, "publicKey") {
        Ok(inner) if inner.is_object() => Ok(inner),
        _ => Ok(options),
    }
}

async fn ask(method: &str, options: &JsValue) -> Result<JsValue, PasskeyError> {
    let navigator = web_sys::window().ok_or(PasskeyError::Unavailable)?.navigator();
    let credentials = field(&navigator, "credentials").map_err(|_| PasskeyError::Unavailable)?;
    let function: Function = field(&credentials, method)
        .and_then(|function| function.dyn_into().map_err(refused))
        .map_err(|_| PasskeyError::Unavailable)?;
    let wish = Object::new();
    set(&wish, "publicKey", options)?;
    let promise: Promise = function
        .call1(&credentials, &wish)
        .and_then(JsCast::dyn_into)
        .map_err(refused)?;
    JsFuture::from(promise).await.map_err(|error| named(&error))
}

/// What a rejected promise means, by the name of its `DOMException`.
fn named(error: &JsValue) -> PasskeyError {
    let name = field(error, "name").ok().and_then(|name| name.as_string());
    match name.as_deref() {
        Some("NotAllowedError" | "AbortError") => PasskeyError::Cancelled,
        Some("InvalidStateError") => PasskeyError::AlreadyThere,
        Some("NotSupportedError") => PasskeyError::Unavailable,
        _ => PasskeyError::Refused,
    }
}

/// `PublicKeyCredential.toJSON()` (section 5.1), for browsers that do not have it yet as well.
fn answered(credential: &JsValue) -> Result<String, PasskeyError> {
    let (json, inner) = (Object::new(), Object::new());
    let raw = encode(&field(credential, "rawId")?)?;
    set(&json, "id", &raw)?;
    set(&json, "rawId", &raw)?;
    set(&json, "type", &"public-key".into())?;
    let response = field(credential, "response")?;
    for name in [
        "clientDataJSON",
        "attestationObject",
        "authenticatorData",
        "signature",
        "userHandle",
    ] {
        let value = field(&response, name)?;
        if value.is_instance_of::<ArrayBuffer>() {
            set(&inner, name, &encode(&value)?)?;
        }
    }
    if let Ok(transports) =
        field(&response, "getTransports").and_then(|f| f.dyn_into::<Function>().map_err(refused))
    {
        set(
            &inner,
            "transports",
            &transports.call0(&response).map_err(refused)?,
        )?;
    }
    set(&json, "response", &inner)?;
    set(&json, "clientExtensionResults", &Object::new())?;
    let attachment = field(credential, "authenticatorAttachment")?;
    if attachment.is_string() {
        set(&json, "authenticatorAttachment", &attachment)?;
    }
    JSON::stringify(&json).map(String::from).map_err(refused)
}

fn decode_ids(options: &JsValue, list: &str) -> Result<(), PasskeyError> {
    let ids = field(options, list)?;
    if !Array::is_array(&ids) {
        return Ok(());
    }
    Array::from(&ids)
        .iter()
        .try_for_each(|credential| decode(&credential, "id"))
}

/// Replaces a base64url text by a buffer of its bytes.
fn decode(object: &JsValue, name: &str) -> Result<(), PasskeyError> {
    let text = field(object, name)?.as_string().ok_or(PasskeyError::Refused)?;
    let plain = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    let window = web_sys::window().ok_or(PasskeyError::Unavailable)?;
    // `atob` gives a character for each byte.
    let bytes: Vec<u8> = window
        .atob(&plain)
        .map_err(refused)?
        .chars()
        .map(|character| u8::try_from(u32::from(character)))
        .collect::<Result<_, _>>()
        .map_err(|_| PasskeyError::Refused)?;
    set(object, name, &Uint8Array::from(bytes.as_slice()).buffer())
}

/// base64url without padding (RFC 4648, section 5) of a buffer.
fn encode(buffer: &JsValue) -> Result<JsValue, PasskeyError> {
    let bytes = Uint8Array::new(buffer).to_vec();
    let text: String = bytes.into_iter().map(char::from).collect();
    let window = web_sys::window().ok_or(PasskeyError::Unavailable)?;
    let plain = window.btoa(&text).map_err(refused)?;
    Ok(plain
        .trim_end_matches('=')
        .replace('+', "-")
        .replace('/', "_")
        .into())
}

fn field(object: &JsValue, name: &str) -> Result<JsValue, PasskeyError> {
    Reflect::get(object, &name.into()).map_err(refused)
}

fn set(object: &JsValue, name: &str, value: &JsValue) -> Result<(), PasskeyError> {
    Reflect::set(object, &name.into(), value)
        .map(drop)
        .map_err(refused)
}

fn refused<E>(_: E) -> PasskeyError {
    PasskeyError::Refused
}
