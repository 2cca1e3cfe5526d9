//! Doors of single sign-on: to the provider, back from it, and out again on both sides.

mod back;

use super::client::{Failed, SignOn};
use super::on_the_way::OnTheWay;
use super::store;
use crate::app::App;
use crate::audit;
use crate::audit::chain::{Act, Actor};
use crate::door::{Answer, Anybody, Doors};
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::{Form, Json, Path};
use crate::shell::tls::Peer;
use crate::staff::access::LoggedIn;
use crate::staff::route::opening;
use crate::staff::store::session;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use exam_protocol::people::{SignOnProvider, SingleLogout};
use exam_protocol::problem::ProblemCode;
use exam_protocol::route;
use exam_protocol::time::Millis;
use std::sync::Arc;

/// Cookie of a login on its way. Not strict: the browser comes back by a link of the provider's site.
const SIGN_ON_COOKIE: &str = "__Host-sign-on";

/// How long somebody may take at the provider.
const ON_THE_WAY: Millis = Millis::minutes(10);

/// What a provider sends (OpenID Connect Back-Channel Logout 1.0, section 2.5).
#[derive(serde::Deserialize, utoipa::ToSchema)]
struct LogoutForm {
    /// The signed token.
    logout_token: String,
}

/// The doors.
pub fn doors(doors: Doors) -> Doors {
    doors
        .get(
            route::SINGLE_SIGN_ON,
            "Providers of single sign-on",
            providers,
            Answer::json::<Vec<SignOnProvider>>(),
        )
        .get(
            route::SINGLE_SIGN_ON_START,
            "Leads to a provider",
            start,
            Answer::leads_on(),
        )
        .get(
            route::SINGLE_SIGN_ON_CALLBACK,
            "Leads back from a provider",
            back::callback,
            Answer::leads_on(),
        )
        .post(
            route::BACK_CHANNEL_LOGOUT,
            "A provider says that a login has ended",
            back_channel,
            Answer::taken(),
        )
        .post(
            route::SINGLE_LOGOUT,
            "Logs out, here and at the provider",
            single_logout,
            Answer::json::<SingleLogout>(),
        )
}

async fn providers(_: Anybody, State(app): State<Arc<App>>) -> Json<Vec<SignOnProvider>> {
    let shown = |one: &SignOn| SignOnProvider {
        id: one.settings.id.clone(),
        name: one.settings.name.clone(),
    };
    Json(app.sign_ons.all().iter().map(shown).collect())
}

fn provider<'a>(app: &'a App, id: &str) -> ApiResult<&'a SignOn> {
    app.sign_ons.get(id).ok_or_else(ApiError::not_found)
}

/// A provider that can't be used, or said something that it should not. The log has the cause, without tokens.
fn failed(sign_on: &SignOn, error: &Failed) -> ApiError {
    tracing::warn!(provider = sign_on.settings.id, %error, "single sign-on");
    match error {
        Failed::Provider(_) => ApiError::new(
            ProblemCode::SignOnUnavailable,
            "Không liên lạc được với hệ thống đăng nhập một lần. Hãy thử lại, hoặc đăng nhập bằng mật khẩu.",
            "Single sign-on can't be reached. Try again, or log in with a password.",
        ),
        Failed::Token(_) => ApiError::new(
            ProblemCode::MalformedRequest,
            "Thông tin từ hệ thống đăng nhập một lần không đúng và bị từ chối.",
            "What came from single sign-on is not right and was refused.",
        ),
    }
}

async fn start(
    _: Anybody,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(peer): Extension<Peer>,
    jar: CookieJar,
) -> ApiResult<(CookieJar, Redirect)> {
    let sign_on = provider(&app, &id)?;
    let now = app.clock.now();
    if !app.sign_on_limit.allow(&peer.address.to_string(), now) {
        return Err(ApiError::new(
            ProblemCode::TooManyTries,
            "Đã thử nhiều lần. Hãy đợi một phút rồi thử lại.",
            "Too many tries. Wait a minute and try again.",
        ));
    }
    let login = OnTheWay::new(app.random.bytes()?);
    let address = sign_on.login_address(&login, now).await;
    let address = match address {
        Ok(address) => address,
        Err(error) => return Ok((jar, Redirect::to(&refused_at(failed(sign_on, &error).code())))),
    };
    let mut tx = app.db.write().await?;
    store::begin(&mut tx, &login.hash(), &id, now, now + ON_THE_WAY).await?;
    tx.commit().await?;
    let cookie = Cookie::build((SIGN_ON_COOKIE, login.cookie()))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(time::Duration::milliseconds(ON_THE_WAY.0));
    Ok((jar.add(cookie), Redirect::to(&address)))
}

/// The console with the reason why nobody is logged in.
fn refused_at(code: ProblemCode) -> String {
    let name = serde_json::to_value(code).ok();
    let name = name
        .as_ref()
        .and_then(|value| value.as_str())
        .unwrap_or("internal");
    format!("{}?sign-on={name}", route::CONSOLE_PAGE)
}

async fn back_channel(
    _: Anybody,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(peer): Extension<Peer>,
    Form(told): Form<LogoutForm>,
) -> ApiResult<StatusCode> {
    let sign_on = provider(&app, &id)?;
    let now = app.clock.now();
    let out = sign_on
        .logged_out(&told.logout_token, now)
        .await
        .map_err(|error| failed(sign_on, &error))?;
    let actor = Actor {
        who: format!("sign-on:{id}"),
        address: peer.address.to_string(),
    };
    let mut tx = app.db.write().await?;
    let ended = store::log_out(&mut tx, &id, &out, now).await?;
    let ended = ended.ok_or_else(|| {
        ApiError::new(
            ProblemCode::MalformedRequest,
            "logout_token đã dùng rồi.",
            "This logout_token was used before.",
        )
    })?;
    for staff in ended {
        let act = Act {
            at: now,
            actor: &actor,
            act: "staff.sign-on-logout",
            object: &format!("staff:{staff}"),
            was: "",
            became: "",
            reason: "",
        };
        audit::store::append(&mut tx, &act).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::OK)
}

async fn single_logout(
    login: LoggedIn,
    State(app): State<Arc<App>>,
    jar: CookieJar,
) -> ApiResult<(CookieJar, Json<SingleLogout>)> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let through = store::provider_of(&mut tx, login.session.id).await?;
    session::close(&mut tx, login.session.id).await?;
    let act = Act {
        at: now,
        actor: login.actor(),
        act: "staff.logout",
        object: &login.actor().who,
        was: "",
        became: "",
        reason: "",
    };
    audit::store::append(&mut tx, &act).await?;
    tx.commit().await?;
    // The session here is over, whether the provider answers or not.
    let location = match through.as_deref().and_then(|id| app.sign_ons.get(id)) {
        None => None,
        Some(sign_on) => sign_on.logout_address(now).await.unwrap_or_else(|error| {
            tracing::warn!(provider = sign_on.settings.id, %error, "single logout");
            None
        }),
    };
    Ok((opening::without_session(jar), Json(SingleLogout { location })))
}
