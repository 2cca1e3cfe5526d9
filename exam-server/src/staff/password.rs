//! Password hashes (argon2id, RFC 9106). Hashing is slow by design, so only a few run at a time.

pub mod rule;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

/// How many hashes may run at once; each takes 19 MiB and a core.
static HASHING: Semaphore = Semaphore::const_new(2);

/// The password can't be hashed (the operating system gave no randomness, or hashing was stopped).
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashFailed;

/// Makes a hash in PHC string form.
///
/// # Errors
/// [`HashFailed`] when the machine can't.
pub fn hash(password: &str) -> Result<String, HashFailed> {
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|_| HashFailed)?;
    Ok(hash.to_string())
}

/// Makes a hash in PHC string form, off the async threads.
///
/// # Errors
/// [`HashFailed`] when the machine can't.
pub async fn hash_aside(password: String) -> Result<String, HashFailed> {
    let permit = HASHING.acquire().await.map_err(|_| HashFailed)?;
    let work = move || {
        let _permit = permit;
        hash(&password)
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| HashFailed)?
}

/// Compares a password with a stored hash, off the async threads.
///
/// # Errors
/// [`HashFailed`] when the check could not be run.
pub async fn verify(password: String, stored: String) -> Result<bool, HashFailed> {
    let permit = HASHING.acquire().await.map_err(|_| HashFailed)?;
    let check = move || {
        // The permit lives as long as the work: a caller who hangs up must not make room for more.
        let _permit = permit;
        Argon2::default()
            .verify_password(password.as_bytes(), stored.as_str())
            .is_ok()
    };
    tokio::task::spawn_blocking(check).await.map_err(|_| HashFailed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let stored = hash("Đúng mật khẩu").unwrap();
        assert!(verify("Đúng mật khẩu".into(), stored.clone()).await.unwrap());
        assert!(!verify("đúng mật khẩu".into(), stored).await.unwrap());
        assert!(!verify("x".into(), "not a hash".into()).await.unwrap());
    }
}
