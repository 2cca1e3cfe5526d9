//! A tray of virtual citizen cards beside a virtual PC/SC reader, moved by commands on standard input.
//!
//! Reads one command per line and answers each with one line beginning `ok` or `error`. Ends when its input closes, so
//! it cannot outlive the program that started it. Must not make cards itself: `exam_tests::card` does.

use std::{
    fs,
    io::{self, BufRead, Write},
    path::PathBuf,
};

use anyhow::{Context, Result, bail};
use clap::Parser;
use exam_tests::{
    card::{Order, Tray},
    citizens::{Citizen, RosterFile},
};
use serde_json::json;

/// Virtual Vietnamese citizen cards for a virtual reader (vsmartcard-vpcd).
///
/// Commands on standard input, one per line:
///   insert 7               lays card 7 on the reader
///   insert 7 short-only clone   ... of this make, with this defect (`words` lists them)
///   remove                 takes the card away
///   second insert 7        the same on the reader beside it (the next port), as every command
///   list                   all cards as one line of JSON
///   state                  which card lies on the reader
///   missed 7               how often in a row card 7's CAN or MRZ was wrong
///   busy                   microseconds that chips have computed since this was last asked
///   words                  makes and defects
///   quit
#[derive(Parser)]
#[command(version, verbatim_doc_comment)]
struct Arguments {
    /// Port of the virtual reader on this machine.
    #[arg(long, default_value_t = 35_963)]
    port: u16,
    /// Number of cards.
    #[arg(long, default_value_t = 24)]
    cards: usize,
    /// The same seed makes the same citizens, keys and certificates.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to write the test authority's certificate, for `exam-server trust add`.
    #[arg(long, value_name = "FILE")]
    trust_out: Option<PathBuf>,
    /// Where to write the test authority's revocation list, for `exam-server trust add`.
    #[arg(long, value_name = "FILE")]
    crl_out: Option<PathBuf>,
    /// Where to write the roster; the ending chooses .xlsx or .csv. May be given twice.
    #[arg(long, value_name = "FILE")]
    roster_out: Vec<PathBuf>,
    /// Where to write the citizens as JSON: number, name, CAN, QR text.
    #[arg(long, value_name = "FILE")]
    citizens_out: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut tray = Tray::new(arguments.seed, arguments.cards, arguments.port)?;
    let mut second = None;
    write_files(&arguments, &tray)?;
    say("ok ready")?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let outcome = match line.trim().strip_prefix("second ") {
            None => obey(&mut tray, line.trim()),
            Some(line) => beside(&mut second, &arguments).and_then(|tray| obey(tray, line)),
        };
        match outcome {
            Ok(None) => return say("ok bye"),
            Ok(Some(answer)) => say(&format!("ok {answer}"))?,
            Err(error) => say(&format!("error {error:#}").replace('\n', " "))?,
        }
    }
    Ok(())
}

/// The tray of the reader beside the first, made when it is first asked for.
fn beside<'t>(second: &'t mut Option<Tray>, arguments: &Arguments) -> Result<&'t mut Tray> {
    if second.is_none() {
        *second = Some(Tray::new(arguments.seed, arguments.cards, arguments.port + 1)?);
    }
    second.as_mut().context("the second tray is there")
}

fn obey(tray: &mut Tray, line: &str) -> Result<Option<String>> {
    let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
    Ok(Some(match command {
        "insert" => {
            let citizen = tray.insert(Order::parse(rest)?)?;
            format!("inserted {}", citizen.index + 1)
        }
        "remove" if tray.remove() => "removed".to_owned(),
        "remove" => "empty".to_owned(),
        "list" => json!(tray.citizens().iter().map(described).collect::<Vec<_>>()).to_string(),
        "state" => tray
            .inserted()
            .map_or("empty".to_owned(), |order| format!("inserted {}", order.citizen)),
        "missed" => tray
            .missed(rest.parse().context("missed takes a card's position")?)
            .to_string(),
        "busy" => tray.busy().to_string(),
        "words" => exam_tests::card::WORDS.join(" "),
        "quit" => return Ok(None),
        _ => {
            bail!("`{command}` is unknown; known are insert, remove, list, state, missed, busy, words, quit")
        }
    }))
}

fn described(citizen: &Citizen) -> serde_json::Value {
    json!({
        "card": citizen.index + 1,
        "number": citizen.number,
        "can": citizen.can(),
        "name": citizen.name,
        "birth": citizen.birth.slashes(),
        "sex": citizen.sex.vietnamese(),
        "qr": citizen.qr(),
    })
}

fn write_files(arguments: &Arguments, tray: &Tray) -> Result<()> {
    if let Some(path) = &arguments.trust_out {
        write(path, tray.pki().country.certificate_pem()?.as_bytes())?;
    }
    if let Some(path) = &arguments.crl_out {
        let list = tray.pki().country.revocation_list(std::time::SystemTime::now())?;
        write(path, &list)?;
    }
    for path in &arguments.roster_out {
        let form = match path.extension().and_then(|ending| ending.to_str()) {
            Some("xlsx") => RosterFile::Xlsx,
            Some("csv") => RosterFile::Csv,
            _ => bail!("{} must end in .xlsx or .csv", path.display()),
        };
        write(path, &form.write(tray.citizens())?)?;
    }
    if let Some(path) = &arguments.citizens_out {
        let all: Vec<_> = tray.citizens().iter().map(described).collect();
        write(path, serde_json::to_string_pretty(&all)?.as_bytes())?;
    }
    Ok(())
}

fn write(path: &PathBuf, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn say(line: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
