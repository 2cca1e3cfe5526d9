//! The second factor of a member of staff, as the letter with the account gave it: an app that shows codes, and recovery
//! codes on paper. Each code is handed out once, as the server takes each once.

use anyhow::{Context, Result};
use exam_protocol::staff::SecondFactor;
use serde::Deserialize;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::Mutex;
use tokio::time::sleep;
use totp_rs::{Builder, Secret, Totp};

/// Seconds of a code (RFC 6238).
const STEP: u64 = 30;

/// What `exam-server staff add --totp --recovery-codes --json` prints.
#[derive(Clone, Debug, Deserialize)]
pub struct Letter {
    /// The secret for the app.
    pub totp: TotpLetter,
    /// Codes that are good once each.
    pub recovery_codes: Vec<String>,
}

/// The secret for an app.
#[derive(Clone, Debug, Deserialize)]
pub struct TotpLetter {
    /// In base 32.
    pub secret: String,
}

/// An app and a sheet of codes.
#[derive(Debug)]
pub struct Authenticator {
    totp: Totp,
    secret: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    last_step: u64,
    codes: Vec<String>,
}

impl Authenticator {
    /// From the letter.
    ///
    /// # Errors
    /// When the secret can't be read.
    pub fn of(letter: Letter) -> Result<Self> {
        let secret = Secret::try_from_base32(&letter.totp.secret).context("TOTP secret")?;
        Ok(Self {
            totp: Builder::new().with_secret(secret).build().context("TOTP")?,
            secret: letter.totp.secret,
            state: Mutex::new(State {
                last_step: 0,
                codes: letter.recovery_codes,
            }),
        })
    }

    /// The secret in base 32, for somebody with an app of their own.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The recovery codes that are left.
    pub async fn recovery_codes(&self) -> Vec<String> {
        self.state.lock().await.codes.clone()
    }

    /// A code of the app that was not shown before. The server takes the one of now and the next; for a further one this
    /// waits.
    ///
    /// # Errors
    /// When the clock stands before 1970.
    pub async fn code(&self) -> Result<String> {
        let mut state = self.state.lock().await;
        let step = (state.last_step + 1).max(now()? / STEP);
        while now()? / STEP + 1 < step {
            sleep(Duration::from_millis(200)).await;
        }
        state.last_step = step;
        Ok(self.totp.generate(step * STEP).to_string())
    }

    /// Something to show at once: the app's code of now, or a recovery code, or after a wait the next code of the app.
    ///
    /// # Errors
    /// When the clock stands before 1970.
    pub async fn show(&self) -> Result<SecondFactor> {
        let fresh = self.state.lock().await.last_step < now()? / STEP;
        if !fresh && let Some(code) = self.state.lock().await.codes.pop() {
            return Ok(SecondFactor::RecoveryCode { code });
        }
        Ok(SecondFactor::Totp {
            code: self.code().await?,
        })
    }
}

fn now() -> Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}
