//! `exam-server staff …`: accounts, from the server's own terminal.

mod add;
mod account;
mod change;
mod roles;
mod template;

use crate::clock::Randomness;
use crate::staff::factor::recovery;
use anyhow::Result;
use clap::{Args, Subcommand};
use exam_protocol::id::StaffId;
use serde::Serialize;
use std::process::ExitCode;

/// Members of staff.
#[derive(Debug, Args)]
pub struct Staff {
    #[command(subcommand)]
    command: StaffCommand,
}

#[derive(Debug, Subcommand)]
enum StaffCommand {
    /// Thêm cán bộ; tên đã có thì từ chối / add a member; refused where the login name is taken
    Add(add::Add),
    /// Giao thêm vai trò / give roles, beside those that are held
    Grant(change::Roles),
    /// Thu vai trò / take roles away
    Revoke(change::Roles),
    /// Đổi tên hiển thị, đơn vị hay ngày cuối / change shown name, organisation or last day
    Change(change::Change),
    /// Đặt mật khẩu mới / put a new password in force
    Password(change::NewPassword),
    /// Bảng vai trò: tên trên dòng lệnh, tiếng Việt, phạm vi / the roles: names and scopes
    Roles(roles::List),
    /// Ghi tệp mẫu (XLSX hoặc CSV) để nhập cán bộ / write an empty file (XLSX or CSV) for the import of staff
    Template(template::Template),
    /// List all accounts: who can log in, and until when
    List(account::List),
    /// Close an account: its sessions end, nobody logs in with it
    Disable(account::Disable),
    /// Open a closed account again, and end a lock-out after failed logins
    Enable(account::Named),
    /// Take all second factors and recovery codes of a member out of force; the next login enrols new ones
    ResetFactors(account::Named),
    /// Confirm that a member alone has the account: earlier changes of it no longer count for acts that need two people
    Confirm(account::Named),
    /// Arm an emergency account again after it was used; prints its new password
    Rearm(account::Named),
}

impl Staff {
    /// Runs the command.
    ///
    /// # Errors
    /// When the password lacks something, there is no such account, or the database can't be written.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            StaffCommand::Add(add) => add.run().await,
            StaffCommand::Grant(roles) => roles.grant().await,
            StaffCommand::Revoke(roles) => roles.revoke().await,
            StaffCommand::Change(change) => change.run().await,
            StaffCommand::Password(password) => password.run().await,
            StaffCommand::Roles(list) => list.run(),
            StaffCommand::Template(template) => template.run(),
            StaffCommand::List(list) => list.run().await,
            StaffCommand::Disable(disable) => disable.run().await,
            StaffCommand::Enable(named) => named.enable().await,
            StaffCommand::ResetFactors(named) => named.reset_factors().await,
            StaffCommand::Confirm(named) => named.confirm().await,
            StaffCommand::Rearm(named) => named.rearm().await,
        }
    }
}

/// What goes into a member's sealed letter. Printed once, stored nowhere in this form.
#[derive(Serialize)]
struct Letter {
    id: StaffId,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    totp: Option<TotpLetter>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    recovery_codes: Vec<String>,
}

/// A secret for an app.
#[derive(Serialize)]
struct TotpLetter {
    secret: String,
    uri: String,
}

impl Letter {
    fn new(id: StaffId, name: String) -> Self {
        Self {
            id,
            name,
            password: None,
            totp: None,
            recovery_codes: Vec::new(),
        }
    }

    fn print(&self) {
        if let Some(password) = &self.password {
            println!("mật khẩu / password: {password}");
            println!("In ra, bỏ phong bì niêm phong. / Print it and put it into a sealed envelope.");
        }
        if let Some(totp) = &self.totp {
            println!("ứng dụng / app: {}\n{}", totp.secret, totp.uri);
        }
        for code in &self.recovery_codes {
            println!("mã dự phòng / recovery code: {code}");
        }
    }
}

/// Accounts for emergencies.
struct Emergency;

impl Emergency {
    /// A password of 160 random bits that can be typed from paper.
    fn password(random: &Randomness) -> Result<String> {
        let halves = [random.bytes()?, random.bytes()?].map(recovery::written);
        Ok(halves.join("-"))
    }
}
