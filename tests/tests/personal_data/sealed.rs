//! Sealed chip data: nothing of it stands in the file, and two people read it for a reason, once.

use super::School;
use anyhow::{Context, Result, ensure};
use exam_protocol::console::RoomAction;
use exam_protocol::id::{AttemptId, CheckinId};
use exam_protocol::proposal::{CriticalAct, Masked, ProposalState, ProposalView};
use exam_tests::console::Credentials;
use exam_tests::four_eyes;
use exam_tests::hall::Hall;
use serde_json::Value;
use std::path::Path;

async fn propose(school: &School, attempt: AttemptId, what: Masked) -> Result<ProposalView> {
    let lead = school.login(&school.lead).await?;
    let act = CriticalAct::Unmask { attempt, what };
    four_eyes::propose(&lead, act, "đơn phúc khảo nghi thi hộ").await
}

async fn approve(school: &School, who: &Credentials, shown: &ProposalView) -> Result<ProposalView> {
    four_eyes::approve(&school.login(who).await?, shown).await
}

/// Runs the reading at the terminal; what came out, or what it says.
fn unmask(school: &School, checkin: CheckinId, proposal: &str, key: &Path, out: &Path) -> Result<String> {
    let (checkin, key, out) = (checkin.to_string(), key.to_string_lossy(), out.to_string_lossy());
    school.hall.server_command(&[
        "personal-data",
        "unmask",
        "--checkin",
        &checkin,
        "--proposal",
        proposal,
        "--key",
        &key,
        "--out",
        &out,
    ])
}

/// Another approval gives the whole evidence.
async fn the_whole_evidence(
    school: &School,
    (checkin, attempt): (CheckinId, AttemptId),
    key: &Path,
    out: &Path,
) -> Result<()> {
    let whole = propose(school, attempt, Masked::Evidence).await?;
    approve(school, &school.other, &whole).await?;
    unmask(school, checkin, &whole.content.id.to_string(), key, out)?;
    ensure!(
        out.join("EF_SOD.bin").exists() && out.join("evidence.cbor").exists(),
        "the whole evidence"
    );
    Ok(())
}

/// Both readings are in the audit with both people and the reason.
fn on_record(school: &School, proposal: &str) -> Result<()> {
    let search = ["audit", "search", "--act", "personal-data.unmask", "--json"];
    let acts: Vec<Value> = serde_json::from_str(&school.hall.server_command(&search)?)?;
    ensure!(acts.len() == 2, "each reading is on record: {acts:?}");
    let became: Value = serde_json::from_str(acts[1]["became"].as_str().context("particulars")?)?;
    ensure!(
        became["proposal"] == proposal
            && became["proposed_by"] != became["approved_by"]
            && acts[1]["reason"]["text"] == "đơn phúc khảo nghi thi hộ",
        "{acts:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sealed_portrait_is_read_once_by_two_people_for_a_reason() -> Result<()> {
    let school = School::open().await?;
    let console = school.login(&school.lead).await?;
    console.act(school.room(), RoomAction::Open, "").await?;
    let (checkin, attempt, _) = school.by_card(&console).await?;
    let chip = school.chip()?;
    let found = chip.found(&school.database()?);
    ensure!(
        chip.len() > 50 && found.is_empty(),
        "not sealed at rest: {found:?}"
    );
    ensure!(
        console.portrait(checkin).await.is_err(),
        "the desk still shows it after admission"
    );
    let (key, out) = (
        school.hall.path("server/exam-ca-offline/audit-reading.key"),
        school.hall.path("opened"),
    );
    let shown = propose(&school, attempt, Masked::Portrait).await?;
    let id = shown.content.id.to_string();
    ensure!(
        unmask(&school, checkin, &id, &key, &out).is_err(),
        "nobody has approved it"
    );
    ensure!(approve(&school, &school.lead, &shown).await.is_err(), "oneself");
    ensure!(
        approve(&school, &school.second, &shown).await.is_err(),
        "the same school"
    );
    ensure!(
        approve(&school, &school.other, &shown).await?.state == ProposalState::Done,
        "another school"
    );
    let stranger = school.hall.path("stranger.key");
    let other = Hall::make()?;
    std::fs::copy(other.path("server/exam-ca-offline/audit-reading.key"), &stranger)?;
    ensure!(
        unmask(&school, checkin, &id, &stranger, &out).is_err(),
        "another key"
    );
    ensure!(!out.exists(), "something was written");
    unmask(&school, checkin, &id, &key, &out)?;
    let portrait = std::fs::read(out.join("portrait.jpg"))?;
    ensure!(
        !chip.found(&portrait).is_empty(),
        "that is not the chip's portrait"
    );
    ensure!(!out.join("EF_DG1.bin").exists(), "more than was approved");
    let again = school.hall.path("opened-again");
    ensure!(
        unmask(&school, checkin, &id, &key, &again).is_err() && !again.exists(),
        "it is good once"
    );
    the_whole_evidence(&school, (checkin, attempt), &key, &again).await?;
    on_record(&school, &id)?;
    school.verify_audit()?;
    Ok(())
}
