//! `exam-server trust add`, `trust list` and `trust remove`: certificates of the states whose cards can be confirmed, their
//! link certificates, revocation lists and master lists.

use super::workplace::{Installation, print_json, read_file};
use crate::checkin::store::anchor::{self, Anchor};
use crate::checkin::trust;
use crate::config::Config;
use anyhow::{Context, Result, bail, ensure};
use certs::Time;
use certs::hash::sha256;
use certs::travel_document::{Addition, NotAState, TrustAnchors};
use certs::x509;
use clap::{Args, Subcommand};
use serde_json::json;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Trust anchors.
#[derive(Debug, Args)]
pub struct Trust {
    #[command(subcommand)]
    command: TrustCommand,
}

#[derive(Debug, Subcommand)]
enum TrustCommand {
    /// Install CSCA and link certificates (PEM with one or more, or DER), revocation lists, master lists (.ml)
    Add(Add),
    /// List what is installed
    List(List),
    /// Remove a certificate or revocation list
    Remove(Remove),
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    installation: Installation,
    /// Files, in the order in which they are to be added
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    installation: Installation,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Remove {
    #[command(flatten)]
    installation: Installation,
    /// Its SHA-256 fingerprint
    fingerprint: String,
}

impl Trust {
    /// Runs the command.
    ///
    /// # Errors
    /// When a file holds no certificate or the database can't be used.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            TrustCommand::Add(add) => add.run().await,
            TrustCommand::List(list) => list.run().await,
            TrustCommand::Remove(remove) => remove.run().await,
        }
    }
}

impl Add {
    async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let mut anchors = trust::read(&anchor::installed(work.db.reader()).await?);
        let own = own_keys(&work.config)?;
        let mut lists = Vec::new();
        let mut refused = 0;
        for path in &self.files {
            let file = read_file(path)?;
            let before = known(&anchors);
            let added = anchors.add_file(&file, Time(work.now().0.div_euclid(1000)));
            match added.with_context(|| unusable(path))? {
                Addition::Certificates(_) => only_states(&anchors, &before, &own)
                    .with_context(|| format!("{}: không nhận / refused", path.display()))?,
                Addition::RevocationList => lists.push(file),
                Addition::MasterList(list) => refused += list.refused.len(),
            }
        }
        let mut tx = work.db.write().await?;
        let (mut added, mut there) = (0, 0);
        for one in anchors.anchors() {
            let anchor = Anchor {
                fingerprint: one.fingerprint.to_vec(),
                certificate: one.certificate,
                added_at: work.now(),
            };
            let object = format!("certificate:{}", hex::encode(&anchor.fingerprint));
            if anchor::add(&mut tx, &anchor).await? {
                added += 1;
                work.audit(&mut tx, "trust.add", &object, &json!({})).await?;
            } else {
                there += 1;
            }
        }
        let mut new_lists = 0;
        for list in &lists {
            let hash = sha256(list);
            if anchor::add_revocation_list(&mut tx, &hash, list, work.now()).await? {
                new_lists += 1;
                let object = format!("revocation-list:{}", hex::encode(hash));
                work.audit(&mut tx, "trust.add", &object, &json!({})).await?;
            }
        }
        tx.commit().await?;
        work.db.close().await;
        if self.json {
            print_json(&json!({
                "added": added,
                "there_already": there,
                "revocation_lists": new_lists,
                "refused": refused,
            }))?;
        } else {
            println!(
                "{added} chứng thư thêm/certificates added, {there} đã có/there already, {new_lists} danh sách thu hồi/revocation lists, {refused} bị từ chối/refused"
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn known(anchors: &TrustAnchors) -> HashSet<[u8; 32]> {
    anchors
        .anchors()
        .iter()
        .map(|anchor| anchor.fingerprint)
        .collect()
}

/// The keys of this installation's own authorities: whoever installed them here would let the exam CA vouch for cards.
fn own_keys(config: &Config) -> Result<Vec<[u8; 32]>> {
    let paths = [&config.http.exam_ca, &config.data.issuing_certificate];
    let mut keys = Vec::new();
    for path in paths.into_iter().filter(|path| path.exists()) {
        let pem = String::from_utf8(read_file(path)?)?;
        let der = x509::der_from_pem(&pem).with_context(|| path.display().to_string())?;
        keys.push(x509::key_fingerprint(&der)?);
    }
    Ok(keys)
}

/// Refuses what is no state's certificate among those that were not there before.
fn only_states(anchors: &TrustAnchors, before: &HashSet<[u8; 32]>, own: &[[u8; 32]]) -> Result<()> {
    let new = anchors.anchors();
    for anchor in new.iter().filter(|anchor| !before.contains(&anchor.fingerprint)) {
        let name = anchor.name.as_deref().unwrap_or("?");
        match anchor.check_state(own) {
            Ok(()) => {}
            Err(NotAState::OwnAuthority) => bail!(
                "“{name}” là chứng thư của chính hệ thống thi này, không phải của cơ quan cấp thẻ / \
                 “{name}” is this exam installation's own certificate, not a card issuer's"
            ),
            Err(NotAState::NoCountry) => bail!(
                "“{name}” không ghi mã quốc gia hợp lệ (C=VN, theo ISO 3166-1): không phải chứng thư CSCA của một nước / \
                 “{name}” names no country (C=VN, ISO 3166-1): it is no state's CSCA certificate"
            ),
        }
    }
    Ok(())
}

fn unusable(path: &Path) -> String {
    format!(
        "{}: không phải chứng thư CSCA, danh sách thu hồi hay danh sách chủ dùng được; hai loại sau cần chứng thư gốc của nước đó trước / not a usable CSCA certificate, revocation list or master list; the last two need that country's root certificate first",
        path.display()
    )
}

impl List {
    async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let anchors = trust::read(&anchor::installed(work.db.reader()).await?);
        work.db.close().await;
        let list = anchors.anchors();
        if self.json {
            let certificates = list.iter().map(|anchor| {
                json!({
                    "fingerprint": hex::encode(anchor.fingerprint),
                    "role": anchor.role.as_str(),
                    "country": anchor.country,
                    "name": anchor.name,
                })
            });
            print_json(&json!({
                "certificates": certificates.collect::<Vec<_>>(),
                "revocation_lists": anchors.revocation_lists(),
            }))?;
            return Ok(ExitCode::SUCCESS);
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
            "{} danh sách thu hồi/revocation lists",
            anchors.revocation_lists()
        );
        Ok(ExitCode::SUCCESS)
    }
}

impl Remove {
    async fn run(self) -> Result<ExitCode> {
        let hash = hex::decode(&self.fingerprint)
            .ok()
            .filter(|hash| hash.len() == 32)
            .context("cần đủ 64 chữ số thập lục phân / give all 64 hexadecimal digits (trust list)")?;
        let work = self.installation.open().await?;
        let mut tx = work.db.write().await?;
        let removed = anchor::remove(&mut tx, &hash).await?;
        ensure!(removed, "không có trong kho / not in the store");
        let object = format!("certificate:{}", hex::encode(&hash));
        work.audit(&mut tx, "trust.remove", &object, &json!({})).await?;
        tx.commit().await?;
        work.db.close().await;
        println!("{} đã gỡ/removed", self.fingerprint);
        Ok(ExitCode::SUCCESS)
    }
}
