//! "Nobody changes the record unseen": an export of a real installation's audit, changed in a thousand ways, is found out
//! each time, and so is a database that somebody opened with the triggers gone.

use anyhow::{Context, Result, bail, ensure};
use certs::signing::SigningKey;
use certs::x509::chain_from_pem;
use exam_protocol::audit::{AuditPage, AuditRecord, AuditState};
use exam_protocol::bytes::Fixed;
use exam_protocol::machine::{CodesRequest, EnrolmentCode, MachineKind};
use exam_protocol::route;
use exam_protocol::time::Timestamp;
use exam_server::audit::chain::{Reason, Record};
use exam_server::audit::file::{Export, HEAD_BEGINS, Header, read, read_record, record_line};
use exam_server::audit::verify::{Bad, Confirmed, File};
use exam_tests::console::{Console, Credentials};
use exam_tests::crowd::Crowd;
use exam_tests::dice::Dice;
use exam_tests::hall::Hall;
use ring::rand::SystemRandom;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sqlx::{Connection, SqliteConnection};
use std::path::{Path, PathBuf};

const MUTATIONS: u32 = 1_000;

/// Every so many of them the program itself is asked.
const BY_PROGRAM: u32 = 33;

/// An installation where much has happened.
struct Busy {
    crowd: Crowd,
    auditor: Console,
}

impl Busy {
    async fn make() -> Result<Self> {
        let crowd = Crowd::seated(20).await?;
        let hall = &crowd.hall;
        let auditor = hall.add_lead_with("thanhtra", "Lê Thị Thanh Tra", "administrator@installation")?;
        let door = hall.door()?;
        let wrong = Credentials {
            password: "sai mật khẩu".into(),
            ..auditor.clone()
        };
        for _ in 0..3 {
            ensure!(Console::login(&door, &wrong).await.is_err(), "a wrong password");
        }
        let auditor = Console::login(&door, &auditor).await?;
        let request = CodesRequest {
            site: crowd.sitting.site,
            kind: MachineKind::Desk,
            names: vec!["Bàn 1".into(), "Bàn 2".into()],
        };
        let codes: Vec<EnrolmentCode> = auditor.ask(route::MACHINES, &request).await?;
        ensure!(codes.len() == 2, "codes");
        Ok(Self { crowd, auditor })
    }

    fn hall(&self) -> &Hall {
        &self.crowd.hall
    }

    fn export(&self, name: &str) -> Result<(PathBuf, Vec<u8>)> {
        let out = self.hall().path(name);
        self.hall()
            .server_command(&["audit", "export", "--out", &out.to_string_lossy()])?;
        let bytes = std::fs::read(&out)?;
        Ok((out, bytes))
    }
}

fn authority(hall: &Hall) -> Result<CertificateDer<'static>> {
    Ok(CertificateDer::from_pem_file(hall.exam_ca())?)
}

/// What the command's own code says of a file.
fn judge(bytes: &[u8], ca: &[u8]) -> Result<Confirmed, Bad> {
    let mut file = File::new(ca, None);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        file.take(line)?;
    }
    file.finish()
}

/// Whether the program finds a file good.
fn program_says(hall: &Hall, file: &Path) -> Result<(bool, String)> {
    let (file, ca) = (file.to_string_lossy(), hall.exam_ca());
    let output = hall.try_command(&["audit", "verify", &file, "--trust", &ca.to_string_lossy()], &[])?;
    let said = String::from_utf8(output.stdout)?;
    ensure!(
        output.status.success() == said.contains("\nVALID") && said.contains("VALID"),
        "exit code and words differ: {said}"
    );
    Ok((output.status.success(), said))
}

/// Somebody who knows the format and has keys of another installation.
struct Forger {
    dice: Dice,
    good: Vec<u8>,
    foreign: Vec<u8>,
    key: SigningKey,
    own_certificates: Vec<u8>,
    stolen_certificates: Vec<u8>,
}

impl Forger {
    fn new(good: Vec<u8>, foreign: Vec<u8>, (hall, other): (&Hall, &Hall)) -> Result<Self> {
        let chain = |hall: &Hall| Ok::<_, anyhow::Error>(chain_from_pem(&text(hall, "receipt.pem")?)?);
        Ok(Self {
            dice: Dice::new(33, "audit/forger"),
            good,
            foreign,
            key: SigningKey::from_pkcs8_pem(&text(other, "receipt.key")?)?,
            own_certificates: chain(other)?,
            stolen_certificates: chain(hall)?,
        })
    }

    fn lines(&self) -> Vec<Vec<u8>> {
        split(&self.good)
    }

    fn at(&mut self, end: usize) -> Result<usize> {
        Ok(self.dice.below(u32::try_from(end)?) as usize)
    }

    /// The export, changed in one of many ways.
    fn forge(&mut self, turn: u32) -> Result<Vec<u8>> {
        match turn % 12 {
            0..=2 => self.bytes(turn % 12),
            3..=6 => self.whole_lines(turn % 12),
            7 => self.cut_off(),
            8 => self.field(),
            9 => self.rewritten(false),
            10 => self.rewritten(true),
            _ => self.spliced(),
        }
    }

    fn bytes(&mut self, how: u32) -> Result<Vec<u8>> {
        let mut bytes = self.good.clone();
        let at = self.at(bytes.len())?;
        match how {
            0 => bytes[at] ^= 1 << self.dice.below(8),
            1 => {
                bytes.remove(at);
            }
            _ => bytes.insert(at, *self.dice.pick(b"0 9a{\n,\"")),
        }
        Ok(bytes)
    }

    fn whole_lines(&mut self, how: u32) -> Result<Vec<u8>> {
        let mut lines = self.lines();
        let (at, to) = (self.at(lines.len())?, self.at(lines.len())?);
        match how {
            3 => {
                lines.remove(at);
            }
            4 => lines.insert(to, lines[at].clone()),
            5 => lines.swap(at, to),
            _ => lines[at] = b"\n".to_vec(),
        }
        Ok(lines.concat())
    }

    fn cut_off(&mut self) -> Result<Vec<u8>> {
        let at = self.at(self.good.len())?;
        Ok(self.good[..at].to_vec())
    }

    /// Another act, actor, time or reason in one record, spelt as the program would spell it.
    fn field(&mut self) -> Result<Vec<u8>> {
        let mut lines = self.lines();
        let at = 1 + self.at(lines.len() - 2)?;
        let mut record = parse(&lines[at])?;
        self.falsify(&mut record);
        lines[at] = record_line(&record, true).into_bytes();
        Ok(lines.concat())
    }

    fn falsify(&mut self, record: &mut Record) {
        match self.dice.below(7) {
            0 => record.at = Timestamp(record.at.0 - 60_000),
            1 => record.actor.who.push('0'),
            2 => record.actor.address = "10.0.0.1".into(),
            3 => record.act.push('x'),
            4 => record.object.push('0'),
            5 => record.became = "{\"minutes\":999}".into(),
            _ => record.reason = forged_reason(record.reason.take()),
        }
    }

    /// The whole chain from one record on made to fit again, under a key of another installation: with that one's
    /// certificates, or with those that belong here.
    fn rewritten(&mut self, stolen: bool) -> Result<Vec<u8>> {
        let lines = self.lines();
        let header: Header = read(std::str::from_utf8(&lines[0])?).context("header")?;
        let (mut records, mut hash) = (Vec::new(), header.previous.0);
        for line in &lines[1..lines.len() - 1] {
            records.push(parse(line)?);
        }
        let at = self.at(records.len())?;
        self.falsify(&mut records[at]);
        let to = header.to;
        let (mut export, first) = Export::begin(header.installation, (header.from, to), hash);
        let mut text = first;
        for mut record in records {
            record.reason_hash = record.reason.as_ref().map(Reason::hash).or(record.reason_hash);
            record.hash = record.hash_after(&hash);
            hash = record.hash;
            text.push_str(&export.record(&record));
        }
        let certificates = if stolen {
            &self.stolen_certificates
        } else {
            &self.own_certificates
        };
        let now = Timestamp(1_000 * i64::try_from(seconds()?)?);
        text.push_str(&export.finish(now, (&self.key, certificates.as_slice()), &SystemRandom::new())?);
        Ok(text.into_bytes())
    }

    /// Records, the header or the head of another installation.
    fn spliced(&mut self) -> Result<Vec<u8>> {
        let (mut lines, foreign) = (self.lines(), split(&self.foreign));
        let last = (lines.len() - 1, foreign.len() - 1);
        match self.dice.below(4) {
            0 => lines[0].clone_from(&foreign[0]),
            1 => lines[last.0].clone_from(&foreign[last.1]),
            2 => {
                let from = 1 + self.at(last.1 - 1)?;
                lines.splice(1..last.0, foreign[from..last.1].to_vec());
            }
            _ => {
                let at = 1 + self.at(last.0.min(last.1) - 1)?;
                lines[at].clone_from(&foreign[at]);
            }
        }
        Ok(lines.concat())
    }
}

fn forged_reason(reason: Option<Reason>) -> Option<Reason> {
    match reason {
        // Its text just disappears, as if it had been erased by the rules.
        Some(reason) if reason.salt[0].is_multiple_of(2) => None,
        Some(reason) => Some(Reason {
            text: format!("{}.", reason.text),
            ..reason
        }),
        None => Some(Reason {
            salt: [1; 16],
            text: "lý do thêm sau".into(),
        }),
    }
}

fn split(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

fn parse(line: &[u8]) -> Result<Record> {
    read_record(std::str::from_utf8(line)?).context("a record")
}

fn text(hall: &Hall, name: &str) -> Result<String> {
    std::fs::read_to_string(hall.path("server").join(name)).with_context(|| name.to_owned())
}

fn seconds() -> Result<u64> {
    Ok(std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)?
        .as_secs())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_changes_to_an_export_are_found_each_time() -> Result<()> {
    let busy = Busy::make().await?;
    let other = Crowd::seated(3).await?;
    let (file, good) = busy.export("audit.jsonl")?;
    ensure!(good.split(|byte| *byte == b'\n').count() > 50, "too few acts");
    let out = other.hall.path("audit.jsonl");
    other
        .hall
        .server_command(&["audit", "export", "--out", &out.to_string_lossy()])?;
    let foreign = std::fs::read(&out)?;
    let ca = authority(busy.hall())?;
    let confirmed = judge(&good, &ca).map_err(|bad| anyhow::anyhow!("{bad:?}"))?;
    ensure!(
        confirmed.from == 1 && confirmed.erased_reasons == 0,
        "{confirmed:?}"
    );
    ensure!(
        program_says(busy.hall(), &file)?.0,
        "the program refuses a clean file"
    );
    ensure!(judge(&foreign, &ca).is_err(), "another installation's audit");
    let mut forger = Forger::new(good.clone(), foreign, (busy.hall(), &other.hall))?;
    let mut done = 0;
    while done < MUTATIONS {
        let forged = forger.forge(done)?;
        // Swapped with itself, say.
        if forged == good {
            forger.dice.below(2);
            continue;
        }
        if let Ok(confirmed) = judge(&forged, &ca) {
            let kept = busy.hall().path("forged.jsonl");
            std::fs::write(&kept, &forged)?;
            bail!("change {done} passed as {confirmed:?}");
        }
        if done % BY_PROGRAM == 0 {
            let path = busy.hall().path("forged.jsonl");
            std::fs::write(&path, &forged)?;
            let (good, said) = program_says(busy.hall(), &path)?;
            ensure!(!good, "the program took change {done}: {said}");
        }
        done += 1;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_the_chain_and_the_console_s_export_hold_too() -> Result<()> {
    let busy = Busy::make().await?;
    let ca = authority(busy.hall())?;
    let bytes = busy.auditor.get(route::AUDIT_EXPORT.to_owned()).await?;
    let whole = judge(&bytes, &ca).map_err(|bad| anyhow::anyhow!("{bad:?}"))?;
    let state: AuditState = busy.auditor.look(route::AUDIT_STATE).await?;
    ensure!(
        state.sequence == whole.sequence + 1,
        "the export itself comes after what it holds: {state:?}"
    );
    let part = busy
        .auditor
        .get(format!("{}?from=10&to=20", route::AUDIT_EXPORT))
        .await?;
    let part = judge(&part, &ca).map_err(|bad| anyhow::anyhow!("{bad:?}"))?;
    ensure!((part.from, part.sequence) == (10, 20), "{part:?}");
    // A chain that was cut off is as good as a short one, unless somebody kept its head.
    let (kept, _) = busy.export("kept.jsonl")?;
    let short = busy.hall().path("short.jsonl");
    let arguments = ["audit", "export", "--to", "20", "--out"];
    busy.hall()
        .server_command(&[&arguments[..], &[&*short.to_string_lossy()]].concat())?;
    ensure!(program_says(busy.hall(), &short)?.0, "a short export");
    let (ca, short) = (busy.hall().exam_ca(), short.to_string_lossy().into_owned());
    let known = kept.to_string_lossy().into_owned();
    let output = busy.hall().try_command(
        &[
            "audit",
            "verify",
            &short,
            "--trust",
            &ca.to_string_lossy(),
            "--head",
            &known,
        ],
        &[],
    )?;
    ensure!(!output.status.success(), "shorter than the head that was kept");
    // Nobody but who may read all of it gets the chain.
    ensure!(
        busy.crowd
            .console
            .get(route::AUDIT_EXPORT.to_owned())
            .await
            .is_err(),
        "a site lead exports the audit"
    );
    Ok(())
}

/// What somebody does who has the database file and a program of their own.
const IN_THE_DATABASE: [&str; 13] = [
    "update audit set at = at - 60000 where sequence = 12",
    "update audit set actor = 'server' where act = 'attempt.admit-without-card'",
    "update audit set address = '10.0.0.1' where sequence = 15",
    "update audit set act = 'room.open' where act = 'room.start'",
    "update audit set object = 'room:0' where act = 'room.start'",
    "update audit set became = '{}' where act = 'attempt.admit-without-card'",
    "update audit set reason_hash = x'', salt = x'00000000000000000000000000000000' where sequence = 20",
    "update audit_reason set text = 'lý do khác' where sequence = (select min(sequence) from audit_reason)",
    "delete from audit_reason where sequence = (select max(sequence) from audit_reason)",
    "delete from audit_reason; delete from audit where sequence = 9",
    "update audit set sequence = -9 where sequence = 9; update audit set sequence = 9 where sequence = 10;
     update audit set sequence = 10 where sequence = -9",
    "update audit set hash = x'00' where sequence = 5",
    "insert into audit (sequence, at, actor, address, act, object, organisation, exam, site, room, was, became,
                        reason_hash, salt, hash)
     select -7, at, actor, address, act, object, organisation, exam, site, room, was, became, reason_hash, salt, hash
     from audit where sequence = 5",
];

/// A copy of the database without its guards, changed. The copies lie beside the original.
async fn changed(hall: &Hall, name: &str, text: &str) -> Result<PathBuf> {
    let copy = hall.path(name);
    std::fs::copy(hall.database(), &copy)?;
    let mut db = SqliteConnection::connect(&format!("sqlite://{}", copy.display())).await?;
    for trigger in ["audit_no_update", "audit_no_delete", "audit_reason_no_update"] {
        let gone = sqlx::raw_sql(sqlx::AssertSqlSafe(format!("drop trigger {trigger}")));
        gone.execute(&mut db).await?;
    }
    sqlx::raw_sql("pragma foreign_keys = off")
        .execute(&mut db)
        .await?;
    let text = sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned()));
    ensure!(
        text.execute(&mut db).await?.rows_affected() > 0,
        "nothing was changed"
    );
    db.close().await?;
    Ok(copy)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_database_is_found_out_by_the_program() -> Result<()> {
    let mut busy = Busy::make().await?;
    let (head, _) = busy.export("kept.jsonl")?;
    busy.crowd.hall.stop().await?;
    let (hall, config) = (busy.hall(), busy.hall().config());
    let (head, config) = (head.to_string_lossy(), config.to_string_lossy());
    let verify = |database: &Path, more: &[&str]| {
        let place = database.to_string_lossy();
        let arguments = [&["audit", "verify", "--config", &*config][..], more].concat();
        let output = hall.try_command(&arguments, &[("EXAM__DATA__DATABASE", &*place)])?;
        let said = String::from_utf8(output.stdout)?;
        Ok::<_, anyhow::Error>((output.status.success(), said))
    };
    ensure!(
        verify(&hall.database(), &["--head", &head])?.0,
        "the untouched database"
    );
    let mut db = SqliteConnection::connect(&format!("sqlite://{}", hall.database().display())).await?;
    for text in [
        "update audit set at = 0",
        "delete from audit",
        "update audit_reason set text = ''",
    ] {
        ensure!(
            sqlx::raw_sql(text).execute(&mut db).await.is_err(),
            "the triggers let {text} through"
        );
    }
    db.close().await?;
    for (number, text) in IN_THE_DATABASE.into_iter().enumerate() {
        let copy = changed(hall, &format!("changed-{number}.sqlite"), text).await?;
        let (good, said) = verify(&copy, &[])?;
        ensure!(!good && said.contains("NOT VALID"), "{text}: {said}");
    }
    // The newest records are gone: nobody can tell but by the head that was kept.
    let text = "delete from audit_reason where sequence > 30; delete from audit where sequence > 30";
    let copy = changed(hall, "cut.sqlite", text).await?;
    ensure!(verify(&copy, &[])?.0, "a shorter chain holds by itself");
    let (good, said) = verify(&copy, &["--head", &head])?;
    ensure!(!good && said.contains("cut off"), "{said}");
    Ok(())
}

async fn page(console: &Console, query: &str) -> Result<AuditPage> {
    console.look(&format!("{}?{query}", route::AUDIT)).await
}

/// What a filter must let through.
type Fits = fn(&AuditRecord) -> bool;

/// The whole audit, newest first, page by page and without a gap.
async fn every_page(auditor: &Console) -> Result<Vec<AuditRecord>> {
    let first = page(auditor, "").await?;
    ensure!(
        first.whole && first.records.len() == 50 && first.next.is_some(),
        "{}",
        first.total
    );
    let mut all: Vec<AuditRecord> = first.records;
    let mut next = first.next;
    while let Some(before) = next {
        let page = page(auditor, &format!("before={before}")).await?;
        all.extend(page.records);
        next = page.next;
    }
    let sequences: Vec<i64> = all.iter().map(|record| record.sequence).collect();
    let expected: Vec<i64> = (1..=i64::try_from(all.len())?).rev().collect();
    ensure!(sequences == expected, "a gap between pages: {sequences:?}");
    Ok(all)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_finds_by_every_filter_and_turns_pages_without_gap() -> Result<()> {
    let busy = Busy::make().await?;
    let (auditor, room) = (&busy.auditor, busy.crowd.sitting.rooms[0].id);
    let all = every_page(auditor).await?;
    let filters: [(String, Fits); 7] = [
        ("act=seat.claim".into(), |one| one.act == "seat.claim"),
        ("act=room.".into(), |one| one.act.starts_with("room.")),
        (format!("object=room:{room}"), |one| {
            one.object.starts_with("room:")
        }),
        ("object=attempt:".into(), |one| one.object.starts_with("attempt:")),
        ("actor=command".into(), |one| one.actor == "command"),
        ("actor=th%E1%BB%8B%20h%E1%BA%A1nh&act=attempt.".into(), |one| {
            one.actor_name == "Nguyễn Thị Hạnh" && one.act.starts_with("attempt.")
        }),
        (
            "text=kh%C3%B4ng%20c%C3%B3%20th%E1%BA%BB".into(),
            |one| matches!(&one.reason, exam_protocol::audit::AuditReason::Given(text) if text.contains("không có thẻ")),
        ),
    ];
    for (query, fits) in filters {
        let found = page(auditor, &query).await?;
        let expected = all.iter().filter(|record| fits(record)).count();
        ensure!(
            expected > 0 && found.total as usize == expected,
            "{query}: {} of {expected}",
            found.total
        );
        ensure!(found.records.iter().all(fits), "{query}: {:?}", found.records);
    }
    let middle = all[all.len() / 2].at.0;
    let (before, after) = (
        page(auditor, &format!("until={middle}")).await?.total,
        page(auditor, &format!("from={middle}")).await?.total,
    );
    ensure!(
        (before + after) as usize == all.len() && before > 0 && after > 0,
        "{before} + {after}"
    );
    let none = page(auditor, "act=room.open&actor=command").await?;
    ensure!(none.records.is_empty() && none.total == 0, "{none:?}");
    ensure!(
        page(&busy.crowd.console, "").await.is_err(),
        "a site lead reads the audit"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_searches_as_the_console_does() -> Result<()> {
    let busy = Busy::make().await?;
    let hall = busy.hall();
    let search = |more: &[&str]| hall.server_command(&[&["audit", "search"][..], more].concat());
    let claims: Vec<AuditRecord> =
        serde_json::from_str(&search(&["--act", "seat.claim", "--limit", "1000", "--json"])?)?;
    ensure!(claims.len() == 20, "{} claims", claims.len());
    let all: Vec<AuditRecord> = serde_json::from_str(&search(&["--limit", "100000", "--json"])?)?;
    ensure!(
        all.len() > 50 && all.last().is_some_and(|first| first.sequence == 1),
        "{}",
        all.len()
    );
    let shown = search(&["--act", "room.start"])?;
    ensure!(
        shown.lines().count() == 1 && shown.contains("Bắt đầu làm bài") && shown.contains("Nguyễn Thị Hạnh"),
        "{shown}"
    );
    ensure!(
        search(&["--from", "2099-01-01"])?.contains("không có bản ghi nào"),
        "nothing is from the future, and that is said"
    );
    let head: Fixed<32> = all[0].hash;
    let (_, bytes) = busy.export("audit.jsonl")?;
    let lines = split(&bytes);
    ensure!(
        lines
            .last()
            .is_some_and(|last| last.starts_with(HEAD_BEGINS.as_bytes())),
        "head"
    );
    let newest = lines.iter().rev().nth(1).context("records")?;
    ensure!(parse(newest)?.hash == head.0, "search and export show one chain");
    Ok(())
}
