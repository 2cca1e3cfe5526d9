//! Personal data on a real installation: every column has a rule, what is due goes by itself and leaves minutes, the sealed
//! is read by two people for a reason, and one person gets what is held about them.

mod held;
mod sealed;

use anyhow::{Context, Result, ensure};
use exam_protocol::console::{AdmitRequest, RoomAction};
use exam_protocol::id::{AttemptId, CheckinId, RoomId};
use exam_protocol::personal_data::ErasureMinutes;
use exam_protocol::route::{self, with_id};
use exam_tests::canary::Canaries;
use exam_tests::candidate::Candidate;
use exam_tests::card::{Order, personalise};
use exam_tests::citizens::{Citizen, RosterFile, invent, machine_readable_zone};
use exam_tests::console::{Console, Credentials};
use exam_tests::hall::{Hall, Plan, Sitting};
use exam_tests::pki::TestPki;
use exam_tests::station_client::{StationPapers, files};
use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::Value;
use sqlx::{Connection, SqliteConnection};
use std::collections::BTreeSet;
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const SEED: u64 = 91;
const REASON: &str = "quên thẻ, có giấy xác nhận của nhà trường";

/// A sitting that was planned for a day long gone, in one room, with three candidates.
struct School {
    hall: Hall,
    sitting: Sitting,
    people: Vec<Citizen>,
    pki: TestPki,
    lead: Credentials,
    /// Of the same organisation.
    second: Credentials,
    /// Of another one.
    other: Credentials,
}

impl School {
    async fn open() -> Result<Self> {
        let mut hall = Hall::make()?;
        hall.setting("start_late_minutes", "99999999")?;
        hall.setting("erase_daily", "false")?;
        let (pki, people) = (TestPki::new(SEED)?, invent(SEED, 3));
        let (roster, anchor) = (hall.path("roster.xlsx"), hall.path("csca.pem"));
        std::fs::write(&roster, RosterFile::Xlsx.write(&people)?)?;
        std::fs::write(&anchor, pki.country.certificate_pem()?)?;
        let plan = Plan {
            anchors: vec![anchor],
            ..Plan::one_room(roster)
        };
        let sitting = hall.prepare_at(&plan, "2026-01-05T07:30+07:00")?;
        let lead = hall.add_lead_with("lan", "Nguyễn Thị Lan", "exam-owner@installation")?;
        let second = hall.add_staff("minh", "Trần Văn Minh")?;
        let other = hall.add_staff_of("Trường B", "thu", "Lê Thu")?;
        hall.start().await?;
        Ok(Self {
            hall,
            sitting,
            people,
            pki,
            lead,
            second,
            other,
        })
    }

    fn room(&self) -> RoomId {
        self.sitting.rooms[0].id
    }

    async fn login(&self, who: &Credentials) -> Result<Console> {
        Console::login(&self.hall.door()?, who).await
    }

    /// The first candidate comes with the card.
    async fn by_card(&self, console: &Console) -> Result<(CheckinId, AttemptId, String)> {
        let papers = StationPapers::issue(&self.hall, "ban-01")?;
        let mut station = papers.join().await?;
        let scanned = self.people[0].qr();
        let view = console.start_checkin(self.room(), papers.id, &scanned).await?;
        let order = Order::parse("1")?;
        let mut chip = personalise(&self.people[0], &self.people[1], &order, &self.pki)?;
        let checkin = station.order().await?;
        station.relay(checkin, &mut chip).await?;
        console.judged(checkin).await?;
        let alone = AdmitRequest {
            face_confirmed: true,
            second: None,
            reason: String::new(),
        };
        let ticket = console.admit(view.id, &alone).await?;
        Ok((checkin, ticket.attempt, ticket.ticket))
    }

    /// The second one comes without.
    async fn without_card(&self, console: &Console) -> Result<String> {
        let board = console.board(self.room()).await?;
        let mut rows = board.candidates.iter();
        let row = rows
            .find(|row| row.name == self.people[1].name)
            .context("on the board")?;
        Ok(console
            .admit_manually(row.attempt, &self.second, REASON)
            .await?
            .ticket)
    }

    /// Portrait and machine readable zone of the first candidate's chip.
    fn chip(&self) -> Result<Canaries> {
        let order = Order::parse("1")?;
        let chip = personalise(&self.people[0], &self.people[1], &order, &self.pki)?;
        let evidence = files(&chip)?;
        let mut canaries = Canaries::default();
        canaries.plant_pieces("portrait", &evidence.dg2.0)?;
        let [_, dates, name] = machine_readable_zone(&self.people[0]);
        canaries.plant("machine readable dates", &dates[..15])?;
        canaries.plant("machine readable name", name.trim_end_matches('<'))?;
        Ok(canaries)
    }

    /// Names and numbers of all candidates.
    fn people(&self) -> Result<Canaries> {
        let mut canaries = Canaries::default();
        for citizen in &self.people {
            canaries.plant("name", &citizen.name)?;
            canaries.plant("number", &citizen.number)?;
        }
        Ok(canaries)
    }

    /// The database's bytes, with what has not been brought into its file yet.
    fn database(&self) -> Result<Vec<u8>> {
        let mut bytes = std::fs::read(self.hall.database())?;
        let mut beside = self.hall.database().into_os_string();
        beside.push("-wal");
        bytes.extend(std::fs::read(PathBuf::from(beside)).unwrap_or_default());
        Ok(bytes)
    }

    /// Whether the audit holds, from the first record on, and how many reasons are erased.
    fn verify_audit(&self) -> Result<u64> {
        let said: Value = serde_json::from_str(&self.hall.server_command(&["audit", "verify", "--json"])?)?;
        ensure!(said["valid"] == true, "{said}");
        said["audit"]["erased_reasons"].as_u64().context("erased_reasons")
    }
}

#[tokio::test]
async fn the_inventory_names_every_column_of_the_real_database() -> Result<()> {
    let hall = Hall::make()?;
    let listed: Vec<Value> =
        serde_json::from_str(&hall.run("exam-server", &["personal-data", "inventory", "--json"])?)?;
    let mut named = BTreeSet::new();
    for entry in &listed {
        let field = |name: &str| entry[name].as_str().context("a field of the inventory");
        ensure!(
            ["public", "internal", "restricted", "sealed"].contains(&field("class")?),
            "{entry}"
        );
        ensure!(!field("rule")?.is_empty(), "{entry}");
        for column in field("columns")?.split(' ') {
            ensure!(
                named.insert(format!("{}.{column}", field("table")?)),
                "{column} twice"
            );
        }
    }
    let mut db = SqliteConnection::connect(&format!("sqlite://{}", hall.database().display())).await?;
    let real: Vec<(String, String)> = sqlx::query_as(
        "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
         where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut db)
    .await?;
    let real: BTreeSet<String> = real
        .into_iter()
        .map(|(table, column)| format!("{table}.{column}"))
        .collect();
    ensure!(
        real.len() > 200 && named == real,
        "{:?}",
        named.symmetric_difference(&real)
    );
    Ok(())
}

/// Waits until the server has written minutes.
async fn minutes(console: &Console) -> Result<Vec<ErasureMinutes>> {
    let began = Instant::now();
    loop {
        let all: Vec<ErasureMinutes> = console.look(route::ERASURES).await?;
        if !all.is_empty() {
            return Ok(all);
        }
        ensure!(began.elapsed() < Duration::from_secs(30), "nothing is erased");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

impl School {
    /// One photo, one candidate by card, one without; both hand in. The first one's attempt.
    async fn sit(&self) -> Result<AttemptId> {
        let archive = self.hall.path("photos.zip");
        std::fs::write(&archive, packed(&[(&*self.people[0].number, photo()?)])?)?;
        let (archive, sitting) = (archive.to_string_lossy(), self.sitting.sitting.to_string());
        self.hall
            .server_command(&["photos", "import", &*archive, "--sitting", &sitting])?;
        let console = self.login(&self.lead).await?;
        console.act(self.room(), RoomAction::Open, "").await?;
        let (_, attempt, ticket) = self.by_card(&console).await?;
        let other = self.without_card(&console).await?;
        let mut seats = Vec::new();
        for ticket in [ticket, other] {
            let mut seat = Candidate::claim(&self.hall.door()?, &ticket).await?;
            seat.fetch_form().await?;
            seat.connect().await?;
            seats.push(seat);
        }
        console.act(self.room(), RoomAction::Start, "").await?;
        for seat in &mut seats {
            seat.wait_for_paper().await?;
            seat.hand_in().await?;
        }
        Ok(attempt)
    }

    /// From now on everything of a sitting that is over is due at once, and the server looks every second.
    async fn restart_eager(&mut self) -> Result<Console> {
        self.hall.stop().await?;
        for (name, value) in [
            ("erase_daily", "true"),
            ("erase_interval_seconds", "1"),
            ("image_days", "0"),
            ("candidate_days", "0"),
        ] {
            self.hall.setting(name, value)?;
        }
        self.hall.start().await?;
        self.login(&self.lead).await
    }

    /// Names are gone from the board, marks are not.
    async fn nobody_is_named(&self, console: &Console) -> Result<()> {
        let board = console.board(self.room()).await?;
        ensure!(
            board
                .candidates
                .iter()
                .all(|row| row.name == "(đã xóa)" && row.mark.is_some() == row.admission.is_some()),
            "{:?}",
            board.candidates
        );
        Ok(())
    }

    /// Whether the text of the one reason stands in the database.
    fn reason_is_there(&self) -> Result<bool> {
        let reason = REASON.as_bytes();
        Ok(self.database()?.windows(reason.len()).any(|part| part == reason))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_running_server_erases_what_is_due_once_the_room_is_closed() -> Result<()> {
    let mut school = School::open().await?;
    let attempt = Box::pin(school.sit()).await?;
    let people = school.people()?;
    ensure!(
        people.found(&school.database()?).len() >= 2,
        "the search itself does not work"
    );
    let console = school.restart_eager().await?;
    let photo = with_id(route::ATTEMPT_PHOTO, attempt);
    // Long enough for several looks; the room is still at work.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    ensure!(
        console.get(photo.clone()).await?.starts_with(&[0xff, 0xd8]),
        "the photo"
    );
    console.act(school.room(), RoomAction::End, "xong").await?;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    ensure!(
        console.get(photo.clone()).await.is_ok(),
        "a room waits for its closing"
    );
    console.act(school.room(), RoomAction::Close, "").await?;
    let written = minutes(&console).await?;
    let lines = written[0]
        .lines
        .iter()
        .map(|line| (line.rule.as_str(), line.rows));
    ensure!(
        lines.eq([("images", 2), ("candidates", 3)]),
        "{:?}",
        written[0].lines
    );
    ensure!(
        written[0].actor == "server" && written[0].text.contains("máy chủ, theo lịch hằng ngày"),
        "{}",
        written[0].text
    );
    ensure!(console.get(photo).await.is_err(), "the photo is still there");
    school.nobody_is_named(&console).await?;
    school.hall.stop().await?;
    ensure!(school.verify_audit()? == 0, "reasons have a time of their own");
    let left = school.database()?;
    let left = people.found(&left);
    ensure!(left.is_empty(), "cells are overwritten: {left:?}");
    ensure!(school.reason_is_there()?, "the reason is kept");
    school.hall.setting("reason_days", "0")?;
    let text = school.hall.server_command(&["personal-data", "erase"])?;
    ensure!(
        text.contains("BIÊN BẢN XÓA DỮ LIỆU CÁ NHÂN") && text.contains("người quản trị tại máy chủ"),
        "{text}"
    );
    ensure!(
        school.verify_audit()? > 0,
        "the chain stays whole without its reasons"
    );
    ensure!(
        !school.reason_is_there()?,
        "the reason's text is still in the file"
    );
    Ok(())
}

/// A photo of the right size.
fn photo() -> Result<Vec<u8>> {
    let mut image = RgbImage::new(450, 600);
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        pixel.0 = [x, y, x ^ y].map(|value| u8::try_from(value % 251).unwrap_or(0));
    }
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).write_to(&mut bytes, ImageFormat::Jpeg)?;
    Ok(bytes.into_inner())
}

/// A ZIP file of these photos, in a folder, with `.jpg` behind their names.
fn packed(photos: &[(&str, Vec<u8>)]) -> Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in photos {
        let name = if name.contains('/') {
            (*name).to_owned()
        } else {
            format!("anh the/{name}.jpg")
        };
        writer.start_file(name, SimpleFileOptions::default())?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}
