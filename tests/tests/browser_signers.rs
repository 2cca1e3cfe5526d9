//! The list of card signers in a real Chromium: an unknown issuer stays unknown on it, whoever has compared the signer.

use anyhow::{Context, Result, ensure};
use exam_protocol::console::RoomAction;
use exam_tests::accessibility::Checker;
use exam_tests::card::{Order, personalise};
use exam_tests::citizens::{RosterFile, invent};
use exam_tests::console::Console;
use exam_tests::hall::{Hall, NewStaff, Plan};
use exam_tests::pki::TestPki;
use exam_tests::staff_page::StaffPage;
use exam_tests::station_client::StationPapers;

const SEED: u64 = 61;

#[tokio::test(flavor = "multi_thread")]
async fn a_signer_is_compared_and_its_issuer_stays_unknown() -> Result<()> {
    let mut hall = Hall::make()?;
    let (pki, people) = (TestPki::new(SEED)?, invent(SEED, 3));
    let roster = hall.path("roster.xlsx");
    std::fs::write(&roster, RosterFile::Xlsx.write(&people)?)?;
    // No trust anchor: the normal state.
    let sitting = hall.prepare(&Plan::one_room(roster))?;
    let lead = hall.add_staff("lan", "Nguyễn Thị Lan")?;
    let administrator = hall.add_member(NewStaff {
        name: "phuc",
        display: "Trần Văn Phúc",
        organisation: None,
        grants: &["administrator@installation"],
    })?;
    hall.start().await?;
    let console = Console::login(&hall.door()?, &lead).await?;
    let room = sitting.rooms.first().context("a room")?.id;
    console.act(room, RoomAction::Open, "").await?;
    let papers = StationPapers::issue(&hall, "ban-01")?;
    let mut station = papers.join().await?;
    for (at, words) in ["1", "2", "3 rsa-signer"].into_iter().enumerate() {
        let citizen = &people[at];
        let started = console.start_checkin(room, papers.id, &citizen.qr()).await?;
        let checkin = station.order().await?;
        ensure!(checkin == started.id, "another check-in");
        let mut chip = personalise(citizen, &people[0], &Order::parse(words)?, &pki)?;
        station.relay(checkin, &mut chip).await?;
        console.judged(checkin).await?;
    }

    let page = StaffPage::of(&hall, &administrator).await?;
    page.section("signers").await?;
    let row = |name: &str| format!("[data-testid=signer][data-name='{name}']");
    let two_cards = row("DS P256 Current");
    page.see(&two_cards).await?;
    ensure!(page.count("[data-testid=signer]").await? == 2, "two signers");
    let cells = page.read_all(&format!("{two_cards} td.digits")).await?;
    ensure!(cells[1..] == ["2", "1"], "cards and sites: {cells:?}");
    let issuer = format!("{two_cards} [data-testid=signer-issuer]");
    page.see_text(&issuer, "?").await?;
    if let Some(folder) = std::env::var_os("EXAM_SCREENSHOTS") {
        let file = std::path::Path::new(&folder).join("signers.png");
        page.browser.screenshot(&file).await?;
    }
    page.click(&format!("{two_cards} [data-testid=signer-approve]"))
        .await?;
    page.give_reason("công văn của C06, số 12").await?;
    let approved = format!("{two_cards} [data-testid=signer-approved]");
    page.see_text(&approved, "phuc").await?;
    page.see_text(&approved, "công văn của C06").await?;
    page.see_text(&issuer, "?").await?;
    page.gone(&format!("{two_cards} [data-testid=signer-approve]"))
        .await?;
    Checker::read()?.pass(&page.browser.page, "signers").await?;
    page.browser.quit().await
}
