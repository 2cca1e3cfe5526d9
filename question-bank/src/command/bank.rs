//! `import --bank`, `export`, `check`, `diff`, `render`: the commands on a bank.

use super::bank_file;
use anyhow::{Context, bail};
use question_bank::bank::record::{ItemId, Level, Metadata};
use question_bank::bank::{self, Bank, Cluster, NewItem, Taken, check, difference};
use question_bank::export::{self, Format};
use question_bank::fault::{Fault, Note};
use question_bank::import::{self, Doubt, WordFile};
use question_bank::item::Item;
use question_bank::render;
use ring::rand::SystemRandom;
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

/// How files are taken into a bank.
pub struct Intake<'a> {
    pub bank: &'a Path,
    pub key: Option<&'a Path>,
    pub author: &'a str,
    pub report: Option<&'a Path>,
    /// Where the side-by-side pages go.
    pub fidelity: Option<&'a Path>,
    pub dry_run: bool,
}

#[derive(Serialize)]
struct Report {
    /// Whether no file was refused.
    accepted: bool,
    files: Vec<FileReport>,
}

#[derive(Default, Serialize)]
struct FileReport {
    file: String,
    /// Identifiers of new items.
    added: Vec<ItemId>,
    /// Identifiers of items that were there already.
    known: Vec<ItemId>,
    /// Questions that were not understood; they are not in the bank.
    doubts: Vec<Doubt>,
    notes: Vec<Note>,
    /// Why the file was refused as a whole.
    faults: Vec<Fault>,
    /// Lines that belong to no question.
    dropped: Vec<(u32, String)>,
}

/// Takes files into a bank; what is doubtful stays outside and is listed.
pub fn import(files: &[PathBuf], intake: &Intake<'_>) -> anyhow::Result<ExitCode> {
    let (mut bank, key) = if intake.dry_run && !intake.bank.exists() {
        (Bank::default(), None)
    } else if intake.dry_run {
        (bank_file::open(intake.bank)?.bank, None)
    } else {
        let (bank, key) = bank_file::open_or_new(intake.bank, intake.key)?;
        (bank, Some(key))
    };
    let mut report = Report {
        accepted: true,
        files: Vec::new(),
    };
    for path in files {
        let bytes = fs::read(path).with_context(|| path.display().to_string())?;
        let mut found = FileReport {
            file: path.display().to_string(),
            ..FileReport::default()
        };
        match read(&bytes, &mut found) {
            Ok(word) => {
                if let Some(folder) = intake.fidelity {
                    write_page(folder, path, &word)?;
                }
                take(&mut bank, word, intake.author, &mut found)?;
            }
            Err(faults) => {
                found.faults = faults;
                report.accepted = false;
            }
        }
        print(&found);
        report.files.push(found);
    }
    if let Some(path) = intake.report {
        fs::write(path, serde_json::to_string_pretty(&report)?)
            .with_context(|| path.display().to_string())?;
    }
    if let Some(key) = key {
        bank_file::save(intake.bank, &bank, &key)?;
    }
    Ok(if report.accepted {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A file of any format in the shape of a Word file, which says most.
fn read(bytes: &[u8], found: &mut FileReport) -> Result<WordFile, Vec<Fault>> {
    let word = if bytes.starts_with(b"PK\x03\x04") {
        import::docx(bytes)?
    } else {
        WordFile::from(import::any(bytes)?)
    };
    found.doubts.clone_from(&word.doubts);
    found.notes.clone_from(&word.notes);
    found.dropped.clone_from(&word.dropped);
    Ok(word)
}

fn take(bank: &mut Bank, word: WordFile, author: &str, found: &mut FileReport) -> anyhow::Result<()> {
    let rng = SystemRandom::new();
    let clusters: Vec<ItemId> = word
        .stimuli
        .into_iter()
        .map(|stimulus| {
            let cluster = Cluster {
                stimulus: stimulus.text,
                media: stimulus.media,
            };
            bank.take_cluster(cluster, &rng)
        })
        .collect::<Result<_, _>>()?;
    let mut intake = bank::Intake::new(bank, author, now_ms());
    for question in word.questions {
        let metadata = metadata(&question.item, &question.tags, &found.file);
        let new = NewItem {
            item: question.item,
            solution: question.solution,
            metadata,
            cluster: question.stimulus.and_then(|at| clusters.get(at).cloned()),
        };
        match intake.take(new, &rng)? {
            Taken::Added(id) => found.added.push(id),
            Taken::Known(id) => found.known.push(id),
        }
    }
    Ok(())
}

fn metadata(item: &Item, tags: &[String], file: &str) -> Metadata {
    let level = tags.iter().find_map(|tag| Some((tag, Level::of_label(tag)?)));
    Metadata {
        topic: item.category.clone(),
        level: level.as_ref().map(|(_, level)| *level),
        level_label: level.map_or(String::new(), |(label, _)| label.clone()),
        tags: tags.to_vec(),
        source: file.to_owned(),
        ..Metadata::default()
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn write_page(folder: &Path, path: &Path, word: &WordFile) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let page = folder.join(format!("{name}.html"));
    fs::write(&page, word.fidelity_report(&name)).with_context(|| page.display().to_string())
}

fn print(found: &FileReport) {
    if found.faults.is_empty() {
        println!(
            "{}: {} câu mới, {} câu đã có, {} câu cần xem lại",
            found.file,
            found.added.len(),
            found.known.len(),
            found.doubts.len()
        );
    } else {
        println!("{}: bị từ chối, {} lỗi", found.file, found.faults.len());
    }
    for fault in &found.faults {
        println!("  lỗi: {fault}");
    }
    for doubt in &found.doubts {
        let reasons: Vec<&str> = doubt.reasons.iter().map(|reason| reason.vi.as_str()).collect();
        println!(
            "  đoạn {}, {}: {}",
            doubt.paragraph,
            doubt.question,
            reasons.join("; ")
        );
    }
    for note in &found.notes {
        println!("  lưu ý: {note}");
    }
}

/// Writes the current versions in another program's format.
pub fn export(bank: &Path, format: Format, out: Option<&Path>) -> anyhow::Result<ExitCode> {
    let bank = bank_file::open(bank)?.bank;
    let items = bank.in_order();
    let written = export::write(&items, format);
    for note in &written.notes {
        eprintln!("lưu ý: {note}");
    }
    match out {
        Some(path) => fs::write(path, written.text).with_context(|| path.display().to_string())?,
        None => println!("{}", written.text),
    }
    Ok(ExitCode::SUCCESS)
}

/// Lists what is wrong with a bank.
pub fn check(path: &Path) -> anyhow::Result<ExitCode> {
    let opened = bank_file::open(path)?;
    let faults = check::check(&opened.bank);
    for fault in &faults {
        println!("lỗi: {fault}");
    }
    println!(
        "{} câu, {} lỗi; chữ kí hợp lệ",
        opened.bank.items.len(),
        faults.len()
    );
    Ok(if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Prints what differs between two banks as JSON, a line for each item. Exit code 1: something differs.
pub fn diff(before: &Path, after: &Path) -> anyhow::Result<ExitCode> {
    let (before, after) = (bank_file::open(before)?.bank, bank_file::open(after)?.bank);
    let changes = difference::difference(&before, &after);
    for change in &changes {
        println!("{}", serde_json::to_string(change)?);
    }
    Ok(if changes.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Prints an item as a page: with its key for the office, or as text.
pub fn render(path: &Path, item: &str, html: bool) -> anyhow::Result<ExitCode> {
    let bank = bank_file::open(path)?.bank;
    let Some(found) = ItemId::parse(item).and_then(|id| bank.whole(&id)) else {
        bail!("ngân hàng không có câu «{item}» (mã gồm 32 chữ số hệ 16)");
    };
    if html {
        println!("{}", render::page(&found));
    } else {
        println!("{}", render::text(&found));
    }
    Ok(ExitCode::SUCCESS)
}
