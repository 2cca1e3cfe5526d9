//! Acts of two people, as one proposes and another decides, and what a manager of accounts can do to either.

use crate::authenticator::{Authenticator, Letter, TotpLetter};
use crate::console::{Console, Credentials};
use crate::door::Door;
use anyhow::{Context, Result};
use exam_protocol::console::LoginRequest;
use exam_protocol::id::{OrganisationId, StaffId};
use exam_protocol::people::{GrantChange, MemberChange, MemberPage, MemberView, NewMember, StartPassword};
use exam_protocol::proposal::{CriticalAct, DecideRequest, ProposalView, ProposeRequest, Verdict};
use exam_protocol::right::{Role, Scope};
use exam_protocol::route::{self, with_id};
use exam_protocol::staff::{PasswordChange, TotpEnrolment, TotpOffer};
use reqwest::Method;
use std::sync::Arc;

/// Proposes an act.
///
/// # Errors
/// [`crate::door::Refused`], or a broken line.
pub async fn propose(console: &Console, act: CriticalAct, reason: &str) -> Result<ProposalView> {
    let reason = reason.to_owned();
    console
        .ask(route::PROPOSALS, &ProposeRequest { act, reason })
        .await
}

/// Approves what is shown.
///
/// # Errors
/// [`crate::door::Refused`], or a broken line.
pub async fn approve(console: &Console, shown: &ProposalView) -> Result<ProposalView> {
    let request = DecideRequest {
        verdict: Verdict::Approve,
        hash: shown.hash,
        reason: "đã xem xét".into(),
    };
    let path = with_id(route::PROPOSAL_DECISION, shown.content.id);
    console.ask(&path, &request).await
}

/// Somebody who manages accounts, and what such a person can do with other people's.
#[derive(Debug)]
pub struct Manager {
    /// Where this person is logged in.
    pub console: Console,
    door: Door,
}

impl Manager {
    /// A manager who is logged in.
    pub fn new(door: &Door, console: Console) -> Self {
        Self {
            console,
            door: door.clone(),
        }
    }

    /// The member with this login name.
    ///
    /// # Errors
    /// When there is none, or a broken line.
    pub async fn member(&self, name: &str) -> Result<MemberView> {
        let page: MemberPage = self.console.look(route::STAFF).await?;
        let mut members = page.members.into_iter();
        members
            .find(|one| one.name == name)
            .with_context(|| format!("no member {name}"))
    }

    /// Makes an account with a role everywhere; what it starts with.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn make(&mut self, name: &str, organisation: OrganisationId) -> Result<StartPassword> {
        let new = NewMember {
            name: name.into(),
            display_name: name.into(),
            organisation,
            ends_at: None,
        };
        let start: StartPassword = self.console.ask(route::STAFF, &new).await?;
        self.appoint(start.id, Role::SiteLead).await?;
        Ok(start)
    }

    /// Gives a role everywhere.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn appoint(&mut self, staff: StaffId, role: Role) -> Result<()> {
        let grant = GrantChange {
            staff,
            role,
            scope: Scope::Installation,
            reason: "phân công".into(),
        };
        self.console
            .send(Method::POST, route::GRANTS, Some(&grant))
            .await?;
        Ok(())
    }

    /// Moves somebody to another organisation.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn transfer(&mut self, member: &MemberView, organisation: OrganisationId) -> Result<()> {
        let change = MemberChange {
            display_name: member.display_name.clone(),
            organisation,
            ends_at: member.ends_at,
        };
        let path = with_id(route::STAFF_MEMBER, member.id);
        self.console.send(Method::PUT, &path, Some(&change)).await?;
        Ok(())
    }

    /// Takes somebody's account over: a new password, no factors.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn take(&mut self, staff: StaffId) -> Result<StartPassword> {
        let path = with_id(route::STAFF_FACTORS, staff);
        self.console.send(Method::DELETE, &path, None::<&()>).await?;
        self.console
            .ask(&with_id(route::STAFF_PASSWORD, staff), &())
            .await
    }

    /// Logs in with a start password, as the holder would: own password, own app.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn log_in_as(&self, start: &StartPassword) -> Result<Console> {
        Ok(self.settle_in(start).await?.0)
    }

    /// The same, with what the holder has afterwards.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn settle_in(&self, start: &StartPassword) -> Result<(Console, Credentials)> {
        let mut console = Console::nobody(&self.door);
        let login = LoginRequest {
            name: start.name.clone(),
            password: start.password.clone(),
            code: None,
        };
        console.step(route::LOGIN, &login).await?;
        let change = PasswordChange {
            old: start.password.clone(),
            new: format!("{}-Mat-khau-moi-1", start.name),
        };
        console
            .send(Method::POST, route::MY_PASSWORD, Some(&change))
            .await?;
        let offer = console.send(Method::POST, route::MY_TOTP, None::<&()>).await?;
        let offer: TotpOffer = serde_json::from_slice(&offer)?;
        let totp = TotpLetter { secret: offer.secret };
        let app = Authenticator::of(Letter {
            totp,
            recovery_codes: Vec::new(),
        })?;
        let enrolment = TotpEnrolment {
            label: "ứng dụng".into(),
            code: app.code().await?,
        };
        console
            .send(Method::PUT, route::MY_TOTP, Some(&enrolment))
            .await?;
        let credentials = Credentials {
            name: start.name.clone(),
            password: change.new,
            factor: Some(Arc::new(app)),
        };
        Ok((console, credentials))
    }
}
