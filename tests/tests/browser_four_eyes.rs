//! Acts of two people of two organisations, each at a browser of their own: the second sees exactly what the first
//! proposed, the first can't approve it, and neither can a colleague; a rejection does nothing and says why.

use anyhow::{Context, Result, ensure};
use exam_protocol::console::RoomAction;
use exam_tests::console::{Console, Credentials};
use exam_tests::hall::{Hall, Sitting};
use exam_tests::staff_page::StaffPage;

const OPEN: &str = "[data-testid=proposal][data-state=Open]";

/// Two schools at one sitting.
struct Two {
    hall: Hall,
    sitting: Sitting,
    lan: Credentials,
    /// Of the same school as `lan`.
    minh: Credentials,
    /// Of another school.
    thu: Credentials,
}

impl Two {
    async fn open() -> Result<Self> {
        let mut hall = Hall::make()?;
        hall.setting("credit_minutes", "10")?;
        // The sitting is planned for this minute: whoever starts it now is late.
        hall.setting("start_late_minutes", "0")?;
        let sitting = hall.prepare_one_room(9, 2)?;
        let (lan, minh) = (hall.add_staff("lan", "Lan")?, hall.add_staff("minh", "Minh")?);
        let thu = hall.add_staff_of("Trường B", "thu", "Thu")?;
        hall.start().await?;
        let two = Self {
            hall,
            sitting,
            lan,
            minh,
            thu,
        };
        two.let_everybody_in().await?;
        Ok(two)
    }

    async fn let_everybody_in(&self) -> Result<()> {
        let lan = Console::login(&self.hall.door()?, &self.lan).await?;
        let room = self.sitting.rooms[0].id;
        for row in lan.act(room, RoomAction::Open, "").await?.candidates {
            lan.admit_manually(row.attempt, &self.minh, "diễn tập không có thẻ")
                .await?;
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_proposes_another_school_sees_and_decides() -> Result<()> {
    let two = Two::open().await?;
    let (lan, thu) = tokio::try_join!(
        StaffPage::of(&two.hall, &two.lan),
        StaffPage::of(&two.hall, &two.thu)
    )?;
    start_out_of_time(&lan, &thu).await?;
    void_is_rejected(&lan, &thu).await?;
    much_time_for_one(&lan, &thu, &two.minh).await?;
    lan.browser.quit().await?;
    thu.browser.quit().await
}

async fn start_out_of_time(lan: &StaffPage, thu: &StaffPage) -> Result<()> {
    lan.click("[data-testid=action-start]").await?;
    lan.click("[data-testid=confirm]").await?;
    lan.write("[data-testid=reason]", "đề đến muộn 5 phút").await?;
    lan.click("[data-testid=propose]").await?;
    lan.see("[data-testid=proposed]").await?;
    lan.go("#/proposals").await?;
    let proposed = shown(lan).await?;
    ensure!(
        !lan.is_shown("[data-testid=approve]").await? && lan.is_shown("[data-testid=withdraw]").await?,
        "the proposer is asked to decide"
    );
    thu.click("[data-testid=to-proposals]").await?;
    let seen = shown(thu).await?;
    ensure!(seen == proposed, "{seen:?} is not {proposed:?}");
    ensure!(
        seen[0].contains("ngoài khung giờ") && seen[1].contains("P01") && seen[2].contains("đề đến muộn"),
        "{seen:?}"
    );
    thu.see_text(&format!("{OPEN} .small"), "Lan (").await?;
    thu.click("[data-testid=approve]").await?;
    thu.see_text("[data-testid=effect]", &seen[0]).await?;
    thu.give_reason("").await?;
    thu.see_text("[data-testid=proposal][data-state=Done]", "ngoài khung giờ")
        .await?;
    lan.see("[data-testid=proposal][data-state=Done]").await?;
    lan.section("rooms").await?;
    lan.click("[data-testid=room-button]").await?;
    lan.see("[data-testid=state][data-state=running]").await
}

async fn void_is_rejected(lan: &StaffPage, thu: &StaffPage) -> Result<()> {
    open_candidate(lan).await?;
    lan.click("[data-testid=act-void]").await?;
    lan.write("[data-testid=reason]", "nghi dùng điện thoại").await?;
    lan.click("[data-testid=propose]").await?;
    lan.see("[data-testid=proposed]").await?;
    thu.see(&format!("{OPEN}[data-kind=void_attempt]")).await?;
    thu.click("[data-testid=reject]").await?;
    thu.click("[data-testid=ask-reason-submit]").await?;
    thu.see_text("[data-testid=ask-reason] .note", "lý do").await?;
    thu.give_reason("không có biên bản kèm theo").await?;
    let rejected = "[data-testid=proposal][data-state=Rejected]";
    thu.see_text(rejected, "không có biên bản").await?;
    lan.go("#/proposals").await?;
    lan.see_text(rejected, "không có biên bản").await
}

async fn much_time_for_one(lan: &StaffPage, thu: &StaffPage, colleague: &Credentials) -> Result<()> {
    lan.section("rooms").await?;
    lan.click("[data-testid=room-button]").await?;
    open_candidate(lan).await?;
    lan.click("[data-testid=act-add-time]").await?;
    lan.write("[data-testid=minutes]", "20").await?;
    lan.write("[data-testid=reason]", "máy hỏng 20 phút").await?;
    lan.click("[data-testid=own-time-submit]").await?;
    lan.click("[data-testid=propose]").await?;
    lan.see("[data-testid=proposed]").await?;
    lan.go("#/proposals").await?;
    lan.see(OPEN).await?;
    lan.log_out().await?;

    lan.log_in(colleague).await?;
    lan.go("#/proposals").await?;
    lan.see_text(&format!("{OPEN} .note"), "cùng đơn vị").await?;
    ensure!(
        !lan.is_shown("[data-testid=approve]").await?,
        "a colleague is asked to decide"
    );
    thu.see_text(&format!("{OPEN} [data-testid=proposal-act]"), "20 phút")
        .await?;
    thu.click("[data-testid=approve]").await?;
    thu.give_reason("đúng như biên bản").await?;
    lan.section("rooms").await?;
    lan.click("[data-testid=room-button]").await?;
    lan.see_text("[data-testid=credits]", "+20 phút").await
}

async fn open_candidate(page: &StaffPage) -> Result<()> {
    page.click("[data-testid=row] [data-testid=details]").await?;
    page.see("[data-testid=candidate-dialog]").await
}

/// Act, object, reason and hash of the only open proposal, as this page shows them.
async fn shown(page: &StaffPage) -> Result<[String; 4]> {
    page.see(OPEN).await?;
    let mut parts = Vec::new();
    for part in [
        "[data-testid=proposal-act]",
        "[data-testid=proposal-object]",
        "q",
        "code",
    ] {
        parts.push(page.read(&format!("{OPEN} {part}")).await?);
    }
    parts.try_into().ok().context("four parts")
}
