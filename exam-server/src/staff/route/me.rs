//! Who is logged in, as the page is told: name, roles, duties, how long the session may rest.

use crate::app::App;
use crate::staff::access::LoggedIn;
use crate::staff::account::{self, Account};
use crate::staff::password::rule;
use crate::staff::{rights, store};
use exam_protocol::console::{LastLogin, Me};
use exam_protocol::right::Grant;
use exam_protocol::staff::IdleLimit;

/// Who is logged in, for the page.
pub(super) fn me(app: &App, login: &LoggedIn) -> Me {
    let strong = login.session.strong_at.is_some();
    view(app, &login.member, &login.account, login.grants.clone(), strong)
}

pub(super) fn view(
    app: &App,
    member: &store::Member,
    account: &Account,
    grants: Vec<Grant>,
    strong: bool,
) -> Me {
    let rules = &app.config.staff;
    Me {
        id: member.id,
        name: member.name.clone(),
        display_name: member.display_name.clone(),
        duties: account.duties(&grants, strong, rules, app.clock.now()),
        idle: IdleLimit {
            after: account::idle_limit(&grants, rules),
        },
        last_login: account.earlier_login_at.map(|at| LastLogin {
            at,
            address: account.earlier_login_address.clone().unwrap_or_default(),
        }),
        may: rights::anywhere(&grants),
        password: rule::shown(account.has_factor, rules),
        grants,
    }
}
