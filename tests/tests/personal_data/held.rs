//! What is held about one person, given to that person; and the photos that a school hands in.

use super::{REASON, School, packed, photo};
use anyhow::{Context, Result, ensure};
use exam_protocol::console::RoomAction;
use exam_protocol::personal_data::{PersonExport, PersonRequest, PhotoImport};
use exam_protocol::route::{self, with_id};
use exam_tests::canary::Canaries;
use exam_tests::candidate::Candidate;
use std::path::Path;

fn columns<'a>(export: &'a PersonExport, table: &str) -> Result<&'a [String]> {
    let found = export.tables.iter().find(|one| one.table == table);
    Ok(&found
        .with_context(|| format!("{table} is not in the export"))?
        .columns)
}

fn holds_what_it_must(school: &School, export: &PersonExport, text: &str) -> Result<()> {
    for table in ["candidate", "attempt", "admission", "ticket", "seat", "audit"] {
        columns(export, table)?;
    }
    ensure!(text.contains(&school.people[1].name), "the own name");
    ensure!(
        text.matches(REASON).count() >= 2,
        "why somebody was let in without a card"
    );
    for column in ["hash", "token_hash"] {
        ensure!(
            !columns(export, "ticket")?.iter().any(|one| one == column)
                && !columns(export, "seat")?.iter().any(|one| one == column),
            "{column} is a secret of the house"
        );
    }
    for other in [&school.people[0], &school.people[2]] {
        ensure!(
            !text.contains(&other.name) && !text.contains(&other.number),
            "somebody else"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_gets_what_is_held_about_them_and_nothing_of_others() -> Result<()> {
    let school = School::open().await?;
    let console = school.login(&school.lead).await?;
    console.act(school.room(), RoomAction::Open, "").await?;
    school.by_card(&console).await?;
    let ticket = school.without_card(&console).await?;
    Candidate::claim(&school.hall.door()?, &ticket).await?;
    let number = school.hall.path("number.txt");
    std::fs::write(&number, format!("{}\n", school.people[1].number))?;
    let (number, out) = (number.to_string_lossy(), school.hall.path("person"));
    let out = out.to_string_lossy();
    let arguments = [
        "personal-data",
        "export",
        "--number-file",
        &*number,
        "--reason",
        "đơn của thí sinh",
        "--out",
        &*out,
    ];
    school.hall.server_command(&arguments)?;
    let text = std::fs::read_to_string(Path::new(&*out).join("person.json"))?;
    let export: PersonExport = serde_json::from_str(&text)?;
    holds_what_it_must(&school, &export, &text)?;
    let request = PersonRequest {
        citizen_number: school.people[1].number.clone(),
        reason: "đơn của thí sinh".into(),
    };
    let by_http: PersonExport = console.ask(route::PERSON_EXPORT, &request).await?;
    ensure!(
        by_http.tables.len() == export.tables.len(),
        "console and terminal differ"
    );
    let site_lead = school.login(&school.second).await?;
    let refused = site_lead
        .ask::<PersonExport>(route::PERSON_EXPORT, &request)
        .await;
    ensure!(refused.is_err(), "a site lead");
    let search = ["audit", "search", "--act", "personal-data.export", "--json"];
    let acts = school.hall.server_command(&search)?;
    ensure!(
        acts.matches("\"act\": \"personal-data.export\"").count() == 2
            && !acts.contains(&school.people[1].number),
        "{acts}"
    );
    Ok(())
}

#[tokio::test]
async fn photos_come_in_a_zip_file_that_may_be_hostile() -> Result<()> {
    let school = School::open().await?;
    let number = |at: usize| school.people[at].number.as_str();
    let (outside, bomb) = (format!("../../{}.jpg", number(1)), vec![0; 24 * 1024 * 1024]);
    let archive = school.hall.path("photos.zip");
    let content = packed(&[
        (number(0), photo()?),
        (&outside, photo()?),
        (number(2), bomb),
        ("999999999999", photo()?),
        ("bia", b"no photo".to_vec()),
    ])?;
    std::fs::write(&archive, content)?;
    let (archive, sitting) = (archive.to_string_lossy(), school.sitting.sitting.to_string());
    let config = school.hall.config();
    let config = config.to_string_lossy();
    let arguments = [
        "photos",
        "import",
        &*archive,
        "--sitting",
        &*sitting,
        "--json",
        "--config",
        &*config,
    ];
    let output = school.hall.try_command(&arguments, &[])?;
    ensure!(!output.status.success(), "faults are told by the exit code too");
    let report: PhotoImport = serde_json::from_slice(&output.stdout)?;
    let codes: Vec<&str> = report.findings.iter().map(|one| one.code.as_str()).collect();
    ensure!(
        report.taken == 1
            && report.without.len() == 2
            && codes == ["outside", "too-large", "not-on-roster", "not-a-number"],
        "{report:?}"
    );
    let console = school.login(&school.lead).await?;
    let board = console.board(school.room()).await?;
    let row = board
        .candidates
        .iter()
        .find(|row| row.name == school.people[0].name);
    let path = with_id(route::ATTEMPT_PHOTO, row.context("on the board")?.attempt);
    let kept = console.get(path).await?;
    ensure!(kept.starts_with(&[0xff, 0xd8]), "a JPEG");
    let mut canaries = Canaries::default();
    canaries.plant_pieces("photo", &kept)?;
    ensure!(canaries.len() > 50, "pieces of the photo");
    let found = canaries.found(&school.database()?);
    ensure!(found.is_empty(), "photos are kept sealed: {found:?}");
    Ok(())
}
