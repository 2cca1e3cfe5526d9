//! Is it genuine? X.509, CMS, ICAO 9303 authentication, COSE signatures, the exam CA and sealing.
//!
//! Offline bytes become verified facts here. No I/O, no clock, no globals: time and randomness are arguments. What was
//! verified travels as [`verified::Verified`], which only this crate can make.
//!
//! | module | what it does | built for |
//! |---|---|---|
//! | [`hash`] | SHA-256 | everywhere, the browser too |
//! | [`cose`] | COSE_Sign1 envelopes with ES256 | everywhere, the browser too |
//! | `signing` | our ES256 keys: sign, verify | feature `full` |
//! | `seal` | AES-256-GCM for papers and key sheets | feature `full` |
//! | `sealed_box` | HPKE boxes for personal data at rest, opened with the audit key alone | feature `full` |
//! | `authority`, `x509` | the exam CA and the checks of its certificates | feature `full` |
//! | `curve` | the curves of travel documents that no crate has | feature `full` |
//! | `travel_document` | ICAO 9303 files of an identity card, judged without the card | feature `full` |

pub mod cose;
pub mod error;
pub mod hash;

#[cfg(feature = "full")]
mod algorithm;
#[cfg(feature = "full")]
pub mod authority;
#[cfg(feature = "full")]
mod certificate;
#[cfg(feature = "full")]
mod cms;
#[cfg(feature = "full")]
pub mod curve;
#[cfg(feature = "full")]
mod oid;
#[cfg(feature = "full")]
mod public_key;
#[cfg(feature = "full")]
pub mod seal;
#[cfg(feature = "full")]
pub mod sealed_box;
#[cfg(feature = "full")]
pub mod signing;
#[cfg(feature = "full")]
pub mod time;
#[cfg(feature = "full")]
mod tlv;
#[cfg(feature = "full")]
pub mod travel_document;
#[cfg(feature = "full")]
pub mod verified;
#[cfg(feature = "full")]
pub mod x509;

pub use error::{Error, Kind, Result};
#[cfg(feature = "full")]
pub use time::{Time, Validity};
