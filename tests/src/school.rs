//! A school with everything that the console's pages can show: a sitting, somebody who may do everything, a newcomer, and
//! somebody of another school who proposes. Must not drive a browser.

use crate::citizens::{RosterFile, invent};
use crate::console::{Console, Credentials};
use crate::hall::{Hall, NewStaff, Plan};
use anyhow::Result;
use exam_protocol::console::Board;
use exam_protocol::id::RoomId;
use exam_protocol::proposal::{CriticalAct, ProposalView, ProposeRequest};
use exam_protocol::route;
use std::path::Path;

/// A school with everything that pages can show.
pub struct School {
    /// The installation.
    pub hall: Hall,
    /// The only room of the sitting.
    pub room: RoomId,
    /// May see and do everything.
    pub all: Credentials,
    /// Has not logged in yet, and has no role.
    pub newcomer: Credentials,
    /// Confirms admissions without a card.
    pub second: Credentials,
    /// A head of site of another school, at a console without a browser.
    pub thu: Console,
}

impl School {
    /// Sets it up; the server answers when this returns.
    ///
    /// # Errors
    /// What the programs say.
    pub async fn open() -> Result<Self> {
        let mut hall = Hall::make()?;
        hall.setting("credit_minutes", "10")?;
        let roster = hall.path("roster.xlsx");
        std::fs::write(&roster, RosterFile::Xlsx.write(&invent(9, 3))?)?;
        let mut plan = Plan::one_room(roster);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/papers");
        plan.papers = vec![folder.join("demo-toan.gift"), folder.join("demo-toan.xml")];
        let sitting = hall.prepare(&plan)?;
        let roles = [
            "administrator@installation",
            "site-lead@installation",
            "inspector@installation",
        ];
        let all = hall.add_member(NewStaff {
            name: "phuc",
            display: "Trần Văn Phúc",
            organisation: None,
            grants: &roles,
        })?;
        let newcomer = hall.add_newcomer(NewStaff {
            name: "moi",
            display: "Lê Thị Mới",
            organisation: None,
            grants: &[],
        })?;
        let second = hall.add_staff("lan", "Lan")?;
        let thu = hall.add_staff_of("Trường B", "thu", "Thu")?;
        hall.start().await?;
        Ok(Self {
            room: sitting.rooms[0].id,
            thu: Console::login(&hall.door()?, &thu).await?,
            hall,
            all,
            newcomer,
            second,
        })
    }

    /// The room's board.
    ///
    /// # Errors
    /// What the server says.
    pub async fn board(&self) -> Result<Board> {
        self.thu.board(self.room).await
    }

    /// Somebody of another school proposes more time than one may give.
    ///
    /// # Errors
    /// What the server says.
    pub async fn propose(&self, reason: &str) -> Result<()> {
        let request = ProposeRequest {
            act: CriticalAct::AddTime {
                room: self.room,
                attempt: None,
                minutes: 20,
            },
            reason: reason.into(),
        };
        let _made: ProposalView = self.thu.ask(route::PROPOSALS, &request).await?;
        Ok(())
    }
}
