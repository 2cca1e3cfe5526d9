//! What is sat in a hall: exams, rosters, papers, made at the terminal as the office would.

use super::{Hall, text};
use crate::citizens::{RosterFile, invent};
use anyhow::{Result, ensure};
use exam_protocol::id::{ExamId, RoomId, SiteId, SittingId};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is to be sat.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Exam title.
    pub title: String,
    /// Subject.
    pub subject: String,
    /// Minutes allowed.
    pub minutes: u32,
    /// Names of the rooms.
    pub rooms: Vec<String>,
    /// Roster file.
    pub roster: PathBuf,
    /// Files of questions.
    pub papers: Vec<PathBuf>,
    /// The marking scheme; the even one without.
    pub scheme: Option<PathBuf>,
    /// Certificates of card issuers to trust.
    pub anchors: Vec<PathBuf>,
}

impl Plan {
    /// 45 minutes of mathematics in one room, P01, with the questions of the demonstration.
    pub fn one_room(roster: PathBuf) -> Self {
        Self {
            title: "Kiểm tra".into(),
            subject: "Toán".into(),
            minutes: 45,
            rooms: vec!["P01".into()],
            roster,
            papers: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/papers/demo-toan.gift")],
            scheme: None,
            anchors: Vec::new(),
        }
    }
}

/// The sitting as `exam create` made it.
#[derive(Clone, Debug, Deserialize)]
pub struct Sitting {
    /// The exam.
    pub exam: ExamId,
    /// The site.
    pub site: SiteId,
    /// The sitting.
    pub sitting: SittingId,
    /// Its rooms.
    pub rooms: Vec<Room>,
}

/// A room of the sitting.
#[derive(Clone, Debug, Deserialize)]
pub struct Room {
    /// The room.
    pub id: RoomId,
    /// Its name.
    pub name: String,
}

impl Hall {
    /// Makes exam, roster, paper and trust anchors. The sitting is planned for now.
    ///
    /// # Errors
    /// What the programs say.
    pub fn prepare(&self, plan: &Plan) -> Result<Sitting> {
        self.prepare_at(plan, &this_minute()?)
    }

    /// Makes exam, roster, paper and trust anchors, planned for any time: `2026-01-05T07:30+07:00`.
    ///
    /// # Errors
    /// What the programs say.
    pub fn prepare_at(&self, plan: &Plan, starts_at: &str) -> Result<Sitting> {
        let minutes = plan.minutes.to_string();
        let mut create = vec![
            "exam",
            "create",
            "--title",
            &plan.title,
            "--subject",
            &plan.subject,
        ];
        create.extend(["--duration-minutes", &minutes, "--starts-at", starts_at, "--json"]);
        for room in &plan.rooms {
            create.extend(["--room", room]);
        }
        let sitting: Sitting = serde_json::from_str(&self.server_command(&create)?)?;
        self.fill(&sitting, plan)?;
        Ok(sitting)
    }

    /// Makes one more sitting of an exam, at the same site and planned for now, with roster and paper.
    ///
    /// # Errors
    /// What the programs say.
    pub fn prepare_another(&self, exam: ExamId, plan: &Plan) -> Result<Sitting> {
        let (exam, minutes, starts_at) = (exam.to_string(), plan.minutes.to_string(), this_minute()?);
        let mut add = vec!["sitting", "add", "--exam", &exam, "--subject", &plan.subject];
        add.extend([
            "--duration-minutes",
            &minutes,
            "--starts-at",
            &starts_at,
            "--json",
        ]);
        for room in &plan.rooms {
            add.extend(["--room", room]);
        }
        let sitting: Sitting = serde_json::from_str(&self.server_command(&add)?)?;
        self.fill(&sitting, plan)?;
        Ok(sitting)
    }

    fn fill(&self, sitting: &Sitting, plan: &Plan) -> Result<()> {
        let id = sitting.sitting.to_string();
        self.server_command(&["roster", "import", &text(&plan.roster), "--sitting", &id])?;
        let papers: Vec<String> = plan.papers.iter().map(|path| text(path)).collect();
        let mut import = vec!["paper", "import"];
        import.extend(papers.iter().map(String::as_str));
        import.extend(["--sitting", &id]);
        let scheme = plan.scheme.as_deref().map(text);
        import.extend(scheme.iter().flat_map(|path| ["--scheme", path]));
        self.server_command(&import)?;
        for anchor in &plan.anchors {
            self.server_command(&["trust", "add", &text(anchor)])?;
        }
        Ok(())
    }

    /// A sitting of mathematics in one room, of the questions of the demonstration, with invented candidates.
    ///
    /// # Errors
    /// When a command fails.
    pub fn prepare_one_room(&self, seed: u64, candidates: usize) -> Result<Sitting> {
        let roster = self.path("roster.xlsx");
        std::fs::write(&roster, RosterFile::Xlsx.write(&invent(seed, candidates))?)?;
        self.prepare(&Plan::one_room(roster))
    }

    /// Another site of an exam, with a sitting of its own in one room.
    ///
    /// # Errors
    /// When the command fails.
    pub fn add_site(&self, exam: ExamId) -> Result<Sitting> {
        let exam = exam.to_string();
        let mut add = vec!["sitting", "add", "--exam", &exam, "--subject", "Văn"];
        add.extend(["--duration-minutes", "45", "--starts-at", "2027-01-01T07:30"]);
        add.extend(["--site", "Điểm thi B", "--room", "P01", "--json"]);
        Ok(serde_json::from_str(&self.server_command(&add)?)?)
    }

    /// An exam of one room with neither candidates nor questions: for what happens before there are any.
    ///
    /// # Errors
    /// When the command fails.
    pub fn create_exam(&self) -> Result<()> {
        let starts_at = this_minute()?;
        let mut create = vec!["exam", "create", "--title", "Thi thử", "--subject", "Toán"];
        create.extend(["--duration-minutes", "45", "--starts-at", &starts_at]);
        create.extend(["--room", "P01", "--json"]);
        self.server_command(&create).map(drop)
    }
}

/// The present minute as `exam create` reads it.
///
/// # Errors
/// When the system has no `date`.
pub fn this_minute() -> Result<String> {
    let output = Command::new("date").args(["-u", "+%Y-%m-%dT%H:%MZ"]).output()?;
    ensure!(output.status.success(), "date failed");
    Ok(String::from_utf8(output.stdout)?.trim().replace('Z', "+00:00"))
}
