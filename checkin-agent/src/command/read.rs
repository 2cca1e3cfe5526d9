//! `checkin-agent read`: one card into one folder, for tests and for looking at a card that makes trouble.
//!
//! The challenge is made here, so what it writes proves nothing to a server. DG13 is not written: only its hash is.

use crate::card::pcsc::{PcscCard, Readers, Sight};
use crate::card::{ExtendedLength, Line};
use crate::emrtd::access::{AccessKeys, ZoneKey};
use crate::emrtd::pace::Password;
use crate::read::{Desk, Kept, ReadError, Reading, Wanted};
use anyhow::{Context, Result, bail};
use certs::travel_document::mrz::mrz_key;
use core::ops::ControlFlow;
use exam_protocol::station::{CardEvidence, ReadStep};
use rand::Rng;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What to read and where to put it.
#[derive(clap::Args)]
pub struct Arguments {
    /// Số CAN: 6 số cuối của số định danh / card access number: the last six digits of the citizen number
    #[arg(long, value_name = "NNNNNN")]
    can: String,
    /// Tên đầu đọc; mặc định là đầu đọc nào có thẻ / reader name; without it, whichever has a card
    #[arg(long, value_name = "NAME")]
    reader: Option<String>,
    /// Thư mục ghi kết quả / folder for the result
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Khóa BAC khi thẻ không có PACE: 9 số cuối, ngày sinh, ngày hết hạn / BAC key for a card without PACE:
    /// last nine digits, birth, expiry
    #[arg(long, value_name = "NNNNNNNNN,YYMMDD,YYMMDD", value_parser = basic_access)]
    basic_access: Option<String>,
    /// Số giây chờ thẻ / seconds to wait for a card
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    wait: u64,
    /// In JSON ra màn hình / print JSON
    #[arg(long)]
    json: bool,
}

/// `document number,birth,expiry` as MRZ information.
fn basic_access(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.split(',').collect();
    let [number, birth, expiry] = parts[..] else {
        return Err("cần ba phần, cách nhau bằng dấu phẩy / three parts, separated by commas".to_owned());
    };
    mrz_key(number, birth, expiry).map_err(|error| error.to_string())
}

/// Reads one card, writes `EF_*.bin`, the answer to the challenge and `read.json`.
///
/// # Errors
/// No card, or it cannot be read, or the folder cannot be written.
pub fn run(arguments: &Arguments) -> Result<()> {
    let password = Password::card_access_number(&arguments.can)
        .context("--can phải là 6 chữ số / --can takes exactly 6 digits")?;
    let zones = arguments
        .basic_access
        .iter()
        .map(|text| ZoneKey::from_mrz_information(text))
        .collect();
    let mut card = wait_for_card(arguments)?;
    let mut challenge = [0; 8];
    rand::rng().fill_bytes(&mut challenge);
    let (mut line, mut kept) = (Line::default(), Kept::default());
    let (outcome, phases) = read(
        &mut card,
        &AccessKeys {
            number: Some(password),
            zones,
        },
        challenge,
        (&mut line, &mut kept),
    );
    let evidence = match outcome {
        Ok(evidence) => evidence,
        Err(error) => {
            if arguments.json {
                println!(
                    "{}",
                    json!({ "failure": error.failure(), "message": error.to_string() })
                );
            }
            return Err(error.into());
        }
    };
    let report = report(&evidence, challenge, line.lengths.extended(), &phases);
    write(&arguments.out, &evidence, challenge, &report)?;
    if arguments.json {
        println!("{report:#}");
    } else {
        tell(&evidence, &arguments.out);
    }
    Ok(())
}

fn wait_for_card(arguments: &Arguments) -> Result<PcscCard> {
    let readers = Readers::open()?;
    let deadline = Instant::now() + Duration::from_secs(arguments.wait);
    let mut told = false;
    loop {
        match readers.look(arguments.reader.as_deref(), Duration::from_millis(200))? {
            Sight::Card(card) => return Ok(card),
            Sight::NoReader => bail!("không thấy đầu đọc thẻ / no such card reader (checkin-agent readers)"),
            Sight::NoCard if Instant::now() >= deadline => bail!("không có thẻ / no card came"),
            Sight::NoCard if !told => eprintln!("Hãy đặt thẻ lên đầu đọc / put the card on the reader"),
            Sight::NoCard => {}
        }
        told = true;
    }
}

/// Milliseconds at which each phase began.
type Phases = Vec<(&'static str, u32)>;

fn read(
    card: &mut PcscCard,
    keys: &AccessKeys,
    challenge: [u8; 8],
    (line, kept): (&mut Line, &mut Kept),
) -> (Result<CardEvidence, ReadError>, Phases) {
    let seen = Instant::now();
    let clock = || u32::try_from(seen.elapsed().as_millis()).unwrap_or(u32::MAX);
    let phases = RefCell::new(Phases::new());
    let last = Cell::new("");
    let mut progress = |step: ReadStep| {
        let phase = match step {
            ReadStep::WaitingForCard => "waiting",
            ReadStep::Access => "access",
            ReadStep::Reading(_) => "files",
            ReadStep::ChipProof => "chip_proof",
        };
        if last.replace(phase) != phase {
            phases.borrow_mut().push((phase, clock()));
        }
        ControlFlow::Continue(())
    };
    let reading = Reading {
        keys,
        line,
        kept,
        wanted: Wanted::default(),
        rng: &mut rand::rng(),
        desk: Desk {
            progress: &mut progress,
            challenge: &mut || Ok(challenge),
            clock: &clock,
        },
    };
    let outcome = reading.run(card);
    (outcome, phases.take())
}

fn files(evidence: &CardEvidence) -> Vec<(&'static str, &[u8])> {
    let optional = [("EF_DG14.bin", &evidence.dg14), ("EF_DG15.bin", &evidence.dg15)];
    let always = [
        ("EF_SOD.bin", &evidence.sod),
        ("EF_DG1.bin", &evidence.dg1),
        ("EF_DG2.bin", &evidence.dg2),
    ];
    let there = optional
        .into_iter()
        .filter_map(|(name, file)| file.as_ref().map(|file| (name, file)));
    always
        .into_iter()
        .chain(there)
        .map(|(name, file)| (name, file.0.as_slice()))
        .collect()
}

fn report(evidence: &CardEvidence, challenge: [u8; 8], extended: ExtendedLength, phases: &Phases) -> Value {
    let sizes: serde_json::Map<_, _> = files(evidence)
        .into_iter()
        .map(|(name, bytes)| (name.to_owned(), bytes.len().into()))
        .collect();
    let ends = phases
        .iter()
        .skip(1)
        .map(|phase| phase.1)
        .chain([evidence.duration]);
    let milliseconds: serde_json::Map<_, _> = phases
        .iter()
        .zip(ends)
        .map(|((name, start), end)| ((*name).to_owned(), end.saturating_sub(*start).into()))
        .collect();
    json!({
        "access": evidence.access,
        "extended_length": match extended {
            ExtendedLength::Unknown => "not_needed",
            ExtendedLength::Works => "works",
            ExtendedLength::Refused => "refused",
        },
        "apdu_count": evidence.apdu_count,
        "milliseconds": evidence.duration,
        "milliseconds_by_phase": milliseconds,
        "bytes": sizes,
        "dg13_hash": evidence.dg13_hash,
        "active_authentication": evidence.active_authentication.as_ref().map(|answer| json!({
            "challenge": hex::encode(challenge),
            "response": answer,
        })),
    })
}

fn write(folder: &Path, evidence: &CardEvidence, challenge: [u8; 8], report: &Value) -> Result<()> {
    let describe = || format!("không ghi được vào {0} / cannot write to {0}", folder.display());
    std::fs::create_dir_all(folder).with_context(describe)?;
    let proof = evidence.active_authentication.as_ref();
    // The names that `certs verify-document` looks for.
    let proof = proof.map(|answer| {
        [
            ("AA_challenge.bin", &challenge[..]),
            ("AA_response.bin", &answer.0),
        ]
    });
    for (name, bytes) in files(evidence).into_iter().chain(proof.into_iter().flatten()) {
        std::fs::write(folder.join(name), bytes).with_context(describe)?;
    }
    std::fs::write(folder.join("read.json"), format!("{report:#}\n")).with_context(describe)
}

fn tell(evidence: &CardEvidence, folder: &Path) {
    println!(
        "Đã đọc thẻ: {:?}, {} lệnh, {} ms → {} / card read",
        evidence.access,
        evidence.apdu_count,
        evidence.duration,
        folder.display()
    );
    for (name, bytes) in files(evidence) {
        println!("  {name}  {} byte", bytes.len());
    }
}
