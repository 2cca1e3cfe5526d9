//! `certs ca revoke`, `crl` and `list`: what was issued, and what of it no longer holds.

use super::folder::{self, ISSUING, ROOT};
use super::ledger;
use super::report;
use crate::command::now;
use anyhow::{Context, Result, bail};
use certs::authority::{Entry, Reason, Revoked};
use certs::{Time, Validity};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct Revoke {
    /// Folder of the authority that issued the certificate.
    #[arg(long)]
    dir: PathBuf,
    /// Serial number of the certificate, hexadecimal, as `certs ca list` shows it.
    #[arg(long)]
    serial: String,
    /// Why.
    #[arg(long, value_enum)]
    reason: Why,
    /// Revoke it although it is not in the ledger, by the folder's issuing authority or else by its root.
    #[arg(long)]
    not_listed: bool,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

/// Reasons (RFC 5280, section 5.3.1).
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Why {
    /// Not said.
    Unspecified,
    /// The key is, or may be, in other hands: PC stolen.
    KeyCompromise,
    /// An authority's key is, or may be, in other hands.
    AuthorityCompromise,
    /// Another certificate took its place.
    Superseded,
    /// No longer used.
    Cessation,
}

#[derive(Args)]
pub(crate) struct Crl {
    /// Folder with the keys of one or two authorities.
    #[arg(long)]
    dir: PathBuf,
    /// File for the lists (PEM, one after another); replaced if it is there.
    #[arg(long)]
    out: PathBuf,
    /// The next list will come within so many days.
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct List {
    /// Folder of the authority.
    #[arg(long)]
    dir: PathBuf,
    /// Print the ledger's lines as they are, JSON.
    #[arg(long)]
    json: bool,
}

/// Notes a revocation down.
pub(super) fn revoke(arguments: &Revoke) -> Result<()> {
    let serial = normal_serial(&arguments.serial)?;
    let entries = ledger::read(&arguments.dir)?;
    let mut issuer = None;
    for entry in &entries {
        match entry {
            Entry::Issued {
                serial: found,
                issuer: by,
                ..
            } if *found == serial => issuer = Some(by.clone()),
            Entry::Revoked { serial: found, .. } if *found == serial => {
                bail!("chứng thư {serial} đã bị thu hồi trước đó / certificate {serial} is revoked already")
            }
            _ => {}
        }
    }
    let issuer = match issuer {
        Some(issuer) => issuer,
        None if arguments.not_listed => own_serial(arguments)?,
        None => bail!(
            "không có chứng thư {serial} trong sổ {0}: xem “certs ca list”, hoặc thêm --not-listed / certificate {serial} is not in \
             {0}: see “certs ca list”, or add --not-listed",
            ledger::path(&arguments.dir).display()
        ),
    };
    let entry = Entry::Revoked {
        at: now()?.0,
        serial: serial.clone(),
        issuer,
        reason: word(arguments.reason).to_owned(),
    };
    ledger::append(&arguments.dir, &entry)?;
    let advice = "Đã ghi sổ. Bây giờ chạy “certs ca crl”; máy đã đăng ký thì thu hồi trên trang quản trị để có hiệu lực ngay. /\n\
                  Noted. Now run “certs ca crl”; a machine that was enrolled is revoked on the console, which takes effect at once.";
    report(arguments.json, &[("revoked", serial)], advice);
    Ok(())
}

fn own_serial(arguments: &Revoke) -> Result<String> {
    if folder::holds(&arguments.dir, ISSUING) {
        Ok(folder::issuing(&arguments.dir)?.serial().to_owned())
    } else {
        Ok(folder::root(&arguments.dir)?.serial().to_owned())
    }
}

/// Writes the lists.
pub(super) fn lists(arguments: &Crl) -> Result<()> {
    let entries = ledger::read(&arguments.dir)?;
    let at = now()?;
    let period = Validity::backdated(at, 0, arguments.days);
    let mut text = String::new();
    let mut numbers = Vec::new();
    let mut add = |issuer: String, sign: &dyn Fn(u64, &[Revoked]) -> certs::Result<String>| -> Result<()> {
        let number = 1 + last_number(&entries, &issuer);
        text.push_str(&sign(number, &revoked_by(&entries, &issuer))?);
        let at = at.to_string();
        numbers.push(Entry::Listed { at, issuer, number });
        Ok(())
    };
    if folder::holds(&arguments.dir, ROOT) {
        let root = folder::root(&arguments.dir)?;
        let issuer = root.serial().to_owned();
        add(issuer, &|number, revoked| {
            root.revocation_list(number, period, revoked)
        })?;
    }
    if folder::holds(&arguments.dir, ISSUING) {
        let issuing = folder::issuing(&arguments.dir)?;
        let issuer = issuing.serial().to_owned();
        add(issuer, &|number, revoked| {
            issuing.revocation_list(number, period, revoked)
        })?;
    }
    if numbers.is_empty() {
        bail!(
            "{0} không có khóa nào của CA / {0} holds no key of an authority",
            arguments.dir.display()
        );
    }
    // The numbers first: a number may be left out, but never used twice.
    for entry in &numbers {
        ledger::append(&arguments.dir, entry)?;
    }
    std::fs::write(&arguments.out, text)
        .with_context(|| format!("không ghi được {0} / can't write {0}", arguments.out.display()))?;
    let facts = [
        ("crl", arguments.out.display().to_string()),
        ("next_update", period.not_after.to_string()),
    ];
    report(
        arguments.json,
        &facts,
        "Lập lại trước ngày next_update. / Make it again before next_update.",
    );
    Ok(())
}

fn last_number(entries: &[Entry], of: &str) -> u64 {
    let numbers = entries.iter().filter_map(|entry| match entry {
        Entry::Listed { issuer, number, .. } if issuer == of => Some(*number),
        _ => None,
    });
    numbers.max().unwrap_or(0)
}

fn revoked_by(entries: &[Entry], authority: &str) -> Vec<Revoked> {
    let revoked = entries.iter().filter_map(|entry| match entry {
        Entry::Revoked {
            at,
            serial,
            issuer,
            reason,
        } if issuer == authority => Some(Revoked {
            serial: serial.clone(),
            at: Time(*at),
            reason: reason_of(reason),
        }),
        _ => None,
    });
    revoked.collect()
}

/// Prints the ledger.
pub(super) fn list(arguments: &List) -> Result<()> {
    let entries = ledger::read(&arguments.dir)?;
    for entry in &entries {
        if arguments.json {
            println!("{}", serde_json::to_string(entry)?);
        } else if let Entry::Issued {
            serial,
            kind,
            name,
            not_after,
            ..
        } = entry
        {
            let revoked = entries
                .iter()
                .any(|other| matches!(other, Entry::Revoked { serial: found, .. } if found == serial));
            let mark = if revoked { "  ĐÃ THU HỒI / REVOKED" } else { "" };
            println!("{serial}  {kind:<14}  {not_after}  {name}{mark}");
        }
    }
    Ok(())
}

/// Lower case, without colons, blanks and leading zeros.
fn normal_serial(typed: &str) -> Result<String> {
    let digits: String = typed.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
    let digits = digits.to_ascii_lowercase();
    let digits = digits.trim_start_matches("00");
    if digits.is_empty() || digits.len() > 40 || hex::decode(digits).is_err() {
        bail!("“{typed}” không phải số hiệu chứng thư (hệ 16) / “{typed}” is no serial number (hexadecimal)");
    }
    Ok(digits.to_owned())
}

fn word(why: Why) -> &'static str {
    match why {
        Why::Unspecified => "unspecified",
        Why::KeyCompromise => "key-compromise",
        Why::AuthorityCompromise => "authority-compromise",
        Why::Superseded => "superseded",
        Why::Cessation => "cessation",
    }
}

fn reason_of(word: &str) -> Reason {
    match word {
        "key-compromise" => Reason::KeyCompromise,
        "authority-compromise" => Reason::AuthorityCompromise,
        "superseded" => Reason::Superseded,
        "cessation" => Reason::CessationOfOperation,
        _ => Reason::Unspecified,
    }
}
