//! Back from the provider: the browser's cookie, the answer's state, the code for a token, the member, the session.

use super::{SIGN_ON_COOKIE, failed, provider, refused_at};
use crate::app::App;
use crate::audit;
use crate::audit::chain::{Act, Actor};
use crate::config::UnknownSubject;
use crate::db::Tx;
use crate::door::Anybody;
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::{Path, Query};
use crate::shell::tls::Peer;
use crate::staff::account::BreakGlass;
use crate::staff::control::{self, Kind};
use crate::staff::oidc::claims::SignedOn;
use crate::staff::oidc::client::SignOn;
use crate::staff::oidc::on_the_way::OnTheWay;
use crate::staff::oidc::store;
use crate::staff::people::store::{self as people, NO_PASSWORD, NewPerson};
use crate::staff::route::opening::{self, NewLogin};
use crate::staff::store::session::Stage;
use crate::staff::store::{self as staff_store, Member, account};
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::Redirect;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use exam_protocol::id::{OrganisationId, StaffId};
use exam_protocol::people::ExternalLogin;
use exam_protocol::problem::ProblemCode;
use exam_protocol::right::Grant;
use exam_protocol::route;
use exam_protocol::time::Timestamp;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// What the provider hands to the browser (OpenID Connect Core 1.0, section 3.1.2.5; RFC 9207 for `iss`).
#[derive(Clone, Deserialize, utoipa::IntoParams)]
pub(super) struct Answered {
    /// The code.
    code: Option<String>,
    /// What we gave it.
    #[serde(default)]
    state: String,
    /// Why there is no code.
    error: Option<String>,
    /// The issuer.
    iss: Option<String>,
}

/// Somebody who comes back.
struct Back<'a> {
    app: &'a App,
    sign_on: &'a SignOn,
    address: String,
    agent: String,
    now: Timestamp,
}

/// `GET`: logs in, or goes to the login page with the reason why not.
pub(super) async fn callback(
    _: Anybody,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(answered): Query<Answered>,
    Extension(peer): Extension<Peer>,
    (jar, headers): (CookieJar, HeaderMap),
) -> ApiResult<(CookieJar, Redirect)> {
    let sign_on = provider(&app, &id)?;
    let cookie = jar.get(SIGN_ON_COOKIE).map(|cookie| cookie.value().to_owned());
    let jar = jar.remove(Cookie::build(SIGN_ON_COOKIE).path("/").secure(true));
    let back = Back {
        app: &app,
        sign_on,
        address: peer.address.to_string(),
        agent: opening::agent(&headers),
        now: app.clock.now(),
    };
    let opened = match back.signed_on(cookie.as_deref(), answered).await {
        Ok(signed_on) => back.open(&signed_on, jar.clone()).await,
        Err(error) => Err(error),
    };
    match opened {
        Ok((jar, Stage::Full)) => Ok((jar, Redirect::to(route::CONSOLE_PAGE))),
        Ok((jar, Stage::Password)) => {
            let location = format!("{}?sign-on=second-factor", route::CONSOLE_PAGE);
            Ok((jar, Redirect::to(&location)))
        }
        Err(error) => Ok((jar, Redirect::to(&refused_at(error.code())))),
    }
}

/// The answer belongs to no login of this browser, or comes a second time.
fn not_ours() -> ApiError {
    ApiError::new(
        ProblemCode::WrongCredentials,
        "Lần đăng nhập này đã dùng, đã quá hạn hoặc không bắt đầu từ trình duyệt này. Hãy bắt đầu lại.",
        "This login was used, is too old, or did not begin in this browser. Begin again.",
    )
}

fn not_a_member() -> ApiError {
    ApiError::new(
        ProblemCode::NotAllowed,
        "Tài khoản này chưa được gắn với cán bộ nào, hoặc tài khoản cán bộ đã khóa.",
        "No member of staff is tied to this login, or the member's account is closed.",
    )
}

impl Back<'_> {
    fn id(&self) -> &str {
        &self.sign_on.settings.id
    }

    async fn signed_on(&self, cookie: Option<&str>, answered: Answered) -> ApiResult<SignedOn> {
        let login = cookie.and_then(OnTheWay::of_cookie).ok_or_else(not_ours)?;
        if !login.is_state(&answered.state) {
            // Another page may have sent the browser here; the login on its way stays good.
            return Err(not_ours());
        }
        let mut tx = self.app.db.write().await?;
        let ours = store::take(&mut tx, &login.hash(), self.id(), self.now).await?;
        tx.commit().await?;
        let issuer_fits = answered
            .iss
            .as_ref()
            .is_none_or(|issuer| *issuer == self.sign_on.settings.issuer);
        let code = answered
            .code
            .filter(|_| ours && issuer_fits && answered.error.is_none());
        let code = code.ok_or_else(not_ours)?;
        let redeemed = self.sign_on.redeem(&login, code, self.now).await;
        redeemed.map_err(|error| failed(self.sign_on, &error))
    }

    async fn open(&self, signed_on: &SignedOn, jar: CookieJar) -> ApiResult<(CookieJar, Stage)> {
        let settings = &self.sign_on.settings;
        let rules = settings.grants().map_err(ApiError::internal)?;
        let grants = signed_on.grants(&rules);
        let mut tx = self.app.db.write().await?;
        let member = self.member(&mut tx, signed_on, &grants).await?;
        self.give(&mut tx, &member, &grants).await?;
        let strong = signed_on.showed_second_factor(settings);
        let has_factor = !staff_store::factor::of(&mut *tx, member.id).await?.is_empty();
        let stage = if strong || !has_factor {
            Stage::Full
        } else {
            Stage::Password
        };
        let new = NewLogin {
            member: &member,
            address: self.address.clone(),
            agent: self.agent.clone(),
        };
        opening::close_earlier(&mut tx, &jar).await?;
        let (mut jar, session) = opening::open(self.app, &mut tx, &new, stage, jar).await?;
        if strong {
            jar = opening::renew(self.app, &mut tx, session, true, jar).await?;
        }
        let sid = signed_on.sid.as_deref();
        store::opened(&mut tx, session, self.id(), &signed_on.subject, sid).await?;
        if stage == Stage::Full {
            jar = opening::completed(self.app, &mut tx, &member, session, &new.actor(), jar).await?;
        }
        tx.commit().await?;
        Ok((jar, stage))
    }

    /// The member that this login is; made if the settings say so.
    async fn member(&self, tx: &mut Tx, signed_on: &SignedOn, grants: &[Grant]) -> ApiResult<Member> {
        let Some(id) = store::member(tx, self.id(), &signed_on.subject).await? else {
            return self.new_member(tx, signed_on, grants).await;
        };
        let person = people::directory(tx).await?.person(id).cloned();
        let person = person.ok_or_else(not_a_member)?;
        let known = account::by_name(self.app.db.reader(), &person.name).await?;
        let credential = known.ok_or_else(not_a_member)?;
        if credential.account.break_glass != BreakGlass::No {
            // The envelope is the only way in, and it is loud.
            tracing::warn!(provider = self.id(), member = %id, reason = "break-glass", "single sign-on refused");
            return Err(not_a_member());
        }
        if let Err(closed) = credential.account.may_log_in(&self.app.config.staff, self.now) {
            tracing::warn!(provider = self.id(), member = %id, reason = closed.name(), "single sign-on refused");
            return Err(not_a_member());
        }
        Ok(credential.member)
    }

    async fn new_member(&self, tx: &mut Tx, signed_on: &SignedOn, grants: &[Grant]) -> ApiResult<Member> {
        let settings = &self.sign_on.settings;
        let wanted = settings.unknown == UnknownSubject::Create && !grants.is_empty();
        let names = signed_on.names().filter(|_| wanted).ok_or_else(not_a_member)?;
        let organisation = settings.organisation.as_deref().ok_or_else(not_a_member)?;
        let new = OrganisationId::from_random(self.app.random.bytes()?);
        let organisation = staff_store::organisation::named(tx, new, organisation, self.now).await?;
        // A name that somebody has already is not taken over: an administrator ties the two.
        if account::id_of(tx, &names.0).await?.is_some() {
            return Err(not_a_member());
        }
        let member = Member {
            id: StaffId::from_random(self.app.random.bytes()?),
            name: names.0,
            display_name: names.1,
            organisation,
        };
        let person = NewPerson {
            id: member.id,
            name: &member.name,
            display_name: &member.display_name,
            organisation,
            password_hash: NO_PASSWORD,
        };
        people::add(tx, &person, self.now).await?;
        let external = ExternalLogin {
            provider: self.id().to_owned(),
            subject: signed_on.subject.clone(),
        };
        people::link(tx, member.id, &external, self.now).await?;
        let became = json!({ "organisation": organisation, "provider": self.id() });
        self.record(
            tx,
            ("staff.add", Kind::Created),
            member.id,
            ("", &became.to_string()),
        )
        .await?;
        Ok(member)
    }

    /// Makes the provider's roles what the claim says now.
    async fn give(&self, tx: &mut Tx, member: &Member, grants: &[Grant]) -> ApiResult<()> {
        // A place that is gone gives nothing.
        let directory = people::directory(tx).await?;
        let there = grants.iter().copied();
        let there: Vec<Grant> = there
            .filter(|grant| directory.places.of(grant.scope).is_some())
            .collect();
        if let Some(was) = store::set_grants(tx, member.id, self.id(), &there, self.now).await? {
            let (was, became) = (json!(was).to_string(), json!(there).to_string());
            self.record(
                tx,
                ("staff.sign-on-roles", Kind::Roles),
                member.id,
                (&was, &became),
            )
            .await?;
        }
        Ok(())
    }

    async fn record(
        &self,
        tx: &mut Tx,
        (act, kind): (&str, Kind),
        staff: StaffId,
        (was, became): (&str, &str),
    ) -> Result<(), sqlx::Error> {
        let actor = Actor {
            who: format!("sign-on:{}", self.id()),
            address: self.address.clone(),
        };
        let act = Act {
            at: self.now,
            actor: &actor,
            act,
            object: &format!("staff:{staff}"),
            was,
            became,
            reason: "",
        };
        audit::store::append(tx, &act).await?;
        control::store::note(tx, staff, kind, (&actor, self.now)).await
    }
}
