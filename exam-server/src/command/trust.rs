//! `exam-server trust add` and `trust list`: certificates of the states whose cards can be confirmed.

use super::workplace::{Installation, print_json, read_file};
use crate::checkin::store::anchor::{self, Anchor};
use anyhow::{Context, Result, bail};
use certs::travel_document::TrustAnchors;
use clap::{Args, Subcommand};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// Trust anchors.
#[derive(Debug, Args)]
pub struct Trust {
    #[command(subcommand)]
    command: TrustCommand,
}

#[derive(Debug, Subcommand)]
enum TrustCommand {
    /// Install CSCA certificates (PEM with one or more, or DER)
    Add(Add),
    /// List what is installed
    List(List),
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    installation: Installation,
    /// Certificate files
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

impl Trust {
    /// Runs the command.
    ///
    /// # Errors
    /// When a file holds no certificate or the database can't be used.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            TrustCommand::Add(add) => add.run().await,
            TrustCommand::List(list) => list.run().await,
        }
    }
}

impl Add {
    async fn run(self) -> Result<ExitCode> {
        let mut certificates = Vec::new();
        for path in &self.files {
            certificates.extend(read(&read_file(path)?).with_context(|| format!("{}", path.display()))?);
        }
        let work = self.installation.open().await?;
        let mut tx = work.db.write().await?;
        let mut added = 0;
        for certificate in &certificates {
            let fingerprint = certs::hash::sha256(certificate).to_vec();
            let object = format!("certificate:{}", hex::encode(&fingerprint));
            let anchor = Anchor {
                fingerprint,
                certificate: certificate.clone(),
                added_at: work.now(),
            };
            if anchor::add(&mut tx, &anchor).await? {
                added += 1;
                work.audit(&mut tx, "trust.add", &object, &json!({})).await?;
            }
        }
        tx.commit().await?;
        work.db.close().await;
        let there = certificates.len() - added;
        if self.json {
            print_json(&json!({ "added": added, "there_already": there }))?;
        } else {
            println!("{added} thêm/added, {there} đã có/there already");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The certificates of a file, each checked to be usable as a trust anchor.
fn read(bytes: &[u8]) -> Result<Vec<Vec<u8>>> {
    let from_pem: Vec<Vec<u8>> = CertificateDer::pem_slice_iter(bytes)
        .filter_map(Result::ok)
        .map(|der| der.to_vec())
        .collect();
    let certificates = if from_pem.is_empty() {
        vec![bytes.to_vec()]
    } else {
        from_pem
    };
    for certificate in &certificates {
        let mut anchors = TrustAnchors::empty();
        if anchors
            .add_pem_or_der(certificate)
            .context("không phải chứng thư CSCA / not a CSCA certificate")?
            == 0
        {
            bail!("không có chứng thư nào / no certificate in it");
        }
    }
    Ok(certificates)
}

impl List {
    async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let anchors = anchor::all(work.db.reader()).await?;
        work.db.close().await;
        if self.json {
            let list: Vec<_> = anchors
                .iter()
                .map(|anchor| json!({ "fingerprint": hex::encode(&anchor.fingerprint), "added_at": anchor.added_at }))
                .collect();
            print_json(&list)?;
        } else {
            for anchor in anchors {
                println!("{}", hex::encode(&anchor.fingerprint));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
