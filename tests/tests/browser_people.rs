//! An administrator's day at the console in a real Chromium: members and their roles, staff from a workbook, access review,
//! machines, and the search of the audit that all of it left behind.

use anyhow::{Context, Result, ensure};
use exam_tests::hall::{Hall, NewStaff, Plan};
use exam_tests::programs::program;
use exam_tests::staff_page::StaffPage;
use rust_xlsxwriter::Workbook;
use std::path::{Path, PathBuf};
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_appoints_imports_reviews_enrols_and_looks_it_all_up() -> Result<()> {
    let mut hall = Hall::make()?;
    prepare(&hall)?;
    let administrator = hall.add_member(NewStaff {
        name: "phuc",
        display: "Trần Văn Phúc",
        organisation: None,
        grants: &["administrator@installation"],
    })?;
    hall.start().await?;
    let page = StaffPage::of(&hall, &administrator).await?;
    appoint_and_dismiss(&page).await?;
    import(&page, &hall).await?;
    review(&page).await?;
    machines(&page, &hall).await?;
    audit(&page).await?;
    page.browser.quit().await
}

/// A sitting, so that there are places to be appointed at.
fn prepare(hall: &Hall) -> Result<()> {
    let roster = hall.path("roster.csv");
    let text = "STT,SBD,Họ và tên,Ngày sinh,Giới tính,Số CCCD,Phòng\n\
                1,22000001,Thí Sinh Một,05/09/2008,Nam,022208100001,P01\n";
    std::fs::write(&roster, text)?;
    hall.prepare(&Plan {
        title: "Kiểm tra cuối kỳ".into(),
        subject: "Toán".into(),
        minutes: 45,
        rooms: vec!["P01".into(), "P02".into()],
        roster,
        papers: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/papers/demo-toan.gift")],
        scheme: None,
        anchors: Vec::new(),
    })?;
    Ok(())
}

async fn appoint_and_dismiss(page: &StaffPage) -> Result<()> {
    page.click("[data-testid=people-add]").await?;
    page.write("#new-display", "Lê Thị Coi").await?;
    page.write("#new-name", "coi").await?;
    page.click("[data-testid=new-member-submit]").await?;
    page.see_text("[data-testid=start-password]", "coi").await?;
    page.click("[data-testid=new-member] [data-testid=close]").await?;
    page.write("#people-search", "le thi coi").await?;
    page.click("[data-testid=people-find]").await?;
    page.gone("[data-testid=member][data-name=phuc]").await?;
    page.click("[data-testid=member][data-name=coi] [data-testid=open-member]")
        .await?;

    page.click("[data-testid=grant-open]").await?;
    page.write("#place-search", "p02").await?;
    page.click("[data-testid=place][data-scope=room]").await?;
    page.choose("#grant-role", "proctor-1").await?;
    page.write("#grant-reason", "theo QĐ 12/QĐ-SGDĐT").await?;
    page.click("[data-testid=grant-submit]").await?;
    let grant = "[data-testid=grant][data-role=proctor-1]";
    page.see_text(grant, "P02").await?;
    page.click(&format!("{grant} [data-testid=revoke]")).await?;
    page.click("[data-testid=ask-reason-submit]").await?;
    page.see_text("[data-testid=ask-reason] .note", "lý do").await?;
    page.give_reason("đổi phân công").await?;
    page.gone(grant).await?;
    page.click("[data-testid=member-dialog] [data-testid=close]")
        .await?;
    page.gone("[data-testid=member-dialog]").await
}

async fn import(page: &StaffPage, hall: &Hall) -> Result<()> {
    page.click("[data-testid=people-import]").await?;
    let faulty = workbook(
        hall,
        "loi.xlsx",
        &[[
            "Phạm Văn Nhập",
            "nhap",
            "Đơn vị tổ chức thi",
            "cán bộ coi thi 1",
            "P99",
        ]],
    )?;
    choose_file(page, &faulty).await?;
    page.see_text("[data-testid=import-summary]", "có lỗi").await?;
    page.see_text("[data-testid=finding]", "Dòng 2").await?;
    ensure!(
        !page.is_shown("[data-testid=import-take]").await?,
        "a file with faults can be taken"
    );
    let rows = [
        [
            "Phạm Văn Nhập",
            "nhap",
            "Đơn vị tổ chức thi",
            "cán bộ coi thi 1",
            "P01",
        ],
        ["Đỗ Thị Hai", "hai", "Đơn vị tổ chức thi", "giám thị 2", "P02"],
    ];
    choose_file(page, &workbook(hall, "can-bo.xlsx", &rows)?).await?;
    page.see_text("[data-testid=change]", "Phạm Văn Nhập").await?;
    ensure!(page.count("[data-testid=change]").await? == 2, "not two changes");
    page.click("[data-testid=import-take]").await?;
    page.see_text("[data-testid=import-summary]", "Đã nhập").await?;
    ensure!(
        page.count("[data-testid=start-password]").await? == 2,
        "not two passwords"
    );
    page.section("people").await?;
    page.see_text("[data-testid=member][data-name=hai]", "P02").await
}

fn workbook(hall: &Hall, name: &str, rows: &[[&str; 5]]) -> Result<PathBuf> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let heads = ["Họ và tên", "Tên đăng nhập", "Đơn vị", "Vai trò", "Phòng thi"];
    for (row, cells) in std::iter::once(&heads).chain(rows).enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            sheet.write_string(u32::try_from(row)?, u16::try_from(column)?, *cell)?;
        }
    }
    let path = hall.path(name);
    book.save(&path)?;
    Ok(path)
}

async fn choose_file(page: &StaffPage, file: &Path) -> Result<()> {
    let field = page.browser.find("#import-file").await?;
    field.send_keys(file.to_str().context("a path in UTF-8")?).await?;
    page.click("[data-testid=import-try]").await
}

async fn review(page: &StaffPage) -> Result<()> {
    page.click("[data-testid=people-review]").await?;
    // Everything is new: nothing is due.
    page.see_text("main[data-testid=review]", "0 vai trò đến hạn")
        .await?;
    page.click("[data-testid=review-due]").await?;
    let entry = "[data-testid=review-entry][data-name=nhap]";
    page.see_text(entry, "P01").await?;
    page.click(&format!("{entry} input")).await?;
    page.click("[data-testid=review-confirm]").await?;
    page.see_text(entry, "Trần Văn Phúc").await
}

async fn machines(page: &StaffPage, hall: &Hall) -> Result<()> {
    page.section("machines").await?;
    page.click("[data-testid=machine-codes]").await?;
    page.choose("#codes-kind", "desk").await?;
    page.write("#codes-names", "BAN-{1..2}").await?;
    page.see_text("[data-testid=codes-dialog]", "2 máy").await?;
    page.click("[data-testid=codes-submit]").await?;
    page.see("[data-testid=code] .secret").await?;
    let codes = page.read_all("[data-testid=code] .secret").await?;
    ensure!(codes.len() == 2, "{} codes", codes.len());
    page.click("[data-testid=codes-dialog] [data-testid=close]")
        .await?;
    enrol(hall, &codes[0])?;
    page.click("[data-testid=machines-again]").await?;

    let desk = "[data-testid=machine][data-name='BAN-1']";
    page.see_text(desk, "chưa kết nối").await?;
    page.click(&format!("{desk} [data-testid=machine-rename]"))
        .await?;
    page.write("#machine-name", "BAN-CUA").await?;
    page.click("[data-testid=machine-rename-submit]").await?;
    let desk = "[data-testid=machine][data-name='BAN-CUA']";
    page.click(&format!("{desk} [data-testid=machine-revoke]"))
        .await?;
    page.give_reason("máy bị mất").await?;
    page.see_text(desk, "Đã thu hồi").await?;
    ensure!(
        !page
            .is_shown(&format!("{desk} [data-testid=machine-revoke]"))
            .await?,
        "a revoked machine can be revoked"
    );
    Ok(())
}

/// What the technician types at the desk's PC.
fn enrol(hall: &Hall, code: &str) -> Result<()> {
    let server = format!("https://localhost:{}", hall.address().port());
    let out = hall.path("ban-1");
    let output = Command::new(program("checkin-agent")?)
        .args(["enroll", "--server", &server, "--code", code])
        .args(["--address", "127.0.0.1", "--out"])
        .arg(out)
        .output()?;
    ensure!(
        output.status.success(),
        "enroll: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

async fn audit(page: &StaffPage) -> Result<()> {
    page.section("audit").await?;
    page.write("#audit-text", "đổi phân công").await?;
    page.click("[data-testid=audit-find]").await?;
    let revoked = "[data-testid=audit-record]";
    page.see_text(revoked, "đổi phân công").await?;
    page.see_text("[data-testid=audit-total]", "1 / 1").await?;
    page.see_text(revoked, "Trần Văn Phúc").await?;
    page.see_text(revoked, "Lê Thị Coi").await?;

    page.write("#audit-text", "BAN-CUA").await?;
    page.click("[data-testid=audit-find]").await?;
    let renamed = "[data-testid=audit-record][data-act='machine.rename']";
    page.click(&format!("{renamed} [data-testid=audit-details]"))
        .await?;
    let changed = page.read("[data-testid=audit-change] tr.changed").await?;
    ensure!(
        changed.contains("BAN-1") && changed.contains("BAN-CUA"),
        "was and became are not shown: {changed}"
    );
    Ok(())
}
