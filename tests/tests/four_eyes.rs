//! Acts of two people through the real server, over HTTP and TLS.

use anyhow::{Context, Result};
use exam_protocol::console::RoomAction;
use exam_protocol::id::RoomId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::proposal::{
    CriticalAct, DecideRequest, MayDecide, ProposalState, ProposalView, Proposals, ProposeRequest, Verdict,
};
use exam_protocol::right::Role;
use exam_protocol::route::{self, with_id};
use exam_protocol::staff::{ControlKind, ControlSeen, ControlView};
use exam_tests::console::{Console, Credentials};
use exam_tests::door::Refused;
use exam_tests::four_eyes::{Manager, propose};
use exam_tests::hall::Hall;
use reqwest::Method;

struct Two {
    hall: Hall,
    room: RoomId,
    /// Of one school.
    lan: Console,
    minh: Console,
    /// Of another.
    thu: Console,
    minh_letter: Credentials,
    thu_letter: Credentials,
    /// Secretaries of the whole installation.
    managers: Vec<Credentials>,
}

impl Two {
    async fn open() -> Result<Self> {
        Self::open_with(&[]).await
    }

    async fn open_with(managers: &[&str]) -> Result<Self> {
        let mut hall = Hall::make()?;
        hall.setting("credit_minutes", "10")?;
        let sitting = hall.prepare_one_room(9, 2)?;
        let (lan, minh) = (hall.add_staff("lan", "Lan")?, hall.add_staff("minh", "Minh")?);
        let thu = hall.add_staff_of("Trường B", "thu", "Thu")?;
        let manager = |name: &&str| hall.add_staff_as(name, "secretary@installation");
        let managers = managers.iter().map(manager).collect::<Result<_>>()?;
        hall.start().await?;
        let door = hall.door()?;
        let two = Self {
            room: sitting.rooms[0].id,
            lan: Console::login(&door, &lan).await?,
            minh: Console::login(&door, &minh).await?,
            thu: Console::login(&door, &thu).await?,
            minh_letter: minh,
            thu_letter: thu,
            managers,
            hall,
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

/// Two schools with somebody who manages accounts everywhere and may propose and decide, too.
struct Managed {
    two: Two,
    phuc: Manager,
}

impl Managed {
    async fn open() -> Result<Self> {
        let two = Two::open_with(&["phuc"]).await?;
        let door = two.hall.door()?;
        let phuc = Console::login(&door, &two.managers[0]).await?;
        Ok(Self {
            phuc: Manager::new(&door, phuc),
            two,
        })
    }

    async fn propose(&self, by: &Console) -> Result<ProposalView> {
        propose(by, self.two.add(20), "mất điện 20 phút").await
    }

    /// Refused, with what the person who wanted to decide is told.
    async fn refused(&self, by: &Console, shown: &ProposalView) -> Result<String> {
        let before = self.two.lan.board(self.two.room).await?.remaining;
        let refused = decide(by, shown, Verdict::Approve).await.err();
        let refused = refused.context("was not refused")?.downcast::<Refused>()?.problem;
        assert_eq!(refused.code, ProblemCode::NotAllowed);
        assert!(
            self.two.lan.board(self.two.room).await?.remaining <= before,
            "time was given"
        );
        assert!(refused.detail.contains("Hãy nhờ"), "{}", refused.detail);
        Ok(refused.detail_en)
    }

    async fn seen(by: &Console, shown: &ProposalView) -> Result<MayDecide> {
        let path = with_id(route::PROPOSAL, shown.content.id);
        Ok(by.look::<ProposalView>(&path).await?.may_decide)
    }
}

#[tokio::test]
async fn whoever_takes_over_the_second_account_decides_nothing_with_it() -> Result<()> {
    let mut managed = Managed::open().await?;
    let thu = managed.phuc.member("thu").await?.id;
    let early = managed.propose(&managed.two.lan).await?;
    let start = managed.phuc.take(thu).await?;
    let puppet = managed.phuc.log_in_as(&start).await?;
    // Somebody else's proposal from before: the account is not what it was.
    let said = managed.refused(&puppet, &early).await?;
    assert!(said.contains("after this was proposed"), "{said}");
    assert_eq!(Managed::seen(&puppet, &early).await?, MayDecide::ChangedSince);
    // An own proposal, decided with the account that was taken over before it.
    let own = managed.propose(&managed.phuc.console).await?;
    let said = managed.refused(&puppet, &own).await?;
    assert!(said.contains("made or changed the other's account"), "{said}");
    assert!(matches!(
        Managed::seen(&puppet, &own).await?,
        MayDecide::Touched { .. }
    ));
    // And the other way round.
    let through = managed.propose(&puppet).await?;
    managed.refused(&managed.phuc.console, &through).await?;
    Ok(())
}

#[tokio::test]
async fn accounts_made_moved_or_appointed_by_a_manager_are_no_second_person() -> Result<()> {
    let mut managed = Managed::open().await?;
    let (minh, thu) = (
        managed.phuc.member("minh").await?,
        managed.phuc.member("thu").await?,
    );
    // A colleague who works for another school all at once.
    managed.phuc.transfer(&minh, thu.organisation).await?;
    let colleague = Console::login(&managed.two.hall.door()?, &managed.two.minh_letter).await?;
    let proposed = managed.propose(&managed.two.lan).await?;
    let said = managed.refused(&colleague, &proposed).await?;
    assert!(said.contains("moved to another organisation"), "{said}");
    // New accounts of both schools: none is a second person beside who made it, nor beside the other.
    let one = managed.phuc.make("mot", thu.organisation).await?;
    let other = managed.phuc.make("hai", minh.organisation).await?;
    let (one, other) = (
        managed.phuc.log_in_as(&one).await?,
        managed.phuc.log_in_as(&other).await?,
    );
    let own = managed.propose(&managed.phuc.console).await?;
    managed.refused(&one, &own).await?;
    let between = managed.propose(&other).await?;
    let said = managed.refused(&one, &between).await?;
    assert!(said.contains("made both accounts"), "{said}");
    assert!(said.contains("again from"), "{said}");
    // Nobody's account was touched: two of two schools go on as ever.
    let done = decide(&managed.two.thu, &proposed, Verdict::Approve).await?;
    assert_eq!(done.state, ProposalState::Done);
    // A role that lets somebody decide, given by the proposer.
    managed.phuc.appoint(thu.id, Role::Secretary).await?;
    let own = managed.propose(&managed.phuc.console).await?;
    managed.refused(&managed.two.thu, &own).await?;
    Ok(())
}

#[tokio::test]
async fn the_machines_administrator_confirms_who_has_an_account_and_its_holder_is_told_of_changes()
-> Result<()> {
    let mut managed = Managed::open().await?;
    let (minh, thu) = (
        managed.phuc.member("minh").await?,
        managed.phuc.member("thu").await?,
    );
    let one = managed.phuc.make("mot", thu.organisation).await?;
    let other = managed.phuc.make("hai", minh.organisation).await?;
    let (mut one, other) = (
        managed.phuc.log_in_as(&one).await?,
        managed.phuc.log_in_as(&other).await?,
    );
    let told: Vec<ControlView> = one.look(route::MY_ACCOUNT_CHANGES).await?;
    let mut kinds: Vec<_> = told
        .iter()
        .map(|change| (change.kind, change.by_name.as_str()))
        .collect();
    kinds.sort_by_key(|(kind, _)| kind.name());
    assert_eq!(
        kinds,
        [(ControlKind::Created, "phuc"), (ControlKind::Roles, "phuc")]
    );
    let until = told
        .iter()
        .map(|change| change.at)
        .max()
        .context("nothing told")?;
    one.send(
        Method::POST,
        route::MY_ACCOUNT_CHANGES,
        Some(&ControlSeen { until }),
    )
    .await?;
    // Whoever just took the account could have acknowledged: the holder is told all the same.
    assert_eq!(
        one.look::<Vec<ControlView>>(route::MY_ACCOUNT_CHANGES).await?,
        told
    );
    let early = managed.propose(&other).await?;
    managed.two.hall.server_command(&["staff", "confirm", "mot"])?;
    // What was proposed before somebody looked at the person stays undecided.
    managed.refused(&one, &early).await?;
    let later = managed.propose(&other).await?;
    assert_eq!(
        decide(&one, &later, Verdict::Approve).await?.state,
        ProposalState::Done
    );
    Ok(())
}

#[tokio::test]
async fn whose_account_was_reset_with_the_emergency_account_is_no_second_person() -> Result<()> {
    let managed = Managed::open().await?;
    let hall = &managed.two.hall;
    let letter = hall.server_command(&[
        "staff",
        "add",
        "--name",
        "khan",
        "--display",
        "Khẩn cấp",
        "--break-glass",
        "--grant",
        "administrator@installation",
        "--json",
    ])?;
    let letter: serde_json::Value = serde_json::from_str(&letter)?;
    let khan = Credentials {
        name: "khan".into(),
        password: letter["password"].as_str().context("no password")?.into(),
        factor: None,
    };
    let door = hall.door()?;
    let mut khan = Manager::new(&door, Console::login(&door, &khan).await?);
    let thu = khan.member("thu").await?.id;
    let start = khan.take(thu).await?;
    let puppet = khan.log_in_as(&start).await?;
    let proposed = managed.propose(&managed.phuc.console).await?;
    let said = managed.refused(&puppet, &proposed).await?;
    assert!(said.contains("emergency account"), "{said}");
    assert!(matches!(
        Managed::seen(&puppet, &proposed).await?,
        MayDecide::Emergency { .. }
    ));
    hall.server_command(&["staff", "confirm", "thu"])?;
    let later = managed.propose(&managed.phuc.console).await?;
    assert_eq!(
        decide(&puppet, &later, Verdict::Approve).await?.state,
        ProposalState::Done
    );
    Ok(())
}

#[tokio::test]
async fn nobody_is_kept_from_deciding_by_what_changes_neither_hands_nor_rights() -> Result<()> {
    let mut managed = Managed::open().await?;
    let (minh, thu) = (
        managed.phuc.member("minh").await?,
        managed.phuc.member("thu").await?,
    );
    // There and back: the school of before.
    managed.phuc.transfer(&thu, minh.organisation).await?;
    managed.phuc.transfer(&thu, thu.organisation).await?;
    let decider = Console::login(&managed.two.hall.door()?, &managed.two.thu_letter).await?;
    let proposed = managed.propose(&managed.two.lan).await?;
    managed.phuc.appoint(thu.id, Role::Marker).await?;
    assert_eq!(Managed::seen(&decider, &proposed).await?, MayDecide::Yes);
    assert_eq!(
        decide(&decider, &proposed, Verdict::Approve).await?.state,
        ProposalState::Done
    );
    Ok(())
}

#[tokio::test]
async fn one_secretary_lets_nobody_in_through_two_accounts() -> Result<()> {
    let mut managed = Managed::open().await?;
    let thu = managed.phuc.member("thu").await?;
    let candidates = managed.two.lan.board(managed.two.room).await?.candidates;
    let attempt = candidates.first().context("nobody sits here")?.attempt;
    // Accounts of the server's terminal work on the first day.
    let other = candidates.get(1).context("one candidate alone")?.attempt;
    let reason = "quên thẻ ở nhà";
    managed
        .two
        .lan
        .admit_manually(other, &managed.two.minh_letter, reason)
        .await?;
    let one = managed.phuc.make("mot", thu.organisation).await?;
    let two = managed.phuc.make("hai", thu.organisation).await?;
    let one = managed.phuc.log_in_as(&one).await?;
    let (_, two) = managed.phuc.settle_in(&two).await?;
    let refused = one.admit_manually(attempt, &two, reason).await.err();
    let refused = refused.context("was not refused")?.downcast::<Refused>()?.problem;
    assert_eq!(refused.code, ProblemCode::NotAllowed);
    for said in [&refused.detail, &refused.detail_en] {
        assert!(said.contains("exam-server staff confirm hai"), "{said}");
    }
    assert!(
        refused.detail_en.contains("Ask another official") && refused.detail_en.contains("wait until"),
        "{}",
        refused.detail_en
    );
    // Once the machine's administrator knows the holder.
    managed.two.hall.server_command(&["staff", "confirm", "hai"])?;
    one.admit_manually(attempt, &two, reason).await?;
    Ok(())
}

#[tokio::test]
async fn a_decision_is_made_once_and_not_by_a_session_that_has_ended() -> Result<()> {
    let managed = Managed::open().await?;
    let proposed = managed.propose(&managed.two.lan).await?;
    let mut gone = Console::login(&managed.two.hall.door()?, &managed.two.thu_letter).await?;
    let cookie = gone.clone();
    gone.send(Method::DELETE, route::LOGIN, None::<&()>).await?;
    assert_eq!(
        code(decide(&cookie, &proposed, Verdict::Approve).await)?,
        ProblemCode::NotLoggedIn
    );
    let before = managed.two.lan.board(managed.two.room).await?.remaining;
    // Both at once: one of them does it, and the time is given once.
    let (one, other) = tokio::join!(
        decide(&managed.two.thu, &proposed, Verdict::Approve),
        decide(&managed.two.thu, &proposed, Verdict::Approve)
    );
    let (done, late) = if one.is_ok() { (one, other) } else { (other, one) };
    assert_eq!(done?.state, ProposalState::Done);
    assert_eq!(code(late)?, ProblemCode::WrongState);
    let given = managed.two.lan.board(managed.two.room).await?.remaining - before;
    assert_eq!(given.0, 20 * 60_000);
    Ok(())
}
