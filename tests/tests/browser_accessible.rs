//! Every page of the console and of the candidate, in both languages, before a judge of WCAG 2.2 AA.

use anyhow::{Context, Result, ensure};
use exam_protocol::console::RoomAction;
use exam_tests::accessibility::Checker;
use exam_tests::candidate_page::CandidatePage;
use exam_tests::school::School;
use exam_tests::staff_page::StaffPage;
use std::collections::HashSet;

/// Judges screens one after the other and keeps what is wrong, so that one run tells everything.
struct Tour<'a> {
    page: &'a StaffPage,
    checker: &'a Checker,
    faults: Vec<String>,
}

impl Tour<'_> {
    /// Judges what is on the screen, in this language and in the other one.
    async fn look(&mut self, place: &str) -> Result<()> {
        for _ in 0..2 {
            let page = &self.page.browser.page;
            let language = page
                .execute("return document.documentElement.lang", vec![])
                .await?;
            let place = format!("{place} ({})", language.convert::<String>()?);
            self.faults.extend(self.checker.faults(page, &place).await?);
            // A dialog covers the switch; the language is changed all the same.
            let switch = "document.querySelector('[data-testid=language], #language').click()";
            page.execute(switch, vec![]).await?;
        }
        Ok(())
    }

    /// Waits for something, and judges the screen with it.
    async fn see(&mut self, selector: &str, place: &str) -> Result<()> {
        self.page.see(selector).await?;
        self.look(place).await
    }

    /// Clicks, waits for what comes of it, and judges the screen with it.
    async fn after(&mut self, click: &str, selector: &str) -> Result<()> {
        self.page.click(click).await?;
        self.see(selector, &format!("{click} → {selector}")).await
    }

    /// Closes the dialog of this name.
    async fn close(&self, dialog: &str) -> Result<()> {
        let dialog = format!("[data-testid={dialog}]");
        self.page.click(&format!("{dialog} [data-testid=close]")).await?;
        self.page.gone(&dialog).await
    }

    fn end(self) -> Result<()> {
        ensure!(self.faults.is_empty(), "{}", self.faults.join("\n"));
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_keeps_the_rules_for_everybody() -> Result<()> {
    let school = School::open().await?;
    let checker = Checker::read()?;
    let page = StaffPage::open(&school.hall).await?;
    let mut tour = Tour {
        page: &page,
        checker: &checker,
        faults: Vec::new(),
    };
    duties(&mut tour, &school).await?;
    login(&mut tour, &school).await?;
    rooms(&mut tour, &school).await?;
    people(&mut tour).await?;
    machines_and_audit(&mut tour).await?;
    proposals_and_account(&mut tour, &school).await?;
    tour.end()?;
    candidate(page, &school, &checker).await
}

async fn duties(tour: &mut Tour<'_>, school: &School) -> Result<()> {
    tour.look("login").await?;
    tour.page.give_password("moi", "sai mật khẩu").await?;
    tour.see("[data-testid=problem] .note", "login refused").await?;
    let (name, password) = (&school.newcomer.name, &school.newcomer.password);
    tour.page.give_password(name, password).await?;
    tour.see("#password-rules", "own password").await?;
    tour.page.write("#password-old", password).await?;
    for field in ["#password-new", "#password-again"] {
        tour.page.write(field, "trời mưa rồi lại nắng 7").await?;
    }
    tour.after("[data-testid=password-submit]", "[data-testid=totp-secret]")
        .await?;
    tour.after(
        "[data-testid=enrol-passkey]",
        "[data-testid=enrol-passkey-submit]",
    )
    .await?;
    tour.page.browser.page.delete_all_cookies().await?;
    tour.page.browser.page.refresh().await?;
    tour.page.see("#login-name").await
}

async fn login(tour: &mut Tour<'_>, school: &School) -> Result<()> {
    tour.page
        .give_password(&school.all.name, &school.all.password)
        .await?;
    tour.see("#second-factor-code", "second factor").await?;
    tour.after("[data-testid=factor-recovery]", "#second-factor-code-hint")
        .await?;
    let factor = school.all.factor.as_ref().context("a factor")?;
    tour.page.give_factor(factor).await?;
    tour.page.see("[data-testid=board]").await
}

async fn rooms(tour: &mut Tour<'_>, school: &School) -> Result<()> {
    tour.look("a room before it is open").await?;
    tour.after("[data-testid=action-open]", "[data-testid=action-dialog]")
        .await?;
    tour.page.click("[data-testid=confirm]").await?;
    tour.see("[data-testid=state][data-state=open]", "an open room")
        .await?;
    tour.after("[data-testid=details]", "[data-testid=candidate-dialog]")
        .await?;
    tour.after("[data-testid=act-without-card]", "[data-testid=second-official]")
        .await?;
    tour.close("candidate-dialog").await?;
    let attempt = school.board().await?.candidates[0].attempt;
    school
        .thu
        .admit_manually(attempt, &school.second, "quên thẻ ở nhà")
        .await?;
    school.thu.act(school.room, RoomAction::Start, "").await?;
    tour.see("[data-testid=state][data-state=running]", "a running room")
        .await?;
    for act in ["take-over", "add-time", "void"] {
        tour.page
            .click("[data-testid=row][data-progress=admitted] [data-testid=details]")
            .await?;
        tour.after(&format!("[data-testid=act-{act}]"), "[data-testid=reason]")
            .await?;
        tour.close("candidate-dialog").await?;
    }
    tour.after("[data-testid=action-add-time]", "[data-testid=action-dialog]")
        .await?;
    tour.close("action-dialog").await?;
    tour.after("[data-testid=leave-room]", "[data-testid=room-button]")
        .await
}

async fn people(tour: &mut Tour<'_>) -> Result<()> {
    tour.after("[data-testid=menu-people]", "[data-testid=member]")
        .await?;
    tour.after("[data-testid=people-add]", "#new-name").await?;
    tour.close("new-member").await?;
    tour.page
        .click("[data-testid=member][data-name=moi] [data-testid=open-member]")
        .await?;
    tour.after("[data-testid=grant-open]", "[data-testid=grant-form]")
        .await?;
    tour.after("[data-testid=toggle-state]", "[data-testid=ask-reason]")
        .await?;
    tour.close("ask-reason").await?;
    tour.after("[data-testid=reset-password]", "[data-testid=start-password]")
        .await?;
    tour.close("member-dialog").await?;
    tour.after("[data-testid=people-import]", "#import-file").await?;
    tour.page.section("people").await?;
    tour.after("[data-testid=people-review]", "main[data-testid=review]")
        .await?;
    tour.after("[data-testid=review-due]", "[data-testid=review-entry]")
        .await
}

async fn machines_and_audit(tour: &mut Tour<'_>) -> Result<()> {
    tour.after("[data-testid=menu-machines]", "main[data-testid=machines]")
        .await?;
    tour.after("[data-testid=machine-codes]", "#codes-names").await?;
    tour.page.write("#codes-names", "P01-{1..2}").await?;
    tour.after("[data-testid=codes-submit]", "[data-testid=code]")
        .await?;
    tour.close("codes-dialog").await?;
    tour.after("[data-testid=menu-audit]", "[data-testid=audit-record]")
        .await?;
    tour.after("[data-testid=audit-details]", "[data-testid=audit-change]")
        .await
}

async fn proposals_and_account(tour: &mut Tour<'_>, school: &School) -> Result<()> {
    school.propose("mất điện 20 phút").await?;
    tour.after("[data-testid=menu-proposals]", "[data-testid=approve]")
        .await?;
    tour.after("[data-testid=reject]", "[data-testid=ask-reason]")
        .await?;
    tour.page.give_reason("không có biên bản").await?;
    tour.see(
        "[data-testid=proposal][data-state=Rejected]",
        "a decided proposal",
    )
    .await?;
    tour.after("[data-testid=menu-account]", "[data-testid=session]")
        .await?;
    tour.after("[data-testid=add-app]", "[data-testid=totp-secret]")
        .await?;
    tour.close("add-factor").await?;
    tour.after("[data-testid=add-passkey]", "[data-testid=enrol-passkey-submit]")
        .await?;
    tour.close("add-factor").await?;
    tour.after("[data-testid=add-codes]", "[data-testid=recovery-codes]")
        .await?;
    tour.close("add-factor").await?;
    tour.page.log_out().await
}

/// From the ticket to the receipt; the first question of each kind is judged.
async fn candidate(page: StaffPage, school: &School, checker: &Checker) -> Result<()> {
    let board = school.board().await?;
    let row = board.candidates.get(1).context("a second candidate")?;
    let ticket = school
        .thu
        .admit_manually(row.attempt, &school.second, "quên thẻ ở nhà")
        .await?;
    let address = format!("https://localhost:{}/", school.hall.address().port());
    page.browser.page.goto(address).await?;
    page.see("#ticket").await?;
    let mut tour = Tour {
        page: &page,
        checker,
        faults: Vec::new(),
    };
    tour.look("the ticket").await?;
    page.write("#ticket", "XXXX-XXXX").await?;
    tour.after("#claim", "[role=alert]").await?;
    page.write("#ticket", &ticket.ticket).await?;
    page.click("#claim").await?;
    page.see("[data-testid=page-exam]").await?;
    let faults = std::mem::take(&mut tour.faults);
    let sheet = CandidatePage {
        browser: page.browser,
    };
    let faults = questions(&sheet, checker, faults).await?;
    let code = sheet.receipt_code().await?.replace(' ', "").to_lowercase();
    let on_paper = school.board().await?.candidates[1].receipt;
    ensure!(
        on_paper.is_some_and(|slip| slip.code.to_string() == code),
        "the slip on paper would say {on_paper:?}, the candidate's page says {code}"
    );
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    sheet.browser.quit().await
}

async fn questions(sheet: &CandidatePage, checker: &Checker, mut faults: Vec<String>) -> Result<Vec<String>> {
    let page = &sheet.browser.page;
    let mut seen = HashSet::new();
    loop {
        let kind = sheet.shown().await?;
        if seen.insert(kind) {
            for language in 0..2 {
                let place = format!("question {kind:?} {language}");
                faults.extend(checker.faults(page, &place).await?);
                sheet.click("#language").await?;
            }
        }
        sheet.answer().await?;
        if !sheet.next().await? {
            break;
        }
    }
    sheet.press("\u{e004}").await?;
    sheet.wait_saved().await?;
    sheet.review().await?;
    faults.extend(checker.faults(page, "review").await?);
    sheet.confirm_hand_in().await?;
    faults.extend(checker.faults(page, "receipt").await?);
    sheet.click("#language").await?;
    faults.extend(checker.faults(page, "receipt in the other language").await?);
    Ok(faults)
}
