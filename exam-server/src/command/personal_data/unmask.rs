//! `exam-server personal-data unmask`: the one way to sealed chip data. Needs the reading key, which lies elsewhere, and an
//! approved proposal, which is used up; both names and the reason are on record before anybody sees anything.

use crate::audit::chain::{Act, Actor};
use crate::audit::store::append;
use crate::checkin::desk;
use crate::checkin::evidence::CardRecord;
use crate::checkin::store as checkins;
use crate::command::workplace::{Installation, read_file};
use crate::command::written::{self, Existing};
use crate::staff::proposal::act::{self, Approved};
use crate::staff::proposal::store::take_unmasking;
use anyhow::{Context, Result, anyhow, ensure};
use certs::sealed_box::AuditKeyPair;
use certs::travel_document::data_group;
use clap::Args;
use exam_protocol::canonical;
use exam_protocol::id::{CheckinId, ProposalId};
use exam_protocol::proposal::Masked;
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Unmask {
    #[command(flatten)]
    installation: Installation,
    /// The check-in
    #[arg(long)]
    checkin: CheckinId,
    /// The approved proposal (đề nghị mở dữ liệu), made in the console and good for one reading within ten minutes
    #[arg(long)]
    proposal: ProposalId,
    /// The audit key's private half, audit-reading.key
    #[arg(long)]
    key: PathBuf,
    /// Folder; made if it is not there
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    existing: Existing,
}

/// All that may be written.
const NAMES: [&str; 6] = [
    "evidence.cbor",
    "EF_SOD.bin",
    "EF_DG1.bin",
    "EF_DG2.bin",
    "portrait.jpg",
    "portrait.jp2",
];

impl Unmask {
    pub(super) async fn run(&self) -> Result<()> {
        // Before the proposal is used up: it is good for one reading.
        self.existing.refuse(NAMES.map(|name| self.out.join(name)))?;
        let pair = AuditKeyPair::from_text(&String::from_utf8(read_file(&self.key)?)?)
            .with_context(|| self.key.display().to_string())?;
        let work = self.installation.open().await?;
        let sealed = checkins::evidence(work.db.reader(), self.checkin)
            .await?
            .context("không có dữ liệu chip của lần điểm danh này / no chip data of this check-in is held")?;
        let bytes =
            desk::evidence(&pair, self.checkin, &sealed).with_context(|| self.key.display().to_string())?;
        let record: CardRecord = canonical::decode(&bytes).map_err(|error| anyhow!("{error:?}"))?;
        let mut tx = work.db.write().await?;
        let approved = take_unmasking(&mut tx, self.proposal, record.attempt, work.now())
            .await?
            .context(
                "đề nghị này không cho phép mở dữ liệu của thí sinh: chưa được người thứ hai duyệt, đã dùng, hoặc quá 10 phút \
                 / this proposal does not allow it: not approved by a second person, used already, or older than ten minutes",
            )?;
        // On record before anybody sees anything.
        let object = format!("checkin:{}", self.checkin);
        let became = particulars(&approved).to_string();
        let act = Act {
            at: work.now(),
            actor: &Actor::command(),
            act: "personal-data.unmask",
            object: &object,
            was: "",
            became: &became,
            reason: approved.reason(),
        };
        append(&mut tx, &act).await?;
        tx.commit().await?;
        work.db.close().await;
        self.files(&record, &bytes, approved.act().what)
    }

    /// No more than what was approved.
    fn files(&self, record: &CardRecord, bytes: &[u8], what: Masked) -> Result<()> {
        written::folder(&self.out)?;
        let write = |name: &str, bytes: &[u8]| self.existing.write(&self.out.join(name), bytes);
        if what == Masked::Evidence {
            write("evidence.cbor", bytes)?;
            for (name, file) in [
                ("EF_SOD.bin", &record.sod),
                ("EF_DG1.bin", &record.dg1),
                ("EF_DG2.bin", &record.dg2),
            ] {
                write(name, &file.0)?;
            }
        }
        let portrait = data_group::portrait(&record.dg2.0);
        ensure!(
            portrait.is_ok() || what == Masked::Evidence,
            "không có ảnh trong dữ liệu chip / the chip data holds no portrait"
        );
        if let Ok(portrait) = portrait {
            let extension = if portrait.content_type == "image/jpeg" {
                "jpg"
            } else {
                "jp2"
            };
            write(&format!("portrait.{extension}"), &portrait.bytes)?;
        }
        println!("{}", self.out.display());
        Ok(())
    }
}

fn particulars(approved: &Approved<act::Unmask>) -> serde_json::Value {
    json!({
        "attempt": approved.act().attempt,
        "what": approved.act().what,
        "proposal": approved.proposal(),
        "proposed_by": approved.proposer(),
        "approved_by": approved.decider(),
    })
}
