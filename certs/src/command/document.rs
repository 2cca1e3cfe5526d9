//! `certs verify-document`: judges the files that `checkin-agent read` wrote, one per data group.

use super::{instant, now, read, store};
use anyhow::{Context, Result, bail};
use certs::Time;
use certs::travel_document::mrz::Td3;
use certs::travel_document::{
    ActiveAuthentication, Additions, Document, DocumentFiles, DocumentSigner, Finding, HashResult, Judgement,
    SecurityObject, TrustAnchors, Verdict, judge_with, reason,
};
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Folder with EF_SOD.bin, EF_DG1.bin, EF_DG2.bin and, where the card has them, EF_DG13.bin, EF_DG14.bin,
    /// EF_DG15.bin; of other data groups only the hash is compared. The chip's answer is looked for in AA_challenge.bin (8 bytes) and AA_response.bin.
    dir: PathBuf,
    /// What is trusted: a folder made by `certs trust add`; certificates of states (CSCA, PEM or DER), revocation lists,
    /// master lists; repeat for more. Without any the issuer stays unknown.
    #[arg(long, num_args = 1..)]
    trust: Vec<PathBuf>,
    /// Judge as of this day (YYYY-MM-DD) or second (YYYY-MM-DDThh:mm:ssZ), UTC, instead of now.
    #[arg(long)]
    at: Option<String>,
    /// Report as JSON; this is the default.
    #[arg(long, conflicts_with = "text")]
    json: bool,
    /// Report in plain words instead.
    #[arg(long)]
    text: bool,
}

/// Judges and reports.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let at = match &arguments.at {
        Some(text) => Time::parse(text)
            .with_context(|| format!("--at {text}: viết như 2026-12-31 / --at {text}: give YYYY-MM-DD"))?,
        None => now()?,
    };
    let mut anchors = TrustAnchors::empty();
    for path in &arguments.trust {
        store::add_path(&mut anchors, path, at)?;
    }
    let judgement = judge_folder(&arguments.dir, &anchors, at)?;
    if arguments.text && !arguments.json {
        print(&judgement);
    } else {
        println!("{:#}", as_json(&judgement));
    }
    Ok(exit_code(&judgement))
}

/// Success only when integrity is valid and none is invalid.
pub(super) fn exit_code(judgement: &Judgement) -> ExitCode {
    let findings = [judgement.integrity, judgement.issuer, judgement.chip];
    let genuine = judgement.integrity.verdict == Verdict::Valid
        && findings.iter().all(|finding| finding.verdict != Verdict::Invalid);
    if genuine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn judge_folder(dir: &Path, anchors: &TrustAnchors, at: Time) -> Result<Judgement> {
    let file = |name: &str| read(&dir.join(name));
    let optional = |name: &str| dir.join(name).exists().then(|| file(name)).transpose();
    let (sod, dg1, dg2) = (file("EF_SOD.bin")?, file("EF_DG1.bin")?, file("EF_DG2.bin")?);
    let (dg14, dg15) = (optional("EF_DG14.bin")?, optional("EF_DG15.bin")?);
    let dg13_hash = match (optional("EF_DG13.bin")?, SecurityObject::parse(&sod)) {
        (Some(dg13), Ok(object)) => Some(object.digest(&dg13)),
        _ => None,
    };
    let authentication = match (optional("AA_challenge.bin")?, optional("AA_response.bin")?) {
        (Some(challenge), Some(response)) => {
            let Ok(challenge) = challenge.try_into() else {
                bail!("AA_challenge.bin phải có 8 byte / AA_challenge.bin must have 8 bytes")
            };
            Some(ActiveAuthentication { challenge, response })
        }
        _ => None,
    };
    let files = DocumentFiles {
        sod: &sod,
        dg1: &dg1,
        dg2: &dg2,
        dg14: dg14.as_deref(),
        dg15: dg15.as_deref(),
        dg13_hash: dg13_hash.as_deref(),
    };
    let others = other_groups(dir)?;
    let others: Vec<_> = others
        .iter()
        .map(|(number, file)| (*number, file.as_slice()))
        .collect();
    let additions = Additions {
        data_groups: &others,
        ..Additions::default()
    };
    Ok(judge_with(
        &files,
        authentication.as_ref(),
        &additions,
        anchors,
        at,
    ))
}

/// The data groups that only their hash is of interest of.
fn other_groups(dir: &Path) -> Result<Vec<(u8, Vec<u8>)>> {
    let mut found = Vec::new();
    for number in (3..=12).chain([16]) {
        let path = dir.join(format!("EF_DG{number}.bin"));
        if path.exists() {
            found.push((number, read(&path)?));
        }
    }
    Ok(found)
}

fn hash_result(result: HashResult) -> &'static str {
    match result {
        HashResult::Match => "match",
        HashResult::Mismatch => "mismatch",
        HashResult::NotCovered => "not_covered",
        HashResult::NotRead => "not_read",
    }
}

pub(super) fn as_json(judgement: &Judgement) -> Value {
    let finding = |finding: Finding| json!({ "verdict": finding.verdict.as_str(), "reason": finding.reason });
    let groups = judgement.data_groups.iter();
    let groups = groups.map(|group| (format!("DG{}", group.number), json!(hash_result(group.result))));
    json!({
        "integrity": finding(judgement.integrity),
        "issuer": finding(judgement.issuer),
        "chip": finding(judgement.chip),
        "data_groups": groups.collect::<serde_json::Map<_, _>>(),
        "person": match (&judgement.document, &judgement.passport) {
            (Some(document), _) => person(document),
            (None, Some(passport)) => holder(passport),
            (None, None) => Value::Null,
        },
        "signer": judgement.signer.as_ref().map(signer),
        "remarks": judgement.remarks,
    })
}

fn signer(signer: &DocumentSigner) -> Value {
    json!({
        "fingerprint": hex::encode(signer.fingerprint),
        "not_before": instant(signer.validity.not_before),
        "not_after": instant(signer.validity.not_after),
        "signing_time": signer.signing_time.map(instant),
    })
}

fn person(document: &Document) -> Value {
    let zone = &document.mrz;
    json!({
        "citizen_number": zone.citizen_number(),
        "document_number": zone.document_number,
        "issuing_state": zone.issuing_state,
        "nationality": zone.nationality,
        "surname": zone.surname,
        "given_names": zone.given_names,
        "sex": zone.sex.to_string(),
        "birth": zone.birth_date().map_or(zone.birth.clone(), |date| date.to_string()),
        "expiry": zone.expiry_date().map_or(zone.expiry.clone(), |date| date.to_string()),
        "portrait": document.portrait.as_ref().map(|p| json!({ "type": p.content_type, "bytes": p.bytes.len() })),
    })
}

/// Dates of a passport stay as they are written: nothing in the zone tells the century.
fn holder(zone: &Td3) -> Value {
    json!({
        "document_number": zone.document_number,
        "issuing_state": zone.issuing_state,
        "nationality": zone.nationality,
        "surname": zone.surname,
        "given_names": zone.given_names,
        "sex": zone.sex.to_string(),
        "birth": zone.birth,
        "expiry": zone.expiry,
    })
}

pub(super) fn print(judgement: &Judgement) {
    let rows = [
        ("integrity", judgement.integrity),
        ("issuer", judgement.issuer),
        ("chip", judgement.chip),
    ];
    for (name, Finding { verdict, reason }) in rows {
        let meaning = reason::explain(reason).map_or("", |reason| reason.en);
        println!("{name:<10} {:<12} {reason}: {meaning}", verdict.as_str());
    }
    for group in &judgement.data_groups {
        println!("DG{:<8} {}", group.number, hash_result(group.result));
    }
    for remark in &judgement.remarks {
        let meaning = reason::explain(remark).map_or("", |reason| reason.en);
        println!("remark     {remark}: {meaning}");
    }
    if let Some(document) = &judgement.document {
        let zone = &document.mrz;
        println!(
            "person     {}, {}",
            zone.name(),
            zone.citizen_number().unwrap_or("no citizen number")
        );
    } else if let Some(zone) = &judgement.passport {
        println!(
            "person     {} {}, passport of {}",
            zone.surname, zone.given_names, zone.issuing_state
        );
    } else {
        println!("person     DG1 is not the zone of an identity card (TD1) or passport (TD3)");
    }
}
