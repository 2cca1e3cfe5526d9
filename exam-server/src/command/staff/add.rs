//! `exam-server staff add`: makes an account, with a letter's worth of things to log in with. Never touches one that is
//! there: `change.rs` has a command for each thing that can be changed.

use super::change::placed;
use super::{Emergency, Letter, TotpLetter};
use crate::audit::chain::Actor;
use crate::command::workplace::{DEFAULT_ORGANISATION, Installation, Workplace, print_json};
use crate::config::{SecondFactorRule, Staff as Rules};
use crate::keys::Keys;
use crate::staff::account::BreakGlass;
use crate::staff::control::{self, Kind};
use crate::staff::factor::{recovery, totp};
use crate::staff::password::{self, rule};
use crate::staff::store;
use crate::staff::store::factor::Factor;
use anyhow::{Context, Result, ensure};
use clap::Args;
use exam_protocol::id::{OrganisationId, StaffId};
use exam_protocol::right::Grant;
use exam_protocol::staff::FactorKind;
use exam_protocol::time::Timestamp;
use serde_json::json;
use std::io::{IsTerminal, Read};
use std::process::ExitCode;
use time::macros::{format_description, offset};
use time::{Date, Time};

/// Add a member.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
pub struct Add {
    #[command(flatten)]
    installation: Installation,
    /// Login name; upper and lower case do not matter
    #[arg(long)]
    name: String,
    /// Name as shown
    #[arg(long)]
    display: String,
    /// Read the password from standard input (the only way: it stays out of the shell's history)
    #[arg(long, required_unless_present = "break_glass")]
    password_stdin: bool,
    /// The member has typed this password: nobody else knows it, and it need not be changed at the first login
    #[arg(long)]
    password_own: bool,
    /// Enrol an app (TOTP) and print its secret, for a sealed letter
    #[arg(long)]
    totp: bool,
    /// Make ten recovery codes and print them, for a sealed letter
    #[arg(long, requires = "totp")]
    recovery_codes: bool,
    /// An account for emergencies: a long password is made and printed once, no second factor, good for one login of an hour
    #[arg(long, conflicts_with_all = ["password_stdin", "password_own", "totp"])]
    break_glass: bool,
    /// The last day of the account, 2026-12-31 (Vietnam time)
    #[arg(long, value_parser = parse_day)]
    ends_on: Option<Timestamp>,
    /// The organisation that this member works for; made if there is none of this name
    #[arg(long, default_value = DEFAULT_ORGANISATION)]
    organisation: String,
    /// A role and where it holds, `proctor-1@room:ID`, `site-lead@site:ID`, `secretary@exam:ID`,
    /// `inspector@organisation:ID`, `administrator@installation`; may be repeated
    #[arg(long = "grant")]
    grants: Vec<Grant>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Add {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let name = self.name.trim().to_lowercase();
        ensure!(
            !name.is_empty() && !self.display.trim().is_empty(),
            "tên đăng nhập và tên hiển thị không được trống / login name and display name must not be blank"
        );
        let typed = if self.break_glass {
            None
        } else {
            Some(typed_password()?)
        };
        let work = self.installation.open().await?;
        let made = Emergency::password(&work.random)?;
        let password = typed.as_deref().unwrap_or(&made);
        if typed.is_some() {
            check_password(password, &name, self.totp, &work.config.staff)?;
        }
        let hash = password::hash(password)?;
        let mut letter = self.put(&work, name.clone(), &hash).await?;
        letter.password = self.break_glass.then(|| made.clone());
        work.db.close().await;
        if self.json {
            print_json(&letter)?;
        } else {
            println!("{}", self.told(&name));
            letter.print();
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn put(&self, work: &Workplace, name: String, hash: &str) -> Result<Letter> {
        let now = work.now();
        let mut tx = work.db.write().await?;
        ensure!(
            store::account::id_of(&mut tx, &name).await?.is_none(),
            "{name}: tên đăng nhập đã có, không đổi gì; dùng `staff grant`, `revoke`, `change`, `password`, `enable`, `reset-factors` / \
             this login name is taken, nothing was changed; use `staff grant`, `revoke`, `change`, `password`, `enable`, \
             `reset-factors`"
        );
        let new = OrganisationId::from_random(work.random.bytes()?);
        let member = store::Member {
            id: StaffId::from_random(work.random.bytes()?),
            name: name.clone(),
            display_name: self.display.trim().to_owned(),
            organisation: store::organisation::named(&mut tx, new, self.organisation.trim(), now).await?,
        };
        let known = store::account::id_of(&mut tx, &name).await?.is_some();
        let id = store::put(&mut tx, &member, hash).await?;
        let kind = if known { Kind::Password } else { Kind::Created };
        control::store::note(&mut tx, id, kind, (&Actor::command(), now)).await?;
        let given = !self.password_own && !self.break_glass;
        store::account::begin(&mut tx, id, given, now).await?;
        store::account::set_end(&mut tx, id, self.ends_on).await?;
        let emergency = if self.break_glass {
            BreakGlass::Armed
        } else {
            BreakGlass::No
        };
        store::account::set_break_glass(&mut tx, id, emergency).await?;
        for grant in &self.grants {
            placed(&mut tx, *grant).await.context("--grant")?;
            store::grant(&mut tx, id, *grant, "command", now).await?;
        }
        let mut letter = Letter::new(id, name);
        if self.totp {
            self.enrol(work, &mut tx, &mut letter).await?;
        }
        let change = json!({
            "became": self.grants, "ends_at": self.ends_on, "break_glass": self.break_glass,
            "totp": self.totp,
        });
        work.audit(&mut tx, "staff.put", &format!("staff:{id}"), &change)
            .await?;
        tx.commit().await?;
        Ok(letter)
    }

    async fn enrol(&self, work: &Workplace, tx: &mut crate::db::Tx, letter: &mut Letter) -> Result<()> {
        let (now, keys) = (work.now(), Keys::read(&work.config)?);
        let secret = work.random.bytes()?;
        let shared = totp::SharedSecret::new(secret, &letter.name)?;
        let factor = Factor {
            id: hex::encode(work.random.bytes::<16>()?),
            kind: FactorKind::Totp,
            label: "thư kèm mã / letter".into(),
            content: totp::seal(&secret, &letter.id.to_string(), &keys.node, work.random.ring())?,
            last_step: 0,
            created_at: now,
            last_used: None,
        };
        store::factor::remove_all(tx, letter.id).await?;
        store::factor::put(tx, letter.id, &factor).await?;
        letter.totp = Some(TotpLetter {
            secret: shared.base32(secret),
            uri: shared.uri()?,
        });
        if self.recovery_codes {
            let codes = recovery::new_codes(&work.random)?;
            store::factor::put_codes(tx, letter.id, &recovery::hashes(letter.id, &codes), now).await?;
            letter.recovery_codes = codes;
        }
        Ok(())
    }

    fn told(&self, name: &str) -> String {
        let roles = match self.grants.len() {
            0 => "chưa có vai trò; dùng --grant / no role yet; use --grant".to_owned(),
            count => format!("{count} vai trò / {count} roles"),
        };
        format!("staff {name} (mới / new): {roles}")
    }
}

/// Refuses a password that lacks something; without a second factor more is asked of it.
pub(super) fn check_password(password: &str, name: &str, second_factor: bool, rules: &Rules) -> Result<()> {
    let alone = rules.second_factor == SecondFactorRule::Optional && !second_factor;
    let lacking = rule::lacking(password, name, alone, rules);
    let (vietnamese, english): (Vec<_>, Vec<_>) = lacking.iter().map(|one| one.texts()).unzip();
    ensure!(
        lacking.is_empty(),
        "mật khẩu cần: {} / the password needs: {}",
        vietnamese.join("; "),
        english.join("; ")
    );
    Ok(())
}

/// The end of a day in Vietnam.
pub(super) fn parse_day(text: &str) -> Result<Timestamp> {
    let day = Date::parse(text.trim(), format_description!("[year]-[month]-[day]"));
    let day = day.context("viết như / write it as 2026-12-31")?;
    let end = day
        .with_time(Time::from_hms(23, 59, 59)?)
        .assume_offset(offset!(+7));
    Ok(Timestamp(end.unix_timestamp() * 1000))
}

/// The password from standard input, which must not be a keyboard: it would be shown while typed.
pub(super) fn typed_password() -> Result<String> {
    ensure!(
        !std::io::stdin().is_terminal(),
        "mật khẩu phải được đưa qua ống, không gõ trên màn hình / pipe the password in, it must not be typed on the screen:\n  \
         read -rs MK && printf %s \"$MK\" | exam-server staff add … --password-stdin"
    );
    let mut password = String::new();
    std::io::stdin()
        .read_to_string(&mut password)
        .context("standard input")?;
    Ok(password.trim_end_matches(['\r', '\n']).to_owned())
}
