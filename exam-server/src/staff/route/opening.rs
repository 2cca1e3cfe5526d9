//! Opening sessions: cookies, fresh tokens, limits, and what is noted of a login.

use super::record;
use crate::app::App;
use crate::audit::chain::Actor;
use crate::db::Tx;
use crate::error::ApiResult;
use crate::staff::access::login::HALF_LIFE;
use crate::staff::access::{SESSION_COOKIE, session_hash};
use crate::staff::account::BreakGlass;
use crate::staff::store::session::{NewSession, Stage};
use crate::staff::store::{self, Member};
use axum::http::{HeaderMap, header};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use certs::hash::sha256;
use exam_protocol::id::SessionId;
use exam_protocol::time::{Millis, Timestamp};

/// Name of the cookie by which a browser is known to accounts that have logged in with it.
pub const DEVICE_COOKIE: &str = "__Host-device";

/// How many people may be known to one browser.
const MOST_DEVICES: usize = 12;

/// How long a browser stays known without a login, in seconds: one year.
const DEVICE_LIFE: i64 = 365 * 24 * 60 * 60;

/// Most characters that are kept of what a browser calls itself.
const LONGEST_AGENT: usize = 200;

/// Somebody who logs in.
#[derive(Clone, Debug)]
pub struct NewLogin<'a> {
    /// Who.
    pub member: &'a Member,
    /// From which address.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}

impl NewLogin<'_> {
    /// The actor in the audit.
    pub fn actor(&self) -> Actor {
        Actor {
            who: format!("staff:{}", self.member.id),
            address: self.address.clone(),
        }
    }
}

/// What a browser calls itself.
pub fn agent(headers: &HeaderMap) -> String {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    agent.unwrap_or_default().chars().take(LONGEST_AGENT).collect()
}

/// Opens a session; its token is in the cookie and nowhere else.
///
/// # Errors
/// The database, or no randomness.
pub async fn open(
    app: &App,
    tx: &mut Tx,
    new: &NewLogin<'_>,
    stage: Stage,
    jar: CookieJar,
) -> ApiResult<(CookieJar, SessionId)> {
    let token: [u8; 32] = app.random.bytes()?;
    let session = NewSession {
        id: SessionId::from_random(app.random.bytes()?),
        token_hash: &sha256(&token),
        staff: new.member.id,
        stage,
        address: &new.address,
        agent: &new.agent,
    };
    store::session::open(tx, &session, app.clock.now()).await?;
    Ok((jar.add(session_cookie(&token)), session.id))
}

/// Gives a session another token, as each step does that makes it worth more: whoever knew the old one is out. `strong`
/// says whether a second factor was shown.
///
/// # Errors
/// The database, or no randomness.
pub async fn renew(
    app: &App,
    tx: &mut Tx,
    session: SessionId,
    strong: bool,
    jar: CookieJar,
) -> ApiResult<CookieJar> {
    let token: [u8; 32] = app.random.bytes()?;
    store::session::renew(tx, session, &sha256(&token), strong, app.clock.now()).await?;
    Ok(jar.add(session_cookie(&token)))
}

/// Notes that somebody is logged in: the browser is known from now on, the oldest of too many sessions end.
///
/// # Errors
/// The database, or no randomness.
pub async fn completed(
    app: &App,
    tx: &mut Tx,
    member: &Member,
    session: SessionId,
    actor: &Actor,
    jar: CookieJar,
) -> ApiResult<CookieJar> {
    let now = app.clock.now();
    store::account::logged_in(tx, member.id, &actor.address, now).await?;
    let before = Timestamp(now.0 - HALF_LIFE.0);
    let ended = store::session::make_room(tx, member.id, app.config.staff.sessions, before).await?;
    let became = serde_json::json!({ "session": session, "sessions_ended": ended }).to_string();
    record(tx, actor, "staff.login", &became, now).await?;
    known_from_now(app, tx, member, jar).await
}

/// Opens the one session of an account for emergencies, loudly.
///
/// # Errors
/// The database, or no randomness.
pub async fn break_the_glass(
    app: &App,
    tx: &mut Tx,
    new: &NewLogin<'_>,
    jar: CookieJar,
) -> ApiResult<CookieJar> {
    let now = app.clock.now();
    let (jar, session) = open(app, tx, new, Stage::Full, jar).await?;
    let minutes = app.config.staff.break_glass_minutes;
    let end = now + Millis::minutes(minutes.into());
    store::session::set_end(tx, session, end).await?;
    store::account::set_break_glass(tx, new.member.id, BreakGlass::Used).await?;
    store::account::logged_in(tx, new.member.id, &new.address, now).await?;
    let became = serde_json::json!({ "session": session, "minutes": minutes }).to_string();
    record(tx, &new.actor(), "staff.break-glass", &became, now).await?;
    tracing::warn!(
        account = %new.member.id,
        address = new.address,
        minutes,
        "the emergency account was opened"
    );
    Ok(jar)
}

/// Ends whatever session this browser had, and only that.
///
/// # Errors
/// Whatever the database says.
pub async fn close_earlier(tx: &mut Tx, jar: &CookieJar) -> Result<(), sqlx::Error> {
    match session_hash(jar) {
        Some(hash) => store::session::close_by_token(tx, &hash).await,
        None => Ok(()),
    }
}

/// Takes the session cookie away.
pub fn without_session(jar: CookieJar) -> CookieJar {
    jar.remove(Cookie::build(SESSION_COOKIE).path("/").secure(true))
}

/// Hashes of the device cookie's tokens, one for each person who has logged in with this browser.
pub fn devices(jar: &CookieJar) -> Vec<[u8; 32]> {
    tokens(jar).iter().map(|token| sha256(token)).collect()
}

fn tokens(jar: &CookieJar) -> Vec<Vec<u8>> {
    let Some(cookie) = jar.get(DEVICE_COOKIE) else {
        return Vec::new();
    };
    let tokens = cookie.value().split('.').take(MOST_DEVICES);
    tokens.filter_map(|text| hex::decode(text).ok()).collect()
}

/// Each person has a token of their own in the browser's cookie, so that nobody vouches for somebody else's account.
async fn known_from_now(app: &App, tx: &mut Tx, member: &Member, jar: CookieJar) -> ApiResult<CookieJar> {
    let now = app.clock.now();
    let mut tokens = tokens(&jar);
    let mut known = None;
    for token in &tokens {
        if store::tries::device_known(&mut **tx, &sha256(token), member.id).await? {
            known = Some(sha256(token));
        }
    }
    let hash = if let Some(hash) = known {
        hash
    } else {
        let token: [u8; 32] = app.random.bytes()?;
        tokens.push(token.to_vec());
        sha256(&token)
    };
    store::tries::put_device(tx, &hash, member.id, now).await?;
    let kept = &tokens[tokens.len().saturating_sub(MOST_DEVICES)..];
    let value: Vec<String> = kept.iter().map(hex::encode).collect();
    let mut cookie = safe(DEVICE_COOKIE, value.join("."));
    cookie.set_max_age(time::Duration::seconds(DEVICE_LIFE));
    Ok(jar.add(cookie))
}

fn session_cookie(token: &[u8; 32]) -> Cookie<'static> {
    safe(SESSION_COOKIE, hex::encode(token))
}

fn safe(name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict)
        .build()
}
