//! The hall that is judged: candidates at work in a running room, an admitted one, staff of many roles, a desk's certificate.

use super::doors::{LAST, MACHINES, SEATS};
use crate::console::{Console, Credentials};
use crate::crowd::Crowd;
use anyhow::{Context, Result};
use exam_protocol::id::StaffId;
use exam_protocol::right::Role;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Whose doors are tried, each from a pass of its own.
const ROLES: [Role; 6] = [
    Role::ExamOwner,
    Role::Proctor1,
    Role::SiteLead,
    Role::Secretary,
    Role::Administrator,
    Role::Inspector,
];

/// The hall.
pub(super) struct Trial {
    pub(super) crowd: Crowd,
    staff: Vec<(Role, Credentials)>,
    /// Somebody whose session may end.
    leaver: Credentials,
    /// What there is, by the name of a parameter in paths.
    pub(super) there: BTreeMap<&'static str, Vec<String>>,
}

/// As whom a pass tries the doors.
#[derive(Clone, Debug)]
pub(super) enum Caller {
    /// Nobody is logged in.
    Nobody,
    /// A member of staff, who logs in when the pass begins.
    Staff(Credentials),
    /// A seat, with its token.
    Seat(String),
    /// A machine: its certificate and its key.
    Machine(PathBuf, PathBuf),
}

/// One run of the judge.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    /// Shown, and part of the report's name.
    pub(super) name: String,
    /// As whom.
    pub(super) caller: Caller,
    /// Only these paths; all where there are none.
    pub(super) only: Vec<&'static str>,
    /// Not these paths.
    pub(super) not: Vec<&'static str>,
}

impl Trial {
    pub(super) async fn open() -> Result<Self> {
        let crowd = Crowd::seated(3).await?;
        let hall = &crowd.hall;
        let staff = ROLES.iter().map(|role| {
            let grant = format!("{role}@installation");
            Ok((*role, hall.add_staff_as(role.name(), &grant)?))
        });
        let staff = staff.collect::<Result<Vec<_>>>()?;
        // Somebody whom administrators may do anything to.
        hall.add_staff_as("target", "supervisor@installation")?;
        let target = id_of(&hall.server_command(&["staff", "list", "--json"])?, "target")?;
        let there = there(&crowd, target).await?;
        let leaver = hall.add_staff_as("leaver", "exam-owner@installation")?;
        Ok(Self {
            crowd,
            staff,
            leaver,
            there,
        })
    }

    /// A member's console, just logged in.
    pub(super) async fn log_in(&self, who: &Credentials) -> Result<Console> {
        Console::login(&self.crowd.hall.door()?, who).await
    }

    /// All runs.
    pub(super) fn passes(&self) -> Result<Vec<Pass>> {
        let pass = |name: &str, caller| Pass {
            name: name.to_owned(),
            caller,
            only: Vec::new(),
            not: Vec::new(),
        };
        let mut passes = vec![pass("nobody", Caller::Nobody)];
        // Before the proctors' passes end the room.
        let seat = self.crowd.candidates.first().context("nobody is seated")?;
        let mut seats = pass("seat", Caller::Seat(hex::encode(seat.seat().token.0)));
        seats.only.extend(SEATS);
        passes.push(seats);
        let (certificate, key) = self.crowd.hall.desk_certificate("judged-desk")?;
        let mut machines = pass("machine", Caller::Machine(certificate, key));
        machines.only.extend(MACHINES);
        passes.push(machines);
        for (role, who) in &self.staff {
            let mut one = pass(role.name(), Caller::Staff(who.clone()));
            one.not.extend(LAST);
            passes.push(one);
        }
        let mut last = pass("session", Caller::Staff(self.leaver.clone()));
        last.only.extend(LAST);
        passes.push(last);
        Ok(passes)
    }
}

async fn there(crowd: &Crowd, target: StaffId) -> Result<BTreeMap<&'static str, Vec<String>>> {
    let rooms = &crowd.sitting.rooms;
    let room = rooms.first().context("no room")?.id;
    let board = crowd.console.board(room).await?;
    let attempts = board.candidates.iter().map(|row| row.attempt.to_string());
    Ok(BTreeMap::from([
        ("room", rooms.iter().map(|room| room.id.to_string()).collect()),
        ("attempt", attempts.collect()),
        ("staff", vec![target.to_string()]),
        ("page", vec!["console".into(), "candidate".into()]),
        ("file", vec!["app.js".into(), "app_bg.wasm".into()]),
    ]))
}

fn id_of(list: &str, name: &str) -> Result<StaffId> {
    let list: serde_json::Value = serde_json::from_str(list)?;
    let member = list.as_array().context("no list")?;
    let member = member.iter().find(|one| one["name"] == name);
    let id = member
        .and_then(|one| one["id"].as_str())
        .context("nobody of this name")?;
    Ok(id.parse()?)
}
