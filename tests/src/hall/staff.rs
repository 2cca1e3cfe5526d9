//! The staff of a hall, added at the terminal as an administrator would.

use super::{Hall, text};
use crate::authenticator::Authenticator;
use crate::console::Credentials;
use crate::programs::program;
use anyhow::{Context, Result, ensure};
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// A member of staff to add.
#[derive(Clone, Copy, Debug)]
pub struct NewStaff<'a> {
    /// Login name.
    pub name: &'a str,
    /// Name as shown.
    pub display: &'a str,
    /// Works for; the installation's own where nothing is said.
    pub organisation: Option<&'a str>,
    /// Roles with their scopes, `administrator@installation`.
    pub grants: &'a [&'a str],
}

impl<'a> NewStaff<'a> {
    /// Who leads all sites.
    fn site_lead(name: &'a str, display: &'a str) -> Self {
        Self {
            name,
            display,
            organisation: None,
            grants: &["site-lead@installation"],
        }
    }
}

impl Hall {
    /// Adds a member of staff who leads all sites, with an app and recovery codes.
    ///
    /// # Errors
    /// What the program says.
    pub fn add_staff(&self, name: &str, display: &str) -> Result<Credentials> {
        self.add_member(NewStaff::site_lead(name, display))
    }

    /// Adds a member of staff who leads all sites and holds another role, `administrator@installation` for instance.
    ///
    /// # Errors
    /// What the program says.
    pub fn add_lead_with(&self, name: &str, display: &str, grant: &str) -> Result<Credentials> {
        self.add_member(NewStaff {
            grants: &["site-lead@installation", grant],
            ..NewStaff::site_lead(name, display)
        })
    }

    /// Adds a member of staff of another organisation who leads all sites.
    ///
    /// # Errors
    /// What the program says.
    pub fn add_staff_of(&self, organisation: &str, name: &str, display: &str) -> Result<Credentials> {
        self.add_member(NewStaff {
            organisation: Some(organisation),
            ..NewStaff::site_lead(name, display)
        })
    }

    /// Adds any member of staff, with an own password, an app and recovery codes.
    ///
    /// # Errors
    /// What the program says.
    pub fn add_member(&self, who: NewStaff<'_>) -> Result<Credentials> {
        let more = ["--password-own", "--totp", "--recovery-codes", "--json"];
        let letter = self.staff_add(who, &more)?;
        let letter = serde_json::from_str(&letter).context("staff add --json")?;
        Ok(Credentials {
            name: who.name.to_owned(),
            password: password_of(who.name),
            factor: Some(Arc::new(Authenticator::of(letter)?)),
        })
    }

    /// Adds a member whose password was given by somebody else and who has no second factor yet: both are duties of the
    /// first login.
    ///
    /// # Errors
    /// What the program says.
    pub fn add_newcomer(&self, who: NewStaff<'_>) -> Result<Credentials> {
        self.staff_add(who, &[])?;
        Ok(Credentials {
            name: who.name.to_owned(),
            password: password_of(who.name),
            factor: None,
        })
    }

    /// Adds a member of staff who leads all sites and has a password alone; second factors become optional.
    ///
    /// # Errors
    /// What the program says.
    pub fn add_staff_without_factor(&self, name: &str, display: &str) -> Result<Credentials> {
        self.set("second_factor = \"required\"", "second_factor = \"optional\"")?;
        self.staff_add(NewStaff::site_lead(name, display), &["--password-own"])?;
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
        self.add_member(NewStaff {
            name,
            display: name,
            organisation: None,
            grants: &[grant],
        })
    }

    fn staff_add(&self, who: NewStaff<'_>, more: &[&str]) -> Result<String> {
        let mut command = Command::new(program("exam-server")?);
        command.args(["staff", "add", "--name", who.name, "--display", who.display]);
        command.arg("--password-stdin").args(more);
        if let Some(organisation) = who.organisation {
            command.args(["--organisation", organisation]);
        }
        for grant in who.grants {
            command.args(["--grant", grant]);
        }
        let mut child = command
            .args(["--config", &text(&self.config())])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        child
            .stdin
            .take()
            .context("standard input")?
            .write_all(password_of(who.name).as_bytes())?;
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "staff add failed");
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// Everybody's password, good for those without a second factor too.
fn password_of(name: &str) -> String {
    format!("{name}-Mat-khau-thu-nghiem-1")
}
