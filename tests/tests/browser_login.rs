//! Logging in at the console as people do, in a real Chromium: the first login with its duties, each kind of second factor,
//! a wrong code, other sessions; a lock after a rest that keeps what was typed, and a second factor asked for again.

use anyhow::{Context, Result, ensure};
use exam_protocol::console::LoginRequest;
use exam_protocol::problem::ProblemCode;
use exam_protocol::route;
use exam_protocol::staff::SecondFactor;
use exam_tests::authenticator::{Authenticator, Letter, TotpLetter};
use exam_tests::console::{Console, Credentials};
use exam_tests::door::Refused;
use exam_tests::hall::{Hall, NewStaff};
use exam_tests::staff_page::StaffPage;
use std::time::{Duration, Instant};
use thirtyfour::Key;

const NEW_PASSWORD: &str = "trời mưa rồi lại nắng 7";
const PROBLEM: &str = "[data-testid=problem] .note";

/// Both stories at once: one of them is mostly waiting.
#[tokio::test(flavor = "multi_thread")]
async fn people_log_in_and_out_and_a_rest_locks_the_page() -> Result<()> {
    let mut hall = Hall::make()?;
    // A minute is the least that the settings allow.
    hall.setting("idle_minutes_administrator", "1")?;
    hall.setting("step_up_minutes", "1")?;
    let newcomer = hall.add_newcomer(NewStaff {
        name: "hanh",
        display: "Nguyễn Thị Hạnh",
        organisation: None,
        grants: &["site-lead@installation"],
    })?;
    let administrator = hall.add_member(NewStaff {
        name: "phuc",
        display: "Trần Văn Phúc",
        organisation: None,
        grants: &["administrator@installation"],
    })?;
    hall.start().await?;
    tokio::try_join!(
        first_login_and_all_factors(&hall, &newcomer),
        rest_lock_and_step_up(&hall, &administrator),
    )?;
    Ok(())
}

async fn first_login_and_all_factors(hall: &Hall, newcomer: &Credentials) -> Result<()> {
    let page = StaffPage::open(hall).await?;
    page.browser.add_authenticator().await?;
    page.give_password(&newcomer.name, "sai mật khẩu").await?;
    page.see_text(PROBLEM, "không đúng").await?;
    page.give_password(&newcomer.name, &newcomer.password).await?;
    choose_own_password(&page, &newcomer.password).await?;
    let (app, codes) = enrol_app_and_codes(&page).await?;
    ensure!(
        page.read("[data-testid=me]").await? == "Nguyễn Thị Hạnh",
        "somebody else"
    );
    page.section("account").await?;
    ensure!(
        !page.is_shown("[data-testid=recovery-codes]").await?,
        "codes twice"
    );
    page.see_text("[data-testid=factor][data-kind=recovery]", "10")
        .await?;
    add_passkey(&page).await?;

    page.log_out().await?;
    page.give_password(&newcomer.name, NEW_PASSWORD).await?;
    page.click("[data-testid=passkey-submit]").await?;
    page.see("[data-testid=me]").await?;
    end_another_session(hall, &page, &codes).await?;

    page.log_out().await?;
    recovery_codes_are_good_once(&page, &newcomer.name, &codes[1]).await?;
    page.choose_factor("totp").await?;
    page.give_code("000000").await?;
    page.see_text(PROBLEM, "không đúng").await?;
    page.give_code(&app.code().await?).await?;
    page.see("[data-testid=me]").await?;
    page.log_out().await?;
    page.browser.page.refresh().await?;
    page.see("#login-name").await?;
    page.browser.quit().await
}

async fn choose_own_password(page: &StaffPage, old: &str) -> Result<()> {
    page.see("[data-testid=duties]").await?;
    page.see_text("#password-rules", "12 ký tự").await?;
    let fill = async |new: &'static str, again: &'static str| -> Result<()> {
        page.write("#password-old", old).await?;
        page.write("#password-new", new).await?;
        page.write("#password-again", again).await?;
        page.click("[data-testid=password-submit]").await
    };
    fill(NEW_PASSWORD, "trời mưa rồi lại nắng 8").await?;
    page.see_text("[role=alert] .note", "không giống nhau").await?;
    fill("ngắn quá", "ngắn quá").await?;
    page.see_text(PROBLEM, "ít nhất 12 ký tự").await?;
    fill(NEW_PASSWORD, NEW_PASSWORD).await?;
    page.see("[data-testid=totp-secret]").await
}

/// The app is set up by typing the secret that the page shows; the codes are on the screen once.
async fn enrol_app_and_codes(page: &StaffPage) -> Result<(Authenticator, Vec<String>)> {
    page.see("[data-testid=qr]").await?;
    let secret = page.read("[data-testid=totp-secret]").await?;
    let app = Authenticator::of(Letter {
        totp: TotpLetter {
            secret: secret.split_whitespace().collect(),
        },
        recovery_codes: Vec::new(),
    })?;
    page.write("#enrol-code", "000000").await?;
    page.click("[data-testid=enrol-app-submit]").await?;
    page.see(PROBLEM).await?;
    page.write("#enrol-code", &app.code().await?).await?;
    page.click("[data-testid=enrol-app-submit]").await?;
    page.see("[data-testid=recovery-codes]").await?;
    let codes = page.read_all("[data-testid=recovery-codes] li").await?;
    ensure!(codes.len() == 10, "{} recovery codes", codes.len());
    let done = page.browser.find("[data-testid=codes-done]").await?;
    ensure!(
        !done.is_enabled().await?,
        "nobody has said that the codes are kept"
    );
    page.click("[data-testid=codes-kept]").await?;
    page.click("[data-testid=codes-done]").await?;
    page.see("main[data-testid=rooms]").await?;
    Ok((app, codes))
}

async fn add_passkey(page: &StaffPage) -> Result<()> {
    page.click("[data-testid=add-passkey]").await?;
    page.write("#enrol-label", "khóa thử").await?;
    page.click("[data-testid=enrol-passkey-submit]").await?;
    page.see_text("[data-testid=factor][data-kind=passkey]", "khóa thử")
        .await
}

/// Somebody else is logged in with this account, and is thrown out from the page.
async fn end_another_session(hall: &Hall, page: &StaffPage, codes: &[String]) -> Result<()> {
    let mut other = Console::nobody(&hall.door()?);
    let password = LoginRequest {
        name: "hanh".into(),
        password: NEW_PASSWORD.into(),
        code: None,
    };
    other.step(route::LOGIN, &password).await?;
    let code = codes[0].clone();
    other
        .step(route::SECOND_FACTOR, &SecondFactor::RecoveryCode { code })
        .await?;
    other.rooms().await?;
    page.browser.page.refresh().await?;
    page.see("[data-testid=session][data-current=true]").await?;
    page.click("[data-testid=session][data-current=false] [data-testid=end-session]")
        .await?;
    page.gone("[data-testid=session][data-current=false]").await?;
    let refused = other.rooms().await.err().context("the session goes on")?;
    ensure!(
        refused.downcast::<Refused>()?.problem.code == ProblemCode::NotLoggedIn,
        "the other is logged in"
    );
    page.see("[data-testid=session][data-current=true]").await
}

async fn recovery_codes_are_good_once(page: &StaffPage, name: &str, code: &str) -> Result<()> {
    for time in 1..=2 {
        page.give_password(name, NEW_PASSWORD).await?;
        page.choose_factor("recovery").await?;
        page.give_code(code).await?;
        if time == 1 {
            page.see("[data-testid=me]").await?;
            page.log_out().await?;
        }
    }
    page.see_text(PROBLEM, "không đúng").await?;
    ensure!(
        !page.is_shown("[data-testid=me]").await?,
        "a recovery code opened twice"
    );
    Ok(())
}

async fn rest_lock_and_step_up(hall: &Hall, administrator: &Credentials) -> Result<()> {
    let factor = administrator.factor.as_ref().context("a factor")?;
    let page = StaffPage::of(hall, administrator).await?;
    page.click("[data-testid=people-add]").await?;
    page.write("#new-display", "Lê Thị Mới").await?;
    wait_for_lock(&page).await?;
    ensure!(
        !page.is_shown("#new-display").await? && !page.is_shown("[data-testid=members]").await?,
        "what is behind the lock can be read"
    );
    page.press_key(Key::Escape).await?;
    page.write("#lock-password", "sai mật khẩu").await?;
    page.click("[data-testid=lock-submit]").await?;
    page.see_text("[data-testid=lock] [data-testid=problem]", "không đúng")
        .await?;
    page.write("#lock-password", &administrator.password).await?;
    page.click("[data-testid=lock-submit]").await?;
    page.gone("[data-testid=lock]").await?;
    let kept = page.browser.find("#new-display").await?.value().await?;
    ensure!(
        kept.as_deref() == Some("Lê Thị Mới"),
        "the lock lost what was typed"
    );

    page.write("#new-name", "moi").await?;
    page.click("[data-testid=new-member-submit]").await?;
    page.see("[data-testid=step-up]").await?;
    page.choose_factor("totp").await?;
    page.give_code("000000").await?;
    page.see_text("[data-testid=step-up] [data-testid=problem]", "không đúng")
        .await?;
    page.give_factor(factor).await?;
    page.gone("[data-testid=step-up]").await?;
    page.see_text("[data-testid=start-password]", "Lê Thị Mới")
        .await?;
    page.browser.quit().await
}

/// The page warns first; then nothing but the lock can be seen.
async fn wait_for_lock(page: &StaffPage) -> Result<()> {
    let begin = Instant::now();
    let mut warned = false;
    while !page.is_shown("[data-testid=lock]").await? {
        warned |= page.is_shown("[data-testid=idle-warning] .note").await?;
        ensure!(
            begin.elapsed() < Duration::from_secs(90),
            "the page does not lock"
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    ensure!(warned, "the page locked without a warning");
    Ok(())
}
