//! `exam-server staff add`.

use super::workplace::{DEFAULT_ORGANISATION, Installation, Workplace};
use crate::staff::{password, place, store};
use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand};
use exam_protocol::id::{OrganisationId, StaffId};
use exam_protocol::right::{Grant, Role, Scope};
use serde_json::json;
use std::io::{IsTerminal, Read};
use std::process::ExitCode;

/// Shortest password; staff log in with a password alone until second factors are enrolled.
const SHORTEST_PASSWORD: usize = 12;

/// Members of staff.
#[derive(Debug, Args)]
pub struct Staff {
    #[command(subcommand)]
    command: StaffCommand,
}

#[derive(Debug, Subcommand)]
enum StaffCommand {
    /// Add a member, or change password and rights of the one with this login name
    Add(Add),
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    installation: Installation,
    /// Login name; upper and lower case do not matter
    #[arg(long)]
    name: String,
    /// Name as shown
    #[arg(long)]
    display: String,
    /// Read the password, at least 12 characters, from standard input (the only way: it stays out of the shell's history)
    #[arg(long, required = true)]
    password_stdin: bool,
    /// The organisation that this member works for; made if there is none of this name
    #[arg(long, default_value = DEFAULT_ORGANISATION)]
    organisation: String,
    /// A role and where it holds, `proctor-1@room:ID`, `site-lead@site:ID`, `secretary@exam:ID`,
    /// `inspector@organisation:ID`, `administrator@installation`; may be repeated
    #[arg(long = "grant", value_parser = parse_grant)]
    grants: Vec<Grant>,
}

impl Staff {
    /// Runs the command.
    ///
    /// # Errors
    /// When the password is too short or the database can't be written.
    pub async fn run(self) -> Result<ExitCode> {
        let StaffCommand::Add(add) = self.command;
        add.run().await
    }
}

impl Add {
    async fn run(self) -> Result<ExitCode> {
        let password = typed_password()?;
        let name = self.name.trim().to_lowercase();
        ensure!(
            !name.is_empty() && !self.display.trim().is_empty(),
            "tên đăng nhập và tên hiển thị không được trống / login name and display name must not be blank"
        );
        let hash = password::hash(&password)?;
        let work = self.installation.open().await?;
        let known = store::by_name(work.db.reader(), &name).await?.is_some();
        self.put(&work, name.clone(), &hash).await?;
        work.db.close().await;
        println!("{}", self.told(&name, known));
        Ok(ExitCode::SUCCESS)
    }

    async fn put(&self, work: &Workplace, name: String, hash: &str) -> Result<()> {
        let now = work.now();
        let mut tx = work.db.write().await?;
        let new = OrganisationId::from_random(work.random.bytes()?);
        let member = store::Member {
            id: StaffId::from_random(work.random.bytes()?),
            name,
            display_name: self.display.trim().to_owned(),
            organisation: store::organisation::named(&mut tx, new, self.organisation.trim(), now).await?,
        };
        let id = store::put(&mut tx, &member, hash).await?;
        let was = store::grants(&mut *tx, id).await?;
        store::revoke_all(&mut tx, id).await?;
        for grant in &self.grants {
            if let Some((kind, thing)) = place::named_by(grant.scope) {
                ensure!(
                    place::of(&mut *tx, kind, &thing).await?.is_some(),
                    "--grant {thing}: không có nơi này / there is no such place"
                );
            }
            store::grant(&mut tx, id, *grant, "command", now).await?;
        }
        let change = json!({ "was": was, "became": self.grants });
        work.audit(&mut tx, "staff.put", &format!("staff:{id}"), &change)
            .await?;
        Ok(tx.commit().await?)
    }

    fn told(&self, name: &str, known: bool) -> String {
        let what = if known {
            "đã đổi / changed"
        } else {
            "mới / new"
        };
        let roles = match self.grants.len() {
            0 => "chưa có vai trò; dùng --grant / no role yet; use --grant".to_owned(),
            count => format!("{count} vai trò / {count} roles"),
        };
        format!("staff {name} ({what}): {roles}")
    }
}

/// `role@kind:id`, `role@installation`.
fn parse_grant(text: &str) -> Result<Grant> {
    let wanted = "viết như / write it as proctor-1@room:ID";
    let (role, scope) = text.split_once('@').context(wanted)?;
    let (kind, id) = scope.split_once(':').unwrap_or((scope, ""));
    let scope = match kind {
        "installation" if id.is_empty() => Scope::Installation,
        "organisation" => Scope::Organisation(id.parse()?),
        "exam" => Scope::Exam(id.parse()?),
        "site" => Scope::Site(id.parse()?),
        "room" => Scope::Room(id.parse()?),
        _ => bail!(wanted),
    };
    let role = role.parse().with_context(|| {
        let all: Vec<_> = Role::ALL.iter().map(|role| role.name()).collect();
        format!("vai trò / roles: {}", all.join(", "))
    })?;
    Ok(Grant { role, scope })
}

/// The password from standard input, which must not be a keyboard: it would be shown while typed.
fn typed_password() -> Result<String> {
    ensure!(
        !std::io::stdin().is_terminal(),
        "mật khẩu phải được đưa qua ống, không gõ trên màn hình / pipe the password in, it must not be typed on the screen:\n  \
         read -rs MK && printf %s \"$MK\" | exam-server staff add … --password-stdin"
    );
    let mut password = String::new();
    std::io::stdin()
        .read_to_string(&mut password)
        .context("standard input")?;
    let password = password.trim_end_matches(['\r', '\n']);
    ensure!(
        password.chars().filter(|c| !c.is_whitespace()).count() >= SHORTEST_PASSWORD,
        "mật khẩu phải có ít nhất {SHORTEST_PASSWORD} ký tự, không kể dấu cách / the password must have at least {SHORTEST_PASSWORD} characters, blanks not counted"
    );
    Ok(password.to_owned())
}
