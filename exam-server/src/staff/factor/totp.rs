//! Time-based codes (RFC 6238: SHA-1, six digits, 30 s). A secret rests sealed with the node key.

use certs::seal::{self, ContentKey};
use exam_protocol::time::Timestamp;
use ring::rand::SecureRandom;
use totp_rs::{Builder, Secret, Totp};

/// Bytes of a secret (RFC 4226, section 4, requirement R6: 160 bits are recommended).
pub const SECRET_BYTES: usize = 20;

/// Who issues, as the app shows it.
const ISSUER: &str = "Trường Thi";

/// What binds a sealed secret to its use.
const PURPOSE: &[u8] = b"staff totp secret ";

/// A secret or a sealed one that can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a TOTP secret can't be opened or used")]
pub struct BadSecret;

/// A secret that is shared with an app.
pub struct SharedSecret(Totp);

impl SharedSecret {
    /// From its bytes, for the member with this login name.
    ///
    /// # Errors
    /// [`BadSecret`] when the name can't stand in an app's address.
    pub fn new(secret: [u8; SECRET_BYTES], name: &str) -> Result<Self, BadSecret> {
        Builder::new()
            .with_secret(Secret::from(secret))
            .with_account_name(name.replace(':', "."))
            .with_issuer(Some(ISSUER))
            .build()
            .map(Self)
            .map_err(|_| BadSecret)
    }

    /// The secret in base 32.
    pub fn base32(&self, secret: [u8; SECRET_BYTES]) -> String {
        Secret::from(secret).to_base32()
    }

    /// `otpauth://totp/…`.
    ///
    /// # Errors
    /// [`BadSecret`] when the library makes none.
    pub fn uri(&self) -> Result<String, BadSecret> {
        self.0.to_url().map_err(|_| BadSecret)
    }

    /// The step of a code, if it is one of now, a step earlier or a step later.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let seconds = u64::try_from(now.0 / 1000).ok()?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        i64::try_from(self.0.check(&digits, seconds)?).ok()
    }

    /// The code of a moment.
    #[cfg(test)]
    pub fn code_at(&self, at: Timestamp) -> String {
        self.0
            .generate(u64::try_from(at.0 / 1000).unwrap_or_default())
            .to_string()
    }
}

/// Seals a secret for the holder of this id.
///
/// # Errors
/// [`BadSecret`] when the operating system gives no randomness.
pub fn seal(
    secret: &[u8; SECRET_BYTES],
    holder: &str,
    key: &ContentKey,
    random: &dyn SecureRandom,
) -> Result<Vec<u8>, BadSecret> {
    let sealed = seal::seal(key, random, &purpose(holder), secret).map_err(|_| BadSecret)?;
    Ok([sealed.nonce.as_slice(), &sealed.ciphertext].concat())
}

/// Opens what [`seal`] sealed for the same holder.
///
/// # Errors
/// [`BadSecret`] when it was sealed for somebody else, by another node key, or was changed.
pub fn open(sealed: &[u8], holder: &str, key: &ContentKey) -> Result<[u8; SECRET_BYTES], BadSecret> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<12>().ok_or(BadSecret)?;
    let secret = seal::open(key, nonce, &purpose(holder), ciphertext).map_err(|_| BadSecret)?;
    secret.try_into().map_err(|_| BadSecret)
}

fn purpose(holder: &str) -> Vec<u8> {
    [PURPOSE, holder.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    /// RFC 6238, appendix B: the key `12345678901234567890` at 59 s gives 94287082, of which apps show the last six digits.
    #[test]
    fn agrees_with_the_standard_and_takes_one_step_around() {
        let secret = SharedSecret::new(*b"12345678901234567890", "lan").unwrap();
        let at = |seconds: i64| secret.step_of("287 082", Timestamp(seconds * 1000));
        assert_eq!(at(59), Some(1));
        assert_eq!((at(0), at(89)), (Some(1), Some(1)));
        assert_eq!(at(90), None);
        assert_eq!(at(-100), None);
        for wrong in ["287083", "28708", "0287082", "", "28708a", "２８７０８２"] {
            assert_eq!(secret.step_of(wrong, Timestamp(59_000)), None, "{wrong}");
        }
    }

    #[test]
    fn an_app_can_read_the_address() {
        let secret = SharedSecret::new(*b"12345678901234567890", "lan:1").unwrap();
        let uri = secret.uri().unwrap();
        assert!(uri.starts_with("otpauth://totp/"), "{uri}");
        assert!(uri.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{uri}");
        assert_eq!(
            secret.base32(*b"12345678901234567890"),
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        );
    }

    #[test]
    fn a_sealed_secret_opens_for_its_holder_alone() {
        let key = ContentKey::from_bytes([7; 32]);
        let sealed = seal(&[3; 20], "a", &key, &SystemRandom::new()).unwrap();
        assert_eq!(open(&sealed, "a", &key), Ok([3; 20]));
        assert_eq!(open(&sealed, "b", &key), Err(BadSecret));
        assert_eq!(
            open(&sealed, "a", &ContentKey::from_bytes([8; 32])),
            Err(BadSecret)
        );
        assert_eq!(open(&sealed[..5], "a", &key), Err(BadSecret));
    }
}
