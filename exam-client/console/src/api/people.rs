//! Members, roles, import of staff, access review. Must not know what a page shows of them.

use crate::api::Answer;
use exam_browser::fetch;
use exam_protocol::id::StaffId;
use exam_protocol::people::{
    GrantChange, MemberChange, MemberFilter, MemberPage, NewMember, ReviewFilter, ReviewMark, ReviewPage,
    ScopeTree, StaffImport, StartPassword, StateChange,
};
use exam_protocol::right::Role;
use exam_protocol::route::{self, with_id};

/// Members that fit a filter.
pub async fn members(filter: &MemberFilter) -> Answer<MemberPage> {
    let query = [
        ("text", Some(filter.text.clone())),
        ("organisation", filter.organisation.map(|id| id.to_string())),
        ("role", filter.role.map(|role| role.name().to_owned())),
        (
            "state",
            filter
                .state
                .map(|state| crate::words::people::state_slug(state).to_owned()),
        ),
        ("page", Some(filter.page.to_string())),
    ];
    fetch::get(&with_query(route::STAFF, &query)).await
}

/// Adds a member.
pub async fn add(request: &NewMember) -> Answer<StartPassword> {
    fetch::post(route::STAFF, request).await
}

/// Changes name, organisation, end date.
pub async fn change(id: StaffId, request: &MemberChange) -> Answer<()> {
    fetch::settle(&with_id(route::STAFF_MEMBER, id), request).await
}

/// Disables or enables an account.
pub async fn set_state(id: StaffId, request: &StateChange) -> Answer<()> {
    fetch::settle(&with_id(route::STAFF_STATE, id), request).await
}

/// A new password to be changed at the next login.
pub async fn reset_password(id: StaffId) -> Answer<StartPassword> {
    fetch::demand(&with_id(route::STAFF_PASSWORD, id)).await
}

/// Takes all second factors out of force.
pub async fn reset_factors(id: StaffId) -> Answer<()> {
    fetch::delete(&with_id(route::STAFF_FACTORS, id)).await
}

/// Gives a role.
pub async fn grant(request: &GrantChange) -> Answer<()> {
    fetch::tell(route::GRANTS, request).await
}

/// Takes a role away.
pub async fn revoke(request: &GrantChange) -> Answer<()> {
    fetch::tell(route::GRANT_REVOCATION, request).await
}

/// Where roles can be granted.
pub async fn scopes() -> Answer<ScopeTree> {
    fetch::get(route::SCOPES).await
}

/// Tries a file of staff; with the plan of a try, takes it.
pub async fn import(file: &web_sys::File, plan: Option<&str>) -> Answer<StaffImport> {
    let query = [("plan", plan.map(str::to_owned))];
    fetch::post_file(&with_query(route::STAFF_IMPORT, &query), file).await
}

/// The access review.
pub async fn review(filter: &ReviewFilter) -> Answer<ReviewPage> {
    let query = [
        ("text", Some(filter.text.clone())),
        ("role", filter.role.map(|role: Role| role.name().to_owned())),
        ("due", Some(filter.due.to_string())),
        ("page", Some(filter.page.to_string())),
    ];
    fetch::get(&with_query(route::ACCESS_REVIEW, &query)).await
}

/// Confirms that roles are still needed.
pub async fn reviewed(request: &ReviewMark) -> Answer<()> {
    fetch::tell(route::ACCESS_REVIEW, request).await
}

/// A path with what is given of a query.
pub fn with_query(path: &str, query: &[(&str, Option<String>)]) -> String {
    let given: Vec<String> = query
        .iter()
        .filter_map(|(name, value)| value.as_ref().map(|value| (name, value)))
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", String::from(js_sys::encode_uri_component(value))))
        .collect();
    match given.as_slice() {
        [] => path.to_owned(),
        given => format!("{path}?{}", given.join("&")),
    }
}
