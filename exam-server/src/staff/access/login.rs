//! Who is logged in: from the cookie to the member, and why not.

use crate::app::App;
use crate::audit::chain::Actor;
use crate::door::{Access, Guard};
use crate::error::ApiError;
use crate::shell::tls::Peer;
use crate::staff::account::{self, Account, BreakGlass};
use crate::staff::store::session::{Held, Session, Stage};
use crate::staff::store::{self, Member};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use certs::hash::sha256;
use exam_protocol::problem::ProblemCode;
use exam_protocol::right::Grant;
use exam_protocol::staff::Duty;
use exam_protocol::time::Millis;
use std::sync::Arc;

/// Name of the session cookie; the prefix binds it to this host and to TLS (RFC 6265bis, section 4.1.3).
pub const SESSION_COOKIE: &str = "__Host-session";

/// How long the second step of a login may take.
pub const HALF_LIFE: Millis = Millis::minutes(10);

/// Acts that follow each other within this time are noted once.
const ACTIVITY_STEP: Millis = Millis::seconds(30);

/// Somebody whose password was right, whatever else is outstanding; or who is logged in, be the session locked or not.
#[derive(Clone, Debug)]
pub struct HalfLoggedIn {
    /// Who.
    pub member: Member,
    /// The account.
    pub account: Account,
    /// This login.
    pub session: Session,
    /// Roles.
    pub grants: Vec<Grant>,
    /// Whether the session has locked itself.
    pub locked: bool,
    actor: Actor,
}

/// A member of staff who is logged in, in own matters.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    /// Who.
    pub member: Member,
    /// The account.
    pub account: Account,
    /// This login.
    pub session: Session,
    /// Roles.
    pub grants: Vec<Grant>,
    /// What has to be done before anything else.
    pub duties: Vec<Duty>,
    actor: Actor,
}

impl HalfLoggedIn {
    /// From what the database holds about a token.
    ///
    /// # Errors
    /// Not logged in, or the database.
    pub async fn of(app: &App, held: Option<Held>, actor: Actor) -> Result<Self, ApiError> {
        let Held {
            session,
            member,
            account,
        } = held.ok_or_else(not_logged_in)?;
        let now = app.clock.now();
        let (rules, age) = (&app.config.staff, now - session.opened_at);
        account.open(now).map_err(|_| not_logged_in())?;
        let grants = store::grants(app.db.reader(), member.id).await?;
        let over = match session.stage {
            Stage::Password => age > HALF_LIFE,
            Stage::Full if age > rules.session_life() => {
                let running = store::session::rooms_in_use(app.db.reader()).await?;
                account::session_over(age, &grants, rules, &running)
            }
            Stage::Full => false,
        };
        if over || session.ends_at.is_some_and(|end| end <= now) {
            return Err(not_logged_in());
        }
        let locked =
            session.stage == Stage::Full && now - session.last_active > account::idle_limit(&grants, rules);
        Ok(Self {
            member,
            account,
            session,
            grants,
            locked,
            actor,
        })
    }

    /// The actor in the audit.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Refuses a session that has locked itself.
    ///
    /// # Errors
    /// [`ProblemCode::SessionLocked`].
    pub fn unlocked(&self) -> Result<(), ApiError> {
        if self.locked { Err(locked()) } else { Ok(()) }
    }

    /// The whole login.
    ///
    /// # Errors
    /// Not logged in while the second factor is outstanding; locked.
    pub fn full(self, app: &App) -> Result<LoggedIn, ApiError> {
        if self.session.stage != Stage::Full {
            return Err(not_logged_in());
        }
        self.unlocked()?;
        let strong = self.session.strong_at.is_some();
        let (rules, now) = (&app.config.staff, app.clock.now());
        Ok(LoggedIn {
            duties: self.account.duties(&self.grants, strong, rules, now),
            member: self.member,
            account: self.account,
            session: self.session,
            grants: self.grants,
            actor: self.actor,
        })
    }
}

impl LoggedIn {
    /// The actor in the audit.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Whether this is the login of an account for emergencies.
    pub fn is_break_glass(&self) -> bool {
        self.account.break_glass != BreakGlass::No
    }

    /// Refuses whoever has something to do first.
    ///
    /// # Errors
    /// [`ProblemCode::DutyFirst`].
    pub fn no_duty_open(&self) -> Result<(), ApiError> {
        if self.duties.is_empty() {
            Ok(())
        } else {
            Err(duty_first())
        }
    }

    /// Notes that the holder was there just now.
    ///
    /// # Errors
    /// The database.
    pub async fn touch(&self, app: &App) -> Result<(), ApiError> {
        let now = app.clock.now();
        if now - self.session.last_active < ACTIVITY_STEP {
            return Ok(());
        }
        let mut tx = app.db.write().await?;
        store::session::touch(&mut tx, self.session.id, now).await?;
        Ok(tx.commit().await?)
    }
}

/// Hash under which the cookie's token is stored; none when there is no such cookie.
pub fn session_hash(jar: &CookieJar) -> Option<[u8; 32]> {
    let token = hex::decode(jar.get(SESSION_COOKIE)?.value()).ok()?;
    Some(sha256(&token))
}

/// Nobody is logged in.
pub fn not_logged_in() -> ApiError {
    ApiError::new(
        ProblemCode::NotLoggedIn,
        "Chưa đăng nhập hoặc phiên đã hết. Hãy đăng nhập lại.",
        "Not logged in, or the session has ended. Log in again.",
    )
}

fn locked() -> ApiError {
    ApiError::new(
        ProblemCode::SessionLocked,
        "Phiên đã tự khóa vì lâu không thao tác. Hãy nhập mật khẩu để mở.",
        "The session has locked itself because nobody did anything. Type the password to open it.",
    )
}

/// Something has to be done first.
pub fn duty_first() -> ApiError {
    ApiError::new(
        ProblemCode::DutyFirst,
        "Trước hết hãy đổi mật khẩu hoặc đăng ký xác thực hai lớp, như trang “Tài khoản của tôi” yêu cầu.",
        "First change the password or enrol a second factor, as the page “My account” asks.",
    )
}

/// Network address of the other end, as the audit shows it.
pub fn address(parts: &Parts) -> String {
    parts
        .extensions
        .get::<Peer>()
        .map(|peer| peer.address.to_string())
        .unwrap_or_default()
}

impl FromRequestParts<Arc<App>> for HalfLoggedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let jar = CookieJar::from_headers(&parts.headers);
        let hash = session_hash(&jar).ok_or_else(not_logged_in)?;
        let held = store::session::by_token(app.db.reader(), &hash).await?;
        let who = held.as_ref().map(|held| format!("staff:{}", held.member.id));
        let actor = Actor {
            who: who.unwrap_or_default(),
            address: address(parts),
        };
        Self::of(app, held, actor).await
    }
}

impl Guard for HalfLoggedIn {
    const ACCESS: Access = Access::HalfLoggedIn;
}

impl FromRequestParts<Arc<App>> for LoggedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        HalfLoggedIn::from_request_parts(parts, app).await?.full(app)
    }
}

impl Guard for LoggedIn {
    const ACCESS: Access = Access::LoggedIn;
}
