//! Where seats need a machine's certificate, a candidate's own laptop is not a seat: claiming, the paper and the live line
//! all ask for it, and a revoked machine loses them.

use anyhow::{Context, Result, ensure};
use exam_protocol::console::RoomAction;
use exam_protocol::id::{MachineId, SiteId};
use exam_protocol::machine::{MachineReason, MachineView};
use exam_protocol::problem::ProblemCode;
use exam_protocol::route::{self, with_id};
use exam_tests::candidate::Candidate;
use exam_tests::console::{Console, Credentials};
use exam_tests::door::{Door, Refused};
use exam_tests::hall::{Hall, Sitting};
use serde::Deserialize;
use std::time::Duration;

struct School {
    hall: Hall,
    sitting: Sitting,
    console: Console,
    second: Credentials,
}

#[derive(Deserialize)]
struct Added {
    id: MachineId,
}

impl School {
    async fn open() -> Result<Self> {
        let mut hall = Hall::make()?;
        hall.setting("seats_need_certificate", "true")?;
        let sitting = hall.prepare_one_room(5, 2)?;
        let (lead, second) = (hall.add_staff("lan", "Lan")?, hall.add_staff("minh", "Minh")?);
        hall.start().await?;
        let console = Console::login(&hall.door()?, &lead).await?;
        console.act(sitting.rooms[0].id, RoomAction::Open, "").await?;
        Ok(Self {
            hall,
            sitting,
            console,
            second,
        })
    }

    async fn ticket(&self, at: usize) -> Result<String> {
        let board = self.console.board(self.sitting.rooms[0].id).await?;
        let attempt = board.candidates[at].attempt;
        let reason = "không mang thẻ căn cước";
        Ok(self
            .console
            .admit_manually(attempt, &self.second, reason)
            .await?
            .ticket)
    }

    /// A PC whose certificate was made by hand; nobody has registered it.
    fn pc(&self, name: &str) -> Result<Door> {
        let (authority, out) = (self.hall.path("server"), self.hall.path(name));
        self.hall.run(
            "certs",
            &[
                "ca",
                "issue",
                "seat",
                "--dir",
                &authority.to_string_lossy(),
                "--name",
                name,
                "--out",
                &out.to_string_lossy(),
            ],
        )?;
        let papers = (out.join("machine.pem"), out.join("machine.key"));
        Door::of_machine(self.hall.address(), &self.hall.exam_ca(), (&papers.0, &papers.1))
    }

    fn register(&self, name: &str, site: SiteId) -> Result<MachineId> {
        let certificate = self.hall.path(name).join("machine.pem");
        let said = self.hall.server_command(&[
            "machine",
            "add",
            "--certificate",
            &certificate.to_string_lossy(),
            "--site",
            &site.to_string(),
            "--json",
        ])?;
        Ok(serde_json::from_str::<Added>(&said)
            .context("machine add --json")?
            .id)
    }

    fn another_site(&self) -> Result<SiteId> {
        Ok(self.hall.add_site(self.sitting.exam)?.site)
    }
}

fn code<T>(result: Result<T>) -> Result<ProblemCode> {
    let error = result.err().context("was not refused")?;
    Ok(error.downcast::<Refused>()?.problem.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_registered_pc_of_this_site_is_a_seat() -> Result<()> {
    let school = School::open().await?;
    let ticket = school.ticket(0).await?;
    let laptop = school.hall.door()?;
    ensure!(
        code(Candidate::claim(&laptop, &ticket).await)? == ProblemCode::NotAllowed,
        "a laptop without a certificate"
    );
    let pc = school.pc("may-01")?;
    ensure!(
        code(Candidate::claim(&pc, &ticket).await)? == ProblemCode::NotAllowed,
        "certified, and registered nowhere"
    );
    let elsewhere = school.pc("may-b")?;
    school.register("may-b", school.another_site()?)?;
    ensure!(
        code(Candidate::claim(&elsewhere, &ticket).await)? == ProblemCode::NotAllowed,
        "registered at another site"
    );
    school.register("may-01", school.sitting.site)?;
    let mut seat = Candidate::claim(&pc, &ticket)
        .await
        .context("the ticket is still good")?;
    seat.fetch_form().await?;
    seat.connect().await?;
    let room = school.sitting.rooms[0].id;
    school.console.act(room, RoomAction::Start, "").await?;
    seat.wait_for_paper().await?;
    seat.hand_in().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_s_token_is_worth_nothing_on_another_pc_and_a_revoked_pc_is_cut_off() -> Result<()> {
    let school = School::open().await?;
    let ticket = school.ticket(0).await?;
    let pc = school.pc("may-01")?;
    let machine = school.register("may-01", school.sitting.site)?;
    let mut seat = Candidate::claim(&pc, &ticket).await?;
    let token = hex::encode(seat.seat().token.0);
    let form = async |door: &Door| {
        let asked = door.http().get(door.url(route::SEAT_FORM)).bearer_auth(&token);
        anyhow::Ok(asked.send().await?.status().as_u16())
    };
    ensure!(form(&pc).await? == 200, "the own PC");
    ensure!(
        form(&school.hall.door()?).await? == 403,
        "a laptop with a stolen token"
    );
    seat.fetch_form().await?;
    seat.connect().await?;
    let path = with_id(route::MACHINE_REVOKE, machine);
    let reason = MachineReason {
        reason: "máy bị mất".into(),
    };
    let _view: MachineView = school.console.ask(&path, &reason).await?;
    let cut_off = async { while seat.step().await.is_ok() {} };
    tokio::time::timeout(Duration::from_mins(1), cut_off)
        .await
        .context("a revoked PC keeps its line for a minute")?;
    ensure!(form(&pc).await? == 403, "a revoked PC");
    seat.drop_line();
    ensure!(seat.connect().await.is_err(), "a revoked PC comes back");
    Ok(())
}
