//! Login and logout, and who is logged in. The second step of a login is in [`second`], own matters are in [`own`] and
//! [`factors`].

pub mod tries;
mod me;
pub mod opening;
pub mod proof;
pub mod second;
pub mod own;
pub mod factors;
pub mod live_token;

use super::access::{HalfLoggedIn, LoggedIn};
use super::account::{Account, BreakGlass, Closed, Credential};
use super::password;
use super::store;
use super::store::session::Stage;
use crate::app::App;
use crate::audit::{
    self,
    chain::{Act, Actor},
};
use crate::db::Tx;
use crate::door::{Answer, Anybody, Doors};
use crate::error::{ApiError, ApiResult};
use crate::shell::extract::Json;
use crate::shell::tls::Peer;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum_extra::extract::CookieJar;
use certs::hash::sha256_of;
use exam_protocol::console::{LastLogin, LoginRequest, Me};
use exam_protocol::id::StaffId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::route;
use exam_protocol::staff::{
    ControlView, FactorView, LiveToken, LoginStep, PasskeyChallenge, RecoveryCodes, SessionView, TotpOffer,
};
use exam_protocol::time::{Millis, Timestamp};
use me::me;
use me::view;
use opening::NewLogin;
use std::sync::Arc;
use tries::Try;

/// A hash that no password fits, so that unknown names take as long as known ones.
const NO_SUCH_MEMBER: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The doors of staff.
pub fn doors(doors: Doors) -> Doors {
    factor_doors(own_doors(login_doors(doors)))
}

fn login_doors(doors: Doors) -> Doors {
    let step = Answer::json::<LoginStep>;
    doors
        .post(
            route::LOGIN,
            "Logs in with name and password",
            login,
            step().or(StatusCode::UNAUTHORIZED),
        )
        .get(route::LOGIN, "Who is logged in", who, Answer::json::<Me>())
        .delete(route::LOGIN, "Logs out", logout, Answer::done())
        .post(
            route::SECOND_FACTOR,
            "Shows a second factor, to log in or for critical acts",
            second::show,
            step(),
        )
        .post(
            route::PASSKEY_CHALLENGE,
            "Asks for a passkey",
            second::challenge,
            Answer::json::<PasskeyChallenge>(),
        )
        .post(
            route::UNLOCK,
            "Opens a session that has locked itself",
            second::unlock,
            Answer::json::<Me>(),
        )
        .post(
            route::ACTIVITY,
            "Says that the holder is there",
            second::activity,
            Answer::done(),
        )
        .post(
            route::LIVE_TOKEN,
            "A token for one live socket",
            live_token::issue,
            Answer::json::<LiveToken>(),
        )
}

fn own_doors(doors: Doors) -> Doors {
    doors
        .get(
            route::MY_SESSIONS,
            "Own sessions",
            own::sessions,
            Answer::json::<Vec<SessionView>>(),
        )
        .delete(
            route::MY_SESSION,
            "Ends an own session",
            own::end_session,
            Answer::done(),
        )
        .get(
            route::MY_ACCOUNT_CHANGES,
            "What others changed of the own account",
            own::account_changes,
            Answer::json::<Vec<ControlView>>(),
        )
        .post(
            route::MY_ACCOUNT_CHANGES,
            "Acknowledges what others changed",
            own::account_changes_seen,
            Answer::done(),
        )
        .post(
            route::MY_PASSWORD,
            "Changes the own password",
            own::change_password,
            Answer::json::<Me>(),
        )
}

fn factor_doors(doors: Doors) -> Doors {
    let challenge = Answer::json::<PasskeyChallenge>;
    doors
        .get(
            route::MY_FACTORS,
            "Own second factors",
            factors::list,
            Answer::json::<Vec<FactorView>>(),
        )
        .delete(
            route::MY_FACTOR,
            "Takes an own second factor out of force",
            factors::remove,
            Answer::done(),
        )
        .post(
            route::MY_TOTP,
            "Offers a secret for an app",
            factors::offer_totp,
            Answer::json::<TotpOffer>(),
        )
        .put(
            route::MY_TOTP,
            "Puts the offered secret in force",
            factors::enrol_totp,
            Answer::json::<Me>(),
        )
        .post(
            route::MY_PASSKEY,
            "Begins to enrol a passkey",
            factors::offer_passkey,
            challenge(),
        )
        .put(
            route::MY_PASSKEY,
            "Puts a passkey in force",
            factors::enrol_passkey,
            Answer::json::<Me>(),
        )
        .post(
            route::MY_RECOVERY_CODES,
            "Makes new recovery codes",
            factors::new_codes,
            Answer::json::<RecoveryCodes>(),
        )
}

/// `POST`: the first step of a login.
///
/// # Errors
/// Wrong credentials, too many tries, or the database.
pub async fn login(
    _: Anybody,
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    (jar, headers): (CookieJar, HeaderMap),
    Json(request): Json<LoginRequest>,
) -> ApiResult<(CookieJar, Json<LoginStep>)> {
    let name = request.name.trim().to_lowercase();
    let found = store::account::by_name(app.db.reader(), &name).await?;
    let holder = found.as_ref().map(|found| found.member.id);
    let one = match &found {
        Some(found) if found.account.break_glass != BreakGlass::No => {
            Try::at_the_glass(&app, &name, peer.address, found.member.id).await?
        }
        _ => Try::at_the_door(&app, &name, peer.address, &jar, holder).await?,
    };
    let found = right_password(&app, &one, found, request.password).await?;
    let new = NewLogin {
        member: &found.member,
        address: peer.address.to_string(),
        agent: opening::agent(&headers),
    };
    let mut tx = app.db.write().await?;
    opening::close_earlier(&mut tx, &jar).await?;
    if found.account.break_glass == BreakGlass::Armed {
        let jar = opening::break_the_glass(&app, &mut tx, &new, jar).await?;
        one.was_right(&mut tx).await?;
        tx.commit().await?;
        return Ok((jar, Json(done(&app, &found.member, found.account).await?)));
    }
    if found.account.has_factor {
        let (jar, _) = opening::open(&app, &mut tx, &new, Stage::Password, jar).await?;
        one.may_go_on(&mut tx).await?;
        tx.commit().await?;
        let methods = factors::methods(&app, found.member.id).await?;
        return Ok((jar, Json(LoginStep::SecondFactor { methods })));
    }
    let (jar, session) = opening::open(&app, &mut tx, &new, Stage::Full, jar).await?;
    let actor = new.actor();
    let jar = opening::completed(&app, &mut tx, &found.member, session, &actor, jar).await?;
    one.was_right(&mut tx).await?;
    tx.commit().await?;
    Ok((jar, Json(done(&app, &found.member, found.account).await?)))
}

/// The member whose password this is, if the account can be used.
async fn right_password(
    app: &App,
    one: &Try,
    found: Option<Credential>,
    typed: String,
) -> ApiResult<Credential> {
    let stored = found
        .as_ref()
        .map_or_else(|| NO_SUCH_MEMBER.to_owned(), |found| found.password_hash.clone());
    let fits = password::verify(typed, stored)
        .await
        .map_err(ApiError::internal)?;
    let Some(found) = found.filter(|_| fits) else {
        return Err(one.failed(app, "staff.login-failed", "password").await?);
    };
    let now = app.clock.now();
    if let Err(closed) = found.account.may_log_in(&app.config.staff, now) {
        if closed == Closed::Unused {
            close_unused(app, found.member.id, now).await?;
        }
        return Err(one.failed(app, "staff.login-refused", closed.name()).await?);
    }
    Ok(found)
}

/// Closes an account that nobody has used for too long.
async fn close_unused(app: &App, staff: StaffId, now: Timestamp) -> ApiResult<()> {
    let mut tx = app.db.write().await?;
    store::account::disable(&mut tx, staff, Closed::Unused.name(), now).await?;
    let object = format!("staff:{staff}");
    let actor = Actor::server();
    let act = Act {
        at: now,
        actor: &actor,
        act: "staff.disable",
        object: &object,
        was: "",
        became: "",
        reason: Closed::Unused.name(),
    };
    audit::store::append(&mut tx, &act).await?;
    Ok(tx.commit().await?)
}

/// Appends that somebody did something to their own account.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn record(
    tx: &mut Tx,
    actor: &Actor,
    act: &str,
    became: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let act = Act {
        at: now,
        actor,
        act,
        object: &actor.who,
        was: "",
        became,
        reason: "",
    };
    audit::store::append(tx, &act).await
}

/// Checks a second official, who confirms in one step on the console of `first`: password and, as a rule, the app's code or
/// a recovery code. All failures read alike.
///
/// # Errors
/// Wrong credentials, too many tries, or the database.
pub async fn check(app: &App, first: &LoggedIn, request: LoginRequest) -> ApiResult<store::Member> {
    let name = request.name.trim().to_lowercase();
    let found = store::account::by_name(app.db.reader(), &name).await?;
    // The console of somebody who is logged in has a count of its own: nobody elsewhere can use it up.
    let desk = sha256_of(&[b"second official", first.member.id.to_string().as_bytes()]);
    let holder = found.as_ref().map(|found| found.member.id);
    let one = Try::on_device(app, &name, first.actor(), &desk, holder).await?;
    let found = right_password(app, &one, found, request.password).await?;
    if found.account.break_glass != BreakGlass::No {
        // The envelope opens one loud session and nothing else.
        return Err(one.failed(app, "staff.confirm-failed", "break-glass").await?);
    }
    let now = app.clock.now();
    let grants = store::grants(app.db.reader(), found.member.id).await?;
    let ready = found
        .account
        .duties(&grants, false, &app.config.staff, now)
        .is_empty();
    let mut tx = app.db.write().await?;
    let shown = match (&request.code, found.account.has_factor) {
        (Some(code), true) => proof::code_fits(app, &mut tx, found.member.id, code).await?,
        (None, true) => false,
        (_, false) => true,
    };
    if !ready || !shown {
        drop(tx);
        return Err(one.failed(app, "staff.confirm-failed", "code").await?);
    }
    one.was_right(&mut tx).await?;
    tx.commit().await?;
    Ok(found.member)
}

/// `GET`: who is logged in.
pub async fn who(logged_in: LoggedIn, State(app): State<Arc<App>>) -> Json<Me> {
    Json(me(&app, &logged_in))
}

/// `DELETE`: ends the session.
///
/// # Errors
/// The database.
pub async fn logout(
    login: HalfLoggedIn,
    State(app): State<Arc<App>>,
    jar: CookieJar,
) -> ApiResult<(CookieJar, StatusCode)> {
    let mut tx = app.db.write().await?;
    store::session::close(&mut tx, login.session.id).await?;
    record(&mut tx, login.actor(), "staff.logout", "", app.clock.now()).await?;
    tx.commit().await?;
    Ok((opening::without_session(jar), StatusCode::NO_CONTENT))
}

/// The login is done.
pub(super) async fn done(app: &App, member: &store::Member, account: Account) -> ApiResult<LoginStep> {
    let grants = store::grants(app.db.reader(), member.id).await?;
    // What was the last login is now the one before.
    let last_login = account.last_login_at.map(|at| LastLogin {
        at,
        address: account.last_login_address.clone().unwrap_or_default(),
    });
    let mut me = view(app, member, &account, grants, account.has_factor);
    me.last_login = last_login;
    Ok(LoginStep::Done { me })
}

/// Somebody's data as they are now, after a change within a session.
pub(super) async fn me_now(app: &App, login: &LoggedIn) -> ApiResult<Json<Me>> {
    let held = store::session::by_id(app.db.reader(), login.session.id).await?;
    let login = HalfLoggedIn::of(app, held, login.actor().clone())
        .await?
        .full(app)?;
    Ok(Json(me(app, &login)))
}

/// All failures of a login read alike: name, password, code, or an account that can't be used.
pub(super) fn wrong_credentials() -> ApiError {
    ApiError::new(
        ProblemCode::WrongCredentials,
        "Tên đăng nhập, mật khẩu hoặc mã không đúng, hoặc tài khoản chưa dùng được (đã khóa, hết hạn, chưa đổi mật \
         khẩu lần đầu). Nếu chắc là đúng, hãy hỏi người quản trị.",
        "Wrong name, password or code, or the account can't be used (closed, ended, first password not changed). If you \
         are sure, ask the administrator.",
    )
}

/// A new random id, 32 hexadecimal digits.
pub(super) fn new_id(app: &App) -> ApiResult<String> {
    Ok(hex::encode(app.random.bytes::<16>()?))
}

/// What is offered to somebody waits so long to be taken.
pub(super) const OFFER_LIFE: Millis = Millis::minutes(10);

/// Recovery codes on the list of factors have this id.
pub(super) const CODES_ID: &str = "00000000000000000000000000000000";

#[cfg(test)]
mod tests;
