//! The guards of staff: a handler that takes one of these can't be reached by anybody else.

use super::place::{self, Kind};
use super::rights::{self, Place, Verdict};
use super::store::session::{Session, Stage};
use super::store::{self, Member};
use crate::app::App;
use crate::audit::chain::Actor;
use crate::door::{Access, Guard};
use crate::error::ApiError;
use crate::shell::tls::Peer;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use certs::hash::sha256;
use exam_protocol::id::RoomId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::right::{Grant, Permission, Scope};
use exam_protocol::time::Millis;
use std::marker::PhantomData;
use std::sync::Arc;

/// Name of the session cookie; the prefix binds it to this host and to TLS (RFC 6265bis, section 4.1.3).
pub const SESSION_COOKIE: &str = "__Host-session";

/// Longest life of a session: one exam day. No session ends inside a sitting.
const SESSION_LIFE: Millis = Millis::minutes(16 * 60);

/// A member of staff who is logged in, in own matters.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    /// Who.
    pub member: Member,
    /// This login.
    pub session: Session,
    /// Roles.
    pub grants: Vec<Grant>,
    actor: Actor,
}

impl LoggedIn {
    /// The actor in the audit.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

/// A permission as a type, so that a handler's signature names it.
pub trait Right: Send + Sync + 'static {
    /// The permission.
    const PERMISSION: Permission;
}

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Right for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )*};
}
rights! {
    /// [`Permission::SeeRoom`].
    SeeRoom;
    /// [`Permission::CheckIn`].
    CheckIn;
    /// [`Permission::ConfirmAdmission`].
    ConfirmAdmission;
    /// [`Permission::RunRoom`].
    RunRoom;
    /// [`Permission::ReadMarks`].
    ReadMarks;
    /// [`Permission::ReadSubmission`].
    ReadSubmission;
    /// [`Permission::Propose`].
    Propose;
    /// [`Permission::Decide`].
    Decide;
    /// [`Permission::SeeStaff`].
    SeeStaff;
    /// [`Permission::ManageStaff`].
    ManageStaff;
    /// [`Permission::SeeMachines`].
    SeeMachines;
    /// [`Permission::ManageMachines`].
    ManageMachines;
    /// [`Permission::ReadAudit`].
    ReadAudit;
    /// [`Permission::PersonalData`].
    PersonalData;
    /// [`Permission::ManageExam`].
    ManageExam;
}

/// A member of staff with a permission in the place that the path names; where the path names none, with the permission
/// in some scope at least.
#[derive(Clone, Debug)]
pub struct May<R> {
    /// Who.
    pub login: LoggedIn,
    /// Where.
    pub place: Place,
    right: PhantomData<R>,
}

impl<R: Right> May<R> {
    /// Who.
    pub fn member(&self) -> &Member {
        &self.login.member
    }

    /// The actor in the audit.
    pub fn actor(&self) -> &Actor {
        &self.login.actor
    }

    /// The scopes in which this permission is held.
    pub fn scopes(&self) -> Vec<Scope> {
        rights::scopes(&self.login.grants, R::PERMISSION)
    }

    /// Whether the permission holds in another place than the path's.
    ///
    /// # Errors
    /// Not found where this person has no role, not allowed where the role is too small.
    pub fn also_in(&self, place: &Place) -> Result<(), ApiError> {
        refuse(rights::decide(&self.login.grants, R::PERMISSION, place))
    }
}

/// A member of staff with a permission in the room that the path names, by `{room}` or by a check-in or attempt in it.
#[derive(Clone, Debug)]
pub struct InRoom<R> {
    /// Who and with what right.
    pub may: May<R>,
    /// Where.
    pub room: RoomId,
}

impl<R: Right> InRoom<R> {
    /// Who.
    pub fn member(&self) -> &Member {
        self.may.member()
    }

    /// The actor in the audit.
    pub fn actor(&self) -> &Actor {
        self.may.actor()
    }

    /// All that this person may do in the room.
    pub fn allowed_here(&self) -> Vec<Permission> {
        rights::allowed_in(&self.may.login.grants, &self.may.place)
    }
}

/// Hash under which the cookie's token is stored; none when there is no such cookie.
pub fn session_hash(jar: &CookieJar) -> Option<[u8; 32]> {
    let token = hex::decode(jar.get(SESSION_COOKIE)?.value()).ok()?;
    Some(sha256(&token))
}

fn not_logged_in() -> ApiError {
    ApiError::new(
        ProblemCode::NotLoggedIn,
        "Chưa đăng nhập hoặc phiên đã hết. Hãy đăng nhập lại.",
        "Not logged in, or the session has ended. Log in again.",
    )
}

fn refuse(verdict: Verdict) -> Result<(), ApiError> {
    match verdict {
        Verdict::Allowed => Ok(()),
        Verdict::NotAllowed => Err(ApiError::new(
            ProblemCode::NotAllowed,
            "Vai trò của bạn không cho phép việc này.",
            "Your role does not allow this.",
        )),
        Verdict::NotVisible => Err(ApiError::not_found()),
    }
}

/// Network address of the other end, as the audit shows it.
pub fn address(parts: &Parts) -> String {
    parts
        .extensions
        .get::<Peer>()
        .map(|peer| peer.address.to_string())
        .unwrap_or_default()
}

impl FromRequestParts<Arc<App>> for LoggedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let jar = CookieJar::from_headers(&parts.headers);
        let hash = session_hash(&jar).ok_or_else(not_logged_in)?;
        let found = store::session::by_token(app.db.reader(), &hash).await?;
        let (session, member) = found.ok_or_else(not_logged_in)?;
        if session.stage != Stage::Full || app.clock.now() - session.opened_at > SESSION_LIFE {
            return Err(not_logged_in());
        }
        let grants = store::grants(app.db.reader(), member.id).await?;
        let actor = Actor {
            who: format!("staff:{}", member.id),
            address: address(parts),
        };
        Ok(Self {
            member,
            session,
            grants,
            actor,
        })
    }
}

impl Guard for LoggedIn {
    const ACCESS: Access = Access::LoggedIn;
}

impl<R: Right> FromRequestParts<Arc<App>> for May<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let login = LoggedIn::from_request_parts(parts, app).await?;
        let place = if let Some((kind, id)) = named_in_path(parts, app).await? {
            let place = place::of(app.db.reader(), kind, &id).await?;
            let place = place.ok_or_else(ApiError::not_found)?;
            refuse(rights::decide(&login.grants, R::PERMISSION, &place))?;
            place
        } else {
            refuse(somewhere::<R>(&login.grants))?;
            Place::default()
        };
        Ok(Self {
            login,
            place,
            right: PhantomData,
        })
    }
}

impl<R: Right> Guard for May<R> {
    const ACCESS: Access = Access::May(R::PERMISSION);
}

impl<R: Right> FromRequestParts<Arc<App>> for InRoom<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let may = May::from_request_parts(parts, app).await?;
        let room = may
            .place
            .room
            .ok_or_else(|| ApiError::internal("a route in a room names no room"))?;
        Ok(Self { may, room })
    }
}

impl<R: Right> Guard for InRoom<R> {
    const ACCESS: Access = Access::May(R::PERMISSION);
}

fn somewhere<R: Right>(grants: &[Grant]) -> Verdict {
    if rights::scopes(grants, R::PERMISSION).is_empty() {
        Verdict::NotAllowed
    } else {
        Verdict::Allowed
    }
}

async fn named_in_path(parts: &mut Parts, app: &Arc<App>) -> Result<Option<(Kind, String)>, ApiError> {
    let params = RawPathParams::from_request_parts(parts, app)
        .await
        .map_err(|_| ApiError::not_found())?;
    Ok(params
        .iter()
        .find_map(|(name, value)| Some((Kind::of_parameter(name)?, value.to_owned()))))
}
