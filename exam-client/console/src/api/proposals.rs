//! Acts that need two people. Must not decide who may do what.

use crate::api::Answer;
use exam_browser::fetch;
use exam_protocol::id::ProposalId;
use exam_protocol::proposal::{DecideRequest, ProposalView, Proposals, ProposeRequest};
use exam_protocol::route::{self, with_id};

/// What this person may see.
pub async fn proposals() -> Answer<Proposals> {
    fetch::get(route::PROPOSALS).await
}

/// Proposes an act.
pub async fn propose(request: &ProposeRequest) -> Answer<ProposalView> {
    fetch::post(route::PROPOSALS, request).await
}

/// Decides.
pub async fn decide(id: ProposalId, request: &DecideRequest) -> Answer<ProposalView> {
    fetch::post(&with_id(route::PROPOSAL_DECISION, id), request).await
}

/// Takes one's own proposal back.
pub async fn withdraw(id: ProposalId) -> Answer<()> {
    fetch::delete(&with_id(route::PROPOSAL, id)).await
}
