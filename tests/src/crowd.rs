//! Many headless candidates in many rooms, let in without cards: for load and for faults.

use crate::candidate::Candidate;
use crate::console::Console;
use crate::hall::{Hall, Plan, Sitting};
use anyhow::{Context, Result};
use exam_protocol::console::{RoomAction, TicketView};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Most candidates in a room, by the exam regulations.
const ROOM_SIZE: usize = 24;

/// A hall with a crowd that is seated and has its papers open.
pub struct Crowd {
    /// The installation.
    pub hall: Hall,
    /// What is sat.
    pub sitting: Sitting,
    /// The proctor.
    pub console: Console,
    /// The candidates.
    pub candidates: Vec<Candidate>,
}

/// A hall whose candidates are let in and hold their tickets; nobody has claimed a seat yet.
pub struct Waiting {
    /// The installation.
    pub hall: Hall,
    /// What is sat.
    pub sitting: Sitting,
    /// The proctor.
    pub console: Console,
    /// The tickets, room by room, seat by seat.
    pub tickets: Vec<TicketView>,
}

impl Waiting {
    /// Opens all rooms and lets `size` candidates in.
    ///
    /// # Errors
    /// What the programs say.
    pub async fn open(size: usize) -> Result<Self> {
        Self::open_in(Hall::make()?, size).await
    }

    /// The same in an installation that was made already.
    ///
    /// # Errors
    /// What the programs say.
    pub async fn open_in(mut hall: Hall, size: usize) -> Result<Self> {
        let sitting = hall.prepare(&plan(&hall, size)?)?;
        // One second official confirms hundreds within a minute, more than an app has codes for.
        let proctor = hall.add_staff_without_factor("giamthi1", "Nguyễn Thị Hạnh")?;
        let second = hall.add_staff_without_factor("giamthi2", "Trần Văn Phúc")?;
        hall.start().await?;
        let door = hall.door()?;
        let console = Console::login(&door, &proctor).await?;
        let mut tickets = Vec::new();
        for room in &sitting.rooms {
            console.act(room.id, RoomAction::Open, "").await?;
            for row in console.board(room.id).await?.candidates {
                tickets.push(
                    console
                        .admit_manually(row.attempt, &second, "diễn tập không có thẻ")
                        .await?,
                );
            }
        }
        Ok(Self {
            hall,
            sitting,
            console,
            tickets,
        })
    }
}

impl Crowd {
    /// Seats `size` candidates and starts all rooms.
    ///
    /// # Errors
    /// What the programs say.
    pub async fn seated(size: usize) -> Result<Self> {
        let Waiting {
            hall,
            sitting,
            console,
            tickets,
        } = Waiting::open(size).await?;
        let door = hall.door()?;
        let mut candidates = Vec::new();
        for ticket in &tickets {
            let mut candidate = Candidate::claim(&door, &ticket.ticket).await?;
            candidate.fetch_form().await?;
            candidate.connect().await?;
            candidates.push(candidate);
        }
        for room in &sitting.rooms {
            console.act(room.id, RoomAction::Start, "").await?;
        }
        for candidate in &mut candidates {
            candidate.wait_for_paper().await?;
        }
        Ok(Self {
            hall,
            sitting,
            console,
            candidates,
        })
    }
}

fn plan(hall: &Hall, size: usize) -> Result<Plan> {
    let roster = hall.path("roster.csv");
    std::fs::write(&roster, roster_text(size)?).context("roster.csv")?;
    Ok(Plan {
        title: "Khảo sát chất lượng".to_owned(),
        subject: "Toán".to_owned(),
        minutes: 60,
        rooms: (0..size.div_ceil(ROOM_SIZE)).map(room_name).collect(),
        roster,
        papers: vec![paper("demo-toan.gift"), paper("demo-toan.xml")],
        scheme: None,
        anchors: vec![],
    })
}

fn paper(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/papers")
        .join(name)
}

fn room_name(index: usize) -> String {
    format!("Phòng {:02}", index + 1)
}

fn roster_text(size: usize) -> Result<String> {
    let mut text = "STT,SBD,Họ và tên,Ngày sinh,Giới tính,Số CCCD,Phòng\n".to_owned();
    for i in 0..size {
        let (sbd, number, room) = (22_000_001 + i, 100_000 + i, room_name(i / ROOM_SIZE));
        writeln!(
            text,
            "{},{sbd},Thí Sinh Số {},05/09/2008,Nam,022208{number},{room}",
            i + 1,
            i + 1
        )?;
    }
    Ok(text)
}
