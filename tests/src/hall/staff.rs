//! The staff of a hall, added at the terminal as an administrator would.

use super::{Hall, text};
use crate::authenticator::Authenticator;
use crate::console::Credentials;
use crate::programs::program;
use anyhow::{Context, Result, ensure};
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

impl Hall {
    /// Adds a member of staff who leads all sites, with an app and recovery codes.
    ///
    /// # Errors
    /// What the program says.
    pub fn add_staff(&self, name: &str, display: &str) -> Result<Credentials> {
        let letter = self.staff_add(name, display, &["--totp", "--recovery-codes", "--json"])?;
        let letter = serde_json::from_str(&letter).context("staff add --json")?;
        Ok(Credentials {
            name: name.to_owned(),
            password: password_of(name),
            factor: Some(Arc::new(Authenticator::of(letter)?)),
        })
    }

    /// Adds a member of staff who leads all sites and holds another role, `administrator@installation` for instance.
    ///
    /// # Errors
    /// What the program says.
    pub fn add_lead_with(&self, name: &str, display: &str, grant: &str) -> Result<Credentials> {
        let more = ["--totp", "--recovery-codes", "--json", "--grant", grant];
        let letter = self.staff_add(name, display, &more)?;
        let letter = serde_json::from_str(&letter).context("staff add --json")?;
        Ok(Credentials {
            name: name.to_owned(),
            password: password_of(name),
            factor: Some(Arc::new(Authenticator::of(letter)?)),
        })
    }

    /// Adds a member of staff of another organisation who leads all sites.
    ///
    /// # Errors
    /// What the program says.
    pub fn add_staff_of(&self, organisation: &str, name: &str, display: &str) -> Result<Credentials> {
        let more = [
            "--totp",
            "--recovery-codes",
            "--json",
            "--organisation",
            organisation,
        ];
        let letter = self.staff_add(name, display, &more)?;
        let letter = serde_json::from_str(&letter).context("staff add --json")?;
        Ok(Credentials {
            name: name.to_owned(),
            password: password_of(name),
            factor: Some(Arc::new(Authenticator::of(letter)?)),
        })
    }

    /// Adds a member of staff who leads all sites and has a password alone; second factors become optional.
    ///
    /// # Errors
    /// What the program says.
    pub fn add_staff_without_factor(&self, name: &str, display: &str) -> Result<Credentials> {
        self.set("second_factor = \"required\"", "second_factor = \"optional\"")?;
        self.staff_add(name, display, &[])?;
        Ok(Credentials {
            name: name.to_owned(),
            password: password_of(name),
            factor: None,
        })
    }

    /// Adds a member of staff with one role, `proctor-1@installation`, with an app and recovery codes.
    ///
    /// # Errors
    /// What the program says.
    pub fn add_staff_as(&self, name: &str, grant: &str) -> Result<Credentials> {
        let letter = self.staff_add_as(name, name, grant, &["--totp", "--recovery-codes", "--json"])?;
        let letter = serde_json::from_str(&letter).context("staff add --json")?;
        Ok(Credentials {
            name: name.to_owned(),
            password: password_of(name),
            factor: Some(Arc::new(Authenticator::of(letter)?)),
        })
    }

    fn staff_add(&self, name: &str, display: &str, more: &[&str]) -> Result<String> {
        self.staff_add_as(name, display, "site-lead@installation", more)
    }

    fn staff_add_as(&self, name: &str, display: &str, grant: &str, more: &[&str]) -> Result<String> {
        let mut child = Command::new(program("exam-server")?)
            .args([
                "staff",
                "add",
                "--name",
                name,
                "--display",
                display,
                "--grant",
                grant,
                "--password-stdin",
                "--password-own",
            ])
            .args(more)
            .args(["--config", &text(&self.config())])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        child
            .stdin
            .take()
            .context("standard input")?
            .write_all(password_of(name).as_bytes())?;
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "staff add failed");
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// Everybody's password, good for those without a second factor too.
fn password_of(name: &str) -> String {
    format!("{name}-Mat-khau-thu-nghiem-1")
}
