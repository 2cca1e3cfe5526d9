//! `certs trust add`, `list` and `remove`: the folder of country certificates that `certs verify-document --trust` uses.

use super::{instant, now, read, store};
use anyhow::{Context, Result, bail};
use certs::travel_document::{Addition, Anchor, RefusedCertificate, TrustAnchors};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Commands of the trust store.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Add country certificates (CSCA, link certificates; PEM or DER), revocation lists, or a master list (.ml). A master
    /// list and a revocation list need the root certificate of their signer's country in the store first.
    Add(Add),
    /// List what is in the store: root, link, or unanchored (a link without its root, which vouches for nobody).
    List(List),
    /// Remove a certificate or revocation list by (the beginning of) its SHA-256 fingerprint.
    Remove(Remove),
}

#[derive(Args)]
pub(crate) struct Add {
    /// Files, in the order in which they are to be added.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    store: Store,
}

#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    store: Store,
}

#[derive(Args)]
pub(crate) struct Remove {
    /// The fingerprint, or at least its first eight hex digits.
    fingerprint: String,
    #[command(flatten)]
    store: Store,
}

#[derive(Args)]
struct Store {
    /// Folder of the trust store; made if it is not there.
    #[arg(long = "store", default_value = "trust-store")]
    dir: PathBuf,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: Command) -> Result<()> {
    match command {
        Command::Add(add) => add.run(),
        Command::List(list) => list.run(),
        Command::Remove(remove) => remove.run(),
    }
}

/// What a run of `add` did.
#[derive(Default)]
struct Done {
    added: usize,
    known: usize,
    revocation_lists: usize,
    refused: Vec<RefusedCertificate>,
}

impl Add {
    fn run(&self) -> Result<()> {
        let dir = &self.store.dir;
        let mut anchors = store::load(dir)?;
        let mut done = Done::default();
        for path in &self.files {
            let before: Vec<[u8; 32]> = anchors.anchors().iter().map(|one| one.fingerprint).collect();
            match store::add_file(&mut anchors, path, now()?)? {
                Addition::Certificates(_) => only_states(&anchors, &before, path)?,
                Addition::RevocationList => {
                    done.revocation_lists += usize::from(store::save_revocation_list(dir, &read(path)?)?);
                }
                Addition::MasterList(list) => done.refused.extend(list.refused),
            }
        }
        for anchor in anchors.anchors() {
            if store::save_certificate(dir, &anchor.certificate)? {
                done.added += 1;
            } else {
                done.known += 1;
            }
        }
        report(&done, self.store.json);
        Ok(())
    }
}

/// Refuses certificates of no country: no card could be confirmed by them, and somebody meant another file.
fn only_states(anchors: &TrustAnchors, before: &[[u8; 32]], path: &Path) -> Result<()> {
    let new = anchors.anchors();
    let stateless = new
        .iter()
        .filter(|anchor| !before.contains(&anchor.fingerprint))
        .find(|anchor| anchor.check_state(&[]).is_err());
    if let Some(anchor) = stateless {
        let (path, name) = (path.display(), anchor.name.as_deref().unwrap_or("?"));
        bail!(
            "{path}: “{name}” không ghi mã quốc gia hợp lệ (C=VN), không phải chứng thư CSCA / \
             {path}: “{name}” names no country (C=VN, ISO 3166-1): it is no state's CSCA certificate"
        );
    }
    Ok(())
}

fn report(done: &Done, json: bool) {
    if json {
        let refused = done.refused.iter().map(|refused| {
            json!({
                "index": refused.index,
                "fingerprint": hex::encode(refused.fingerprint),
                "name": refused.name,
                "reason": refused.error.to_string(),
            })
        });
        let report = json!({
            "added": done.added,
            "there_already": done.known,
            "revocation_lists": done.revocation_lists,
            "refused": refused.collect::<Vec<_>>(),
        });
        println!("{report:#}");
        return;
    }
    println!(
        "{} certificates added, {} there already, {} revocation lists added",
        done.added, done.known, done.revocation_lists
    );
    for refused in &done.refused {
        let fingerprint = hex::encode(refused.fingerprint);
        println!(
            "refused: number {}, {fingerprint}, {}: {}",
            refused.index, refused.name, refused.error
        );
    }
}

impl List {
    fn run(&self) -> Result<()> {
        let anchors = existing(&self.store.dir)?;
        let list = anchors.anchors();
        if self.store.json {
            let report = json!({
                "certificates": list.iter().map(as_json).collect::<Vec<_>>(),
                "revocation_lists": anchors.revocation_lists(),
            });
            println!("{report:#}");
            return Ok(());
        }
        for anchor in &list {
            println!(
                "{} {:<10} {} {}",
                hex::encode(anchor.fingerprint),
                anchor.role.as_str(),
                anchor.country.as_deref().unwrap_or("--").to_uppercase(),
                anchor.name.as_deref().unwrap_or("")
            );
        }
        println!(
            "{} certificates, {} revocation lists",
            list.len(),
            anchors.revocation_lists()
        );
        Ok(())
    }
}

fn as_json(anchor: &Anchor) -> Value {
    json!({
        "fingerprint": hex::encode(anchor.fingerprint),
        "role": anchor.role.as_str(),
        "country": anchor.country,
        "name": anchor.name,
        "not_before": instant(anchor.validity.not_before),
        "not_after": instant(anchor.validity.not_after),
    })
}

fn existing(dir: &Path) -> Result<TrustAnchors> {
    std::fs::metadata(dir).with_context(|| {
        format!(
            "không có kho chứng thư {0} / there is no trust store {0}",
            dir.display()
        )
    })?;
    store::load(dir)
}

impl Remove {
    fn run(&self) -> Result<()> {
        let path = store::find(&self.store.dir, &self.fingerprint)?;
        std::fs::remove_file(&path)
            .with_context(|| format!("không xóa được {0} / can't remove {0}", path.display()))?;
        if self.store.json {
            println!("{:#}", json!({ "removed": path.display().to_string() }));
        } else {
            println!("{} removed", path.display());
        }
        Ok(())
    }
}
