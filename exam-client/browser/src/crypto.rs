//! WebCrypto: the seat's signing key, AES-GCM, and checking of ES256 signatures (W3C Web Cryptography API).
//!
//! Private keys are made non-extractable and never leave this door as bytes.

use exam_protocol::bytes::{Fixed, PublicKey};
use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, CryptoKeyPair, SubtleCrypto};

/// What WebCrypto could not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CryptoError {
    /// No WebCrypto: the page was not opened over HTTPS, or the browser is too old.
    Unavailable,
    /// The browser refused an operation, or a key is not of the right kind.
    Refused,
    /// The ciphertext does not belong to the key and the additional data.
    DoesNotOpen,
}

/// The seat's key pair: ECDSA over P-256, private half not extractable.
#[derive(Clone, Debug)]
pub struct SeatKey {
    pair: CryptoKeyPair,
    public: PublicKey,
}

impl SeatKey {
    /// Makes a fresh key.
    ///
    /// # Errors
    /// [`CryptoError`].
    pub async fn generate() -> Result<Self, CryptoError> {
        let usages = Array::of2(&"sign".into(), &"verify".into());
        let promise = subtle()?
            .generate_key_with_object(&ec_key(), false, &usages)
            .map_err(refused)?;
        Self::from_pair(JsFuture::from(promise).await.map_err(refused)?).await
    }

    /// Takes a key pair back from storage.
    ///
    /// # Errors
    /// [`CryptoError::Refused`] when it is none.
    pub async fn from_pair(pair: JsValue) -> Result<Self, CryptoError> {
        // Structured clones of a pair are plain objects, so the halves are taken by name.
        let public: CryptoKey = Reflect::get(&pair, &"publicKey".into())
            .map_err(refused)?
            .dyn_into()
            .map_err(refused)?;
        let promise = subtle()?.export_key("raw", &public).map_err(refused)?;
        let raw = JsFuture::from(promise).await.map_err(refused)?;
        let public = PublicKey::try_from(bytes(raw)?.as_slice()).map_err(|_| CryptoError::Refused)?;
        Ok(Self {
            pair: pair.unchecked_into(),
            public,
        })
    }

    /// The pair as the browser's own object, for storage.
    pub fn pair(&self) -> &JsValue {
        &self.pair
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// ES256 signature, `r ‖ s`.
    ///
    /// # Errors
    /// [`CryptoError`].
    pub async fn sign(&self, message: &[u8]) -> Result<Fixed<64>, CryptoError> {
        let private: CryptoKey = Reflect::get(&self.pair, &"privateKey".into())
            .map_err(refused)?
            .dyn_into()
            .map_err(refused)?;
        let message = Uint8Array::from(message);
        let promise = subtle()?
            .sign_with_object_and_js_u8_array(&es256(), &private, &message)
            .map_err(refused)?;
        let signature = bytes(JsFuture::from(promise).await.map_err(refused)?)?;
        Fixed::try_from(signature.as_slice()).map_err(|_| CryptoError::Refused)
    }
}

/// Whether the browser lets this page use WebCrypto: it does over HTTPS.
pub fn is_available() -> bool {
    subtle().is_ok()
}

/// Whether `signature` (ES256, `r ‖ s`) over `message` is by `public`.
///
/// # Errors
/// [`CryptoError`] when it can't be said.
pub async fn verify(public: &PublicKey, message: &[u8], signature: &Fixed<64>) -> Result<bool, CryptoError> {
    let raw = Uint8Array::from(public.as_slice());
    let usages = Array::of1(&"verify".into());
    let import = subtle()?
        .import_key_with_object("raw", &raw, &ec_key(), false, &usages)
        .map_err(refused)?;
    let key: CryptoKey = JsFuture::from(import)
        .await
        .map_err(refused)?
        .dyn_into()
        .map_err(refused)?;
    let (signature, message) = (Uint8Array::from(signature.as_slice()), Uint8Array::from(message));
    let promise = subtle()?
        .verify_with_object_and_js_u8_array_and_js_u8_array(&es256(), &key, &signature, &message)
        .map_err(refused)?;
    Ok(JsFuture::from(promise).await.map_err(refused)?.is_truthy())
}

/// Opens AES-256-GCM; the ciphertext ends with the 16-byte tag.
///
/// # Errors
/// [`CryptoError::DoesNotOpen`] when key, nonce, additional data and ciphertext do not belong together.
pub async fn open(
    key: &Fixed<32>,
    nonce: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let raw = Uint8Array::from(key.as_slice());
    let usages = Array::of1(&"decrypt".into());
    let import = subtle()?
        .import_key_with_str("raw", &raw, "AES-GCM", false, &usages)
        .map_err(refused)?;
    let key: CryptoKey = JsFuture::from(import)
        .await
        .map_err(refused)?
        .dyn_into()
        .map_err(refused)?;
    let (iv, aad) = (Uint8Array::from(nonce), Uint8Array::from(aad));
    let how = object(&[
        ("name", "AES-GCM".into()),
        ("iv", iv.into()),
        ("additionalData", aad.into()),
    ]);
    let ciphertext = Uint8Array::from(ciphertext);
    let promise = subtle()?
        .decrypt_with_object_and_js_u8_array(&how, &key, &ciphertext)
        .map_err(refused)?;
    bytes(
        JsFuture::from(promise)
            .await
            .map_err(|_| CryptoError::DoesNotOpen)?,
    )
}

fn subtle() -> Result<SubtleCrypto, CryptoError> {
    let crypto = web_sys::window()
        .and_then(|w| w.crypto().ok())
        .ok_or(CryptoError::Unavailable)?;
    // Outside a secure context `subtle` is undefined, whatever the binding says.
    let subtle = Reflect::get(&crypto, &"subtle".into()).map_err(|_| CryptoError::Unavailable)?;
    subtle.dyn_into().map_err(|_| CryptoError::Unavailable)
}

fn ec_key() -> Object {
    object(&[("name", "ECDSA".into()), ("namedCurve", "P-256".into())])
}

fn es256() -> Object {
    object(&[("name", "ECDSA".into()), ("hash", "SHA-256".into())])
}

fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // A fresh plain object takes every property.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}

fn bytes(buffer: JsValue) -> Result<Vec<u8>, CryptoError> {
    let buffer: ArrayBuffer = buffer.dyn_into().map_err(refused)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn refused<E>(_: E) -> CryptoError {
    CryptoError::Refused
}
