//! Document signers that cards were signed by. Must not know what a page shows of them.

use crate::api::Answer;
use exam_browser::fetch;
use exam_protocol::checkin::{ApproveSigner, DocumentSignerView};
use exam_protocol::route;

/// All of them, newest first.
pub async fn signers() -> Answer<Vec<DocumentSignerView>> {
    fetch::get(route::DOCUMENT_SIGNERS).await
}

/// Somebody has compared one with what its issuer says.
pub async fn approve(request: &ApproveSigner) -> Answer<Vec<DocumentSignerView>> {
    fetch::post(route::DOCUMENT_SIGNERS, request).await
}
