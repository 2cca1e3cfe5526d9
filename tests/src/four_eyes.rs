//! Acts of two people, as one proposes and another decides.

use crate::console::Console;
use anyhow::Result;
use exam_protocol::proposal::{CriticalAct, DecideRequest, ProposalView, ProposeRequest, Verdict};
use exam_protocol::route::{self, with_id};

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
