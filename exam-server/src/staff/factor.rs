//! Second factors: codes of an app, recovery codes on paper, passkeys. Plain rules; what is kept is in
//! [`super::store::factor`].

pub mod totp;
pub mod recovery;
pub mod passkey;
