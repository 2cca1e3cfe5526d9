//! Acts of two people through the real server, over HTTP and TLS.

use anyhow::{Context, Result};
use exam_protocol::console::RoomAction;
use exam_protocol::id::RoomId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::proposal::{
    CriticalAct, DecideRequest, ProposalState, ProposalView, Proposals, ProposeRequest, Verdict,
};
use exam_protocol::route::{self, with_id};
use exam_tests::console::Console;
use exam_tests::door::Refused;
use exam_tests::hall::Hall;

struct Two {
    _hall: Hall,
    room: RoomId,
    /// Of one school.
    lan: Console,
    minh: Console,
    /// Of another.
    thu: Console,
}

impl Two {
    async fn open() -> Result<Self> {
        let mut hall = Hall::make()?;
        hall.setting("credit_minutes", "10")?;
        let sitting = hall.prepare_one_room(9, 2)?;
        let (lan, minh) = (hall.add_staff("lan", "Lan")?, hall.add_staff("minh", "Minh")?);
        let thu = hall.add_staff_of("Trường B", "thu", "Thu")?;
        hall.start().await?;
        let door = hall.door()?;
        let two = Self {
            room: sitting.rooms[0].id,
            lan: Console::login(&door, &lan).await?,
            minh: Console::login(&door, &minh).await?,
            thu: Console::login(&door, &thu).await?,
            _hall: hall,
        };
        two.lan.act(two.room, RoomAction::Open, "").await?;
        Ok(two)
    }

    fn add(&self, minutes: u16) -> CriticalAct {
        CriticalAct::AddTime {
            room: self.room,
            attempt: None,
            minutes,
        }
    }
}

async fn decide(by: &Console, shown: &ProposalView, verdict: Verdict) -> Result<ProposalView> {
    let request = DecideRequest {
        verdict,
        hash: shown.hash,
        reason: "đã kiểm tra".into(),
    };
    by.ask(&with_id(route::PROPOSAL_DECISION, shown.content.id), &request)
        .await
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> Result<ProblemCode> {
    Ok(result
        .err()
        .context("was not refused")?
        .downcast::<Refused>()?
        .problem
        .code)
}

#[tokio::test]
async fn what_one_may_not_do_alone_two_of_two_schools_do_together() -> Result<()> {
    let two = Two::open().await?;
    let much = RoomAction::AddTime {
        minutes: 20,
        attempt: None,
    };
    assert_eq!(
        code(two.lan.act(two.room, much, "mất điện").await)?,
        ProblemCode::ProposalNeeded
    );
    let request = ProposeRequest {
        act: two.add(20),
        reason: "mất điện 20 phút".into(),
    };
    let proposed: ProposalView = two.lan.ask(route::PROPOSALS, &request).await?;
    assert_eq!(
        code(decide(&two.lan, &proposed, Verdict::Approve).await)?,
        ProblemCode::NotAllowed
    );
    assert_eq!(
        code(decide(&two.minh, &proposed, Verdict::Approve).await)?,
        ProblemCode::NotAllowed
    );
    let seen: Proposals = two.thu.look(route::PROPOSALS).await?;
    let shown = seen.open.first().context("nothing is shown")?;
    assert_eq!((&shown.content, shown.hash), (&proposed.content, proposed.hash));
    let before = two.lan.board(two.room).await?.remaining;
    let done = decide(&two.thu, shown, Verdict::Approve).await?;
    assert_eq!(done.state, ProposalState::Done);
    let given = two.lan.board(two.room).await?.remaining - before;
    assert_eq!(given.0, 20 * 60_000);
    assert_eq!(
        code(decide(&two.thu, shown, Verdict::Approve).await)?,
        ProblemCode::WrongState
    );
    Ok(())
}

#[tokio::test]
async fn a_rejected_proposal_does_nothing_and_stays_on_the_list() -> Result<()> {
    let two = Two::open().await?;
    let request = ProposeRequest {
        act: two.add(60),
        reason: "mất điện".into(),
    };
    let proposed: ProposalView = two.minh.ask(route::PROPOSALS, &request).await?;
    let before = two.lan.board(two.room).await?.remaining;
    assert_eq!(
        decide(&two.thu, &proposed, Verdict::Reject).await?.state,
        ProposalState::Rejected
    );
    assert_eq!(two.lan.board(two.room).await?.remaining, before);
    let seen: Proposals = two.lan.look(route::PROPOSALS).await?;
    assert!(seen.open.is_empty());
    assert_eq!(
        seen.over[0].decision.as_ref().map(|d| d.reason.as_str()),
        Some("đã kiểm tra")
    );
    Ok(())
}
