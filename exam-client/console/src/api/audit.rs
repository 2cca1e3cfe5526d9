//! Searching the audit. Must not know what a page shows of it.

use crate::api::Answer;
use crate::api::people::with_query;
use exam_browser::fetch;
use exam_protocol::audit::{AuditFilter, AuditPage};
use exam_protocol::route;

/// Records that fit a filter, newest first.
pub async fn search(filter: &AuditFilter) -> Answer<AuditPage> {
    let query = [
        ("text", Some(filter.text.clone())),
        ("actor", Some(filter.actor.clone())),
        ("act", Some(filter.act.clone())),
        ("object", Some(filter.object.clone())),
        ("address", Some(filter.address.clone())),
        ("from", filter.from.map(|at| at.0.to_string())),
        ("until", filter.until.map(|at| at.0.to_string())),
        ("before", filter.before.map(|sequence| sequence.to_string())),
    ];
    fetch::get(&with_query(route::AUDIT, &query)).await
}

/// The whole chain, for `exam-server audit verify`.
pub async fn export() -> Answer<Vec<u8>> {
    fetch::get_file(route::AUDIT_EXPORT).await
}
