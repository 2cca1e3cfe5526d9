//! After the exam: a corrected key has everybody marked again by two people of two schools, and neither the marks before
//! nor a hand-in that was superseded are lost.

use anyhow::{Context, Result, ensure};
use exam_protocol::answer::Response;
use exam_protocol::console::{Board, RoomAction};
use exam_protocol::id::{AttemptId, RoomId};
use exam_protocol::proposal::{
    CriticalAct, DecideRequest, KeyCorrection, ProposalState, ProposalView, ProposeRequest, Verdict,
};
use exam_protocol::route::{self, with_id};
use exam_tests::candidate::Candidate;
use exam_tests::console::{Console, Credentials};
use exam_tests::hall::{Hall, Sitting};
use serde_json::Value;
use std::collections::BTreeMap;

struct School {
    hall: Hall,
    sitting: Sitting,
    lead: Console,
    second: Credentials,
    /// Of another organisation.
    other: Console,
    seats: Vec<Candidate>,
}

impl School {
    /// Two of three candidates sit with open papers.
    async fn seated() -> Result<Self> {
        let mut hall = Hall::make()?;
        let sitting = hall.prepare_one_room(6, 3)?;
        let (lead, second) = (hall.add_staff("lan", "Lan")?, hall.add_staff("minh", "Minh")?);
        let other = hall.add_staff_of("Trường B", "thu", "Thu")?;
        hall.start().await?;
        let door = hall.door()?;
        let mut school = Self {
            lead: Console::login(&door, &lead).await?,
            other: Console::login(&door, &other).await?,
            second,
            sitting,
            seats: Vec::new(),
            hall,
        };
        school.act(RoomAction::Open).await?;
        for at in 0..2 {
            let attempt = school.board().await?.candidates[at].attempt;
            let reason = "không mang thẻ căn cước";
            let ticket = school
                .lead
                .admit_manually(attempt, &school.second, reason)
                .await?;
            let mut seat = Candidate::claim(&door, &ticket.ticket).await?;
            seat.fetch_form().await?;
            seat.connect().await?;
            school.seats.push(seat);
        }
        school.act(RoomAction::Start).await?;
        for seat in &mut school.seats {
            seat.wait_for_paper().await?;
        }
        Ok(school)
    }

    fn room(&self) -> RoomId {
        self.sitting.rooms[0].id
    }

    async fn act(&self, action: RoomAction) -> Result<Board> {
        self.lead.act(self.room(), action, "theo lịch").await
    }

    async fn board(&self) -> Result<Board> {
        self.lead.board(self.room()).await
    }

    async fn both(&self, act: CriticalAct) -> Result<ProposalView> {
        let request = ProposeRequest {
            act,
            reason: "theo biên bản của hội đồng".into(),
        };
        let shown: ProposalView = self.lead.ask(route::PROPOSALS, &request).await?;
        let request = DecideRequest {
            verdict: Verdict::Approve,
            hash: shown.hash,
            reason: "đã kiểm tra".into(),
        };
        let path = with_id(route::PROPOSAL_DECISION, shown.content.id);
        let decided: ProposalView = self.other.ask(&path, &request).await?;
        ensure!(decided.state == ProposalState::Done, "{decided:?}");
        Ok(decided)
    }

    async fn marks(&self) -> Result<BTreeMap<AttemptId, u32>> {
        let board = self.board().await?;
        let marked = board.candidates.iter();
        Ok(marked.filter_map(|row| Some((row.attempt, row.mark?))).collect())
    }

    async fn list(&self, path: &str, query: &str) -> Result<Vec<u8>> {
        let path = with_id(path, self.room());
        self.lead.get(format!("{path}{query}")).await
    }
}

/// The marks of a list, in hundredths, in the order of its rows; none where the cell is empty.
fn column(csv: &[u8]) -> Result<Vec<Option<u32>>> {
    let text = std::str::from_utf8(csv)?.trim_start_matches('\u{feff}');
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let at = reader.headers()?.iter().position(|heading| heading == "Điểm");
    let at = at.context("a column of marks")?;
    reader
        .records()
        .map(|record| {
            let cell = record?[at].replace(',', "");
            Ok((!cell.is_empty()).then(|| cell.parse()).transpose()?)
        })
        .collect()
}

/// When it was approved.
fn decided_at(view: &ProposalView) -> Result<i64> {
    Ok(view.decision.as_ref().context("decided")?.at.0)
}

impl School {
    /// Everybody gets full marks for a question.
    async fn correct(&self, item: u16) -> Result<ProposalView> {
        self.both(CriticalAct::CorrectKey {
            sitting: self.sitting.sitting,
            item,
            correction: KeyCorrection::FullMarks,
        })
        .await
    }

    /// Both corrections are in the audit with their reason.
    fn on_record(&self) -> Result<()> {
        let search = ["audit", "search", "--act", "key.correct", "--json"];
        let acts: Vec<Value> = serde_json::from_str(&self.hall.server_command(&search)?)?;
        ensure!(
            acts.len() == 2 && acts[0]["reason"]["text"] == "theo biên bản của hội đồng",
            "{acts:?}"
        );
        Ok(())
    }

    /// Both lists as they stood before a correction, and the one that stands, at the terminal.
    fn exported(&self, corrections: [&ProposalView; 2]) -> Result<[Vec<u8>; 3]> {
        let (out, sitting) = (self.hall.path("marks"), self.sitting.sitting.to_string());
        let folder = out.to_string_lossy();
        self.hall
            .server_command(&["export", "marks", "--sitting", &sitting, "--out", &*folder])?;
        let file = |name: String| std::fs::read(out.join(&name)).context(name);
        let room = self.room();
        let [first, second] = corrections.map(|view| format!("{room}.before-{}.csv", view.content.id));
        Ok([file(first)?, file(second)?, file(format!("{room}.csv"))?])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_key_has_everybody_marked_again_and_both_lists_can_be_had() -> Result<()> {
    let mut school = School::seated().await?;
    for seat in &mut school.seats {
        seat.hand_in().await?;
    }
    school.act(RoomAction::End).await?;
    school.act(RoomAction::Close).await?;
    let before = school.marks().await?;
    ensure!(
        before.len() == 2 && before.values().all(|mark| *mark == 0),
        "nothing was answered: {before:?}"
    );
    let path = route::ROOM_RESULTS_CSV;
    let first = school.list(path, "").await?;
    let decided = school.correct(0).await?;
    let after = school.marks().await?;
    ensure!(
        after.len() == 2 && after.values().all(|mark| *mark > 0),
        "{after:?}"
    );
    let again = school.correct(1).await?;
    let last = school.marks().await?;
    ensure!(
        last.iter().all(|(attempt, mark)| after[attempt] < *mark),
        "{last:?}"
    );
    // The lists as they stood before each of the two.
    let query = |view: &ProposalView| Ok::<_, anyhow::Error>(format!("?before={}", decided_at(view)?));
    ensure!(
        school.list(path, &query(&decided)?).await? == first,
        "the first list"
    );
    let middle = column(&school.list(path, &query(&again)?).await?)?;
    let now = column(&school.list(path, "").await?)?;
    ensure!(
        column(&first)?.iter().flatten().all(|mark| *mark == 0),
        "the first list's marks"
    );
    ensure!(
        middle.iter().flatten().max() == after.values().max(),
        "{middle:?} {after:?}"
    );
    ensure!(
        now.iter().flatten().max() == last.values().max(),
        "{now:?} {last:?}"
    );
    ensure!(
        now.iter().filter(|mark| mark.is_none()).count() == 1,
        "somebody was absent"
    );
    let old = school.list(route::ROOM_RESULTS_XLSX, &query(&decided)?).await?;
    ensure!(old.starts_with(b"PK"), "a workbook");
    let [one, two, three] = school.exported([&decided, &again])?;
    ensure!(
        one == first && column(&two)? == middle && column(&three)? == now,
        "the terminal's lists differ"
    );
    school.on_record()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_superseded_hand_in_is_exported_beside_the_one_that_counts() -> Result<()> {
    let mut school = School::seated().await?;
    let mut seat = school.seats.remove(0);
    let attempt = seat.seat().attempt;
    seat.answer(1, Response::Choice(0)).await?;
    seat.hand_in().await?;
    school
        .both(CriticalAct::ReopenAttempt { attempt, minutes: 10 })
        .await?;
    let ticket = school.lead.take_over(attempt, "mở lại bài").await?;
    let mut again = Candidate::claim(&school.hall.door()?, &ticket.ticket).await?;
    again.fetch_form().await?;
    again.connect().await?;
    again.wait_for_paper().await?;
    again.answer(1, Response::Choice(1)).await?;
    again.answer(2, Response::Choice(1)).await?;
    again.hand_in().await?;
    let (out, sitting) = (school.hall.path("hand-ins"), school.sitting.sitting.to_string());
    let arguments = [
        "export",
        "submissions",
        "--sitting",
        &sitting,
        "--json",
        "--out",
        &*out.to_string_lossy(),
    ];
    let said: Value = serde_json::from_str(&school.hall.server_command(&arguments)?)?;
    ensure!(said["submissions"] == 1 && said["superseded"] == 1, "{said}");
    let ca = school.hall.exam_ca();
    let verified = |name: String| {
        let file = out.join(name);
        let arguments = [
            "verify",
            &*file.to_string_lossy(),
            "--trust",
            &*ca.to_string_lossy(),
            "--json",
        ];
        anyhow::Ok(serde_json::from_str::<Value>(
            &school.hall.run("exam-server", &arguments)?,
        )?)
    };
    let (counts, superseded) = (
        verified(format!("{attempt}.submission.json"))?,
        verified(format!("{attempt}.superseded-1.submission.json"))?,
    );
    let number = |file: &Value, field: &str| file["submission"][field].as_u64().context(field.to_owned());
    ensure!(
        (number(&counts, "answered")?, number(&superseded, "answered")?) == (2, 1)
            && number(&superseded, "epoch")? < number(&counts, "epoch")?,
        "{counts} {superseded}"
    );
    Ok(())
}

#[tokio::test]
async fn the_access_review_is_listed_at_the_terminal_with_what_is_due() -> Result<()> {
    let hall = Hall::make()?;
    hall.add_staff("lan", "Nguyễn Thị Lan")?;
    hall.add_lead_with("thanhtra", "Lê Thanh Tra", "inspector@installation")?;
    let review = |more: &[&str]| {
        let config = hall.config().to_string_lossy().into_owned();
        let arguments = [&["review", "--config", &config][..], more].concat();
        let output = hall.try_command(&arguments, &[])?;
        anyhow::Ok((output.status.success(), String::from_utf8(output.stdout)?))
    };
    let (nothing_due, text) = review(&[])?;
    ensure!(nothing_due && text.lines().count() == 3, "{text}");
    ensure!(
        text.contains("inspector") && text.contains("Lê Thanh Tra"),
        "{text}"
    );
    hall.setting("review_days", "0")?;
    let (nothing_due, text) = review(&["--due", "--json"])?;
    let entries: Vec<Value> = serde_json::from_str(&text)?;
    ensure!(!nothing_due && entries.len() == 3, "{text}");
    ensure!(
        entries
            .iter()
            .all(|entry| entry["due"] == true && entry["granted_by"] == "command"),
        "{text}"
    );
    Ok(())
}
