//! The console without a mouse: login, an appointment and a decision of two people by Tab, Enter, Space and arrows alone.

use anyhow::{Context, Result, ensure};
use exam_protocol::console::RoomAction;
use exam_tests::console::Credentials;
use exam_tests::school::School;
use exam_tests::staff_page::StaffPage;
use std::time::Duration;
use thirtyfour::Key;
use tokio::time::{Instant, sleep};

#[tokio::test(flavor = "multi_thread")]
async fn login_appointment_and_decision_need_no_mouse() -> Result<()> {
    let school = School::open().await?;
    school.thu.act(school.room, RoomAction::Open, "").await?;
    school.propose("mất điện 20 phút").await?;
    let page = StaffPage::open(&school.hall).await?;
    log_in_by_keyboard(&page, &school.all).await?;
    appoint_by_keyboard(&page).await?;
    decide_by_keyboard(&page, &school).await?;
    page.tab_to("[data-testid=log-out]").await?;
    page.press_key(Key::Enter).await?;
    page.cursor_on("#login-name").await?;
    page.browser.quit().await
}

async fn log_in_by_keyboard(page: &StaffPage, who: &Credentials) -> Result<()> {
    page.cursor_on("#login-name").await?;
    page.press(who.name.clone() + Key::Tab + &who.password + Key::Enter)
        .await?;
    page.cursor_on("#second-factor-code").await?;
    let code = who.factor.as_ref().context("a factor")?.code().await?;
    page.press(code + Key::Enter).await?;
    page.see("[data-testid=board]").await?;
    page.tab_to("[data-testid=leave-room]").await?;
    page.press_key(Key::Enter).await?;
    page.see("main[data-testid=rooms]").await
}

async fn appoint_by_keyboard(page: &StaffPage) -> Result<()> {
    page.tab_to("[data-testid=menu-people]").await?;
    page.press_key(Key::Enter).await?;
    page.see("[data-testid=member][data-name=moi]").await?;
    page.tab_to("[data-testid=member][data-name=moi] [data-testid=open-member]")
        .await?;
    page.press_key(Key::Enter).await?;
    page.see("[data-testid=member-dialog]").await?;
    page.tab_to("[data-testid=grant-open]").await?;
    page.press(" ").await?;
    page.tab_to("#place-search").await?;
    page.press("p01").await?;
    page.tab_to("[data-testid=place]").await?;
    choose_place(page, "room").await?;
    page.tab_to("#grant-role").await?;
    page.press_key(Key::Down).await?;
    page.tab_to("#grant-reason").await?;
    page.press("theo QĐ 12").await?;
    page.tab_to("[data-testid=grant-submit]").await?;
    page.press_key(Key::Enter).await?;
    page.see_text("[data-testid=grant]", "P01").await?;
    page.press_key(Key::Escape).await?;
    page.gone("[data-testid=member-dialog]").await?;
    page.cursor_on("[data-testid=open-member]").await
}

/// Among choices of which one is to be made the arrows go, and what they come to is chosen; Space chooses the first.
async fn choose_place(page: &StaffPage, scope: &str) -> Result<()> {
    page.press(" ").await?;
    let begin = Instant::now();
    let there = format!("[data-testid=place][data-scope={scope}]:focus");
    while !page.is_shown(&there).await? {
        ensure!(
            begin.elapsed() < Duration::from_secs(10),
            "no arrow leads to a {scope}"
        );
        page.press_key(Key::Down).await?;
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

async fn decide_by_keyboard(page: &StaffPage, school: &School) -> Result<()> {
    let before = school.board().await?.remaining;
    page.tab_to("[data-testid=menu-proposals]").await?;
    page.press_key(Key::Enter).await?;
    page.see("[data-testid=approve]").await?;
    page.tab_to("[data-testid=approve]").await?;
    page.press_key(Key::Enter).await?;
    page.see("[data-testid=ask-reason]").await?;
    page.tab_to("[data-testid=ask-reason-submit]").await?;
    page.press_key(Key::Enter).await?;
    page.see("[data-testid=proposal][data-state=Done]").await?;
    let given = school.board().await?.remaining - before;
    ensure!(given.0 == 20 * 60_000, "{given:?} was given");
    Ok(())
}
