//! `checkin-agent read`: one card into one folder, for tests and for looking at a card that makes trouble.
//!
//! The challenge is made here, so what it writes proves nothing to a server. Here alone DG13 is written: the holder's data goes
//! into a folder of this PC, and `run` has no way to it.

mod key;
mod report;

use crate::card::Line;
use crate::card::pcsc::{PcscCard, Readers, Sight};
use crate::emrtd::access::AccessKeys;
use crate::read::{Desk, Kept, ReadError, Reading, Wanted};
use anyhow::{Result, bail};
use core::ops::ControlFlow;
use exam_protocol::station::{CardEvidence, ReadStep};
use key::KeyArguments;
use rand::Rng;
use report::{Done, Phases};
use serde_json::json;
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Everything that the card lists. Chip authentication proves something to this program only, so it is left out.
const WANTED: Wanted = Wanted {
    everything: true,
    citizen_data: true,
    chip_authentication: false,
};

/// What to read and where to put it.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    key: KeyArguments,
    /// Tên đầu đọc; mặc định là đầu đọc nào có thẻ / reader name; without it, whichever has a card
    #[arg(long, value_name = "NAME")]
    reader: Option<String>,
    /// Thư mục ghi kết quả / folder for the result
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Số giây chờ thẻ / seconds to wait for a card
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    wait: u64,
    /// In JSON ra màn hình / print JSON
    #[arg(long)]
    json: bool,
}

/// Reads one card, writes `EF_*.bin`, the answer to the challenge and `read.json`.
///
/// # Errors
/// No card, or it cannot be read, or the folder cannot be written.
pub fn run(arguments: &Arguments) -> Result<()> {
    let keys = arguments.key.keys()?;
    let mut card = wait_for_card(arguments)?;
    let mut challenge = [0; 8];
    rand::rng().fill_bytes(&mut challenge);
    let (mut line, mut kept) = (Line::default(), Kept::default());
    let (outcome, phases) = read(&mut card, &keys, challenge, (&mut line, &mut kept));
    let evidence = outcome.inspect_err(|error| {
        if arguments.json {
            println!(
                "{}",
                json!({ "failure": error.failure(), "message": error.to_string() })
            );
        }
    })?;
    let done = Done {
        evidence: &evidence,
        kept: &kept,
        line: &line,
        challenge,
        phases: &phases,
    };
    done.write(&arguments.out)?;
    if arguments.json {
        println!("{:#}", done.json());
    } else {
        tell(&done, &arguments.out);
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
        wanted: WANTED,
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

fn tell(done: &Done<'_>, folder: &Path) {
    println!(
        "Đã đọc thẻ: {:?}, {} lệnh, {} ms → {} / card read",
        done.evidence.access,
        done.line.commands(),
        done.evidence.duration,
        folder.display()
    );
    for (name, bytes) in done.files() {
        println!("  {name}  {} byte", bytes.len());
    }
}
