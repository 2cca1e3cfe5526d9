//! The guards of staff: a handler that takes one of these can't be reached by anybody else. Who is logged in is decided in
//! [`login`], whether a second factor was shown just now in [`confirmed`].

pub mod login;
pub mod confirmed;

pub use confirmed::Confirmed;
pub use login::{HalfLoggedIn, LoggedIn, SESSION_COOKIE, session_hash};

use super::place::{self, Kind};
use super::rights::{self, Place, Verdict};
use super::store::{self, Member};
use crate::app::App;
use crate::audit::chain::Actor;
use crate::door::{Access, Guard};
use crate::error::ApiError;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::Method;
use axum::http::request::Parts;
use exam_protocol::id::RoomId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::right::{Grant, Permission, Scope};
use std::marker::PhantomData;
use std::sync::Arc;

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
        self.login.actor()
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

impl<R: Right> FromRequestParts<Arc<App>> for May<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let login = LoggedIn::from_request_parts(parts, app).await?;
        login.no_duty_open()?;
        let place = if let Some((kind, id)) = named_in_path(parts, app).await? {
            let place = place::of(app.db.reader(), kind, &id).await?;
            let place = place.ok_or_else(ApiError::not_found)?;
            refuse(rights::decide(&login.grants, R::PERMISSION, &place))?;
            place
        } else {
            refuse(somewhere::<R>(&login.grants))?;
            Place::default()
        };
        if parts.method != Method::GET {
            login.touch(app).await?;
        }
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

/// Whether a login still holds and allows this in this place: for sockets, which outlive the request that opened them.
///
/// # Errors
/// As the guards refuse a request.
pub async fn still_may(
    app: &App,
    login: &LoggedIn,
    permission: Permission,
    place: &Place,
) -> Result<(), ApiError> {
    let held = store::session::by_id(app.db.reader(), login.session.id).await?;
    let login = HalfLoggedIn::of(app, held, login.actor().clone())
        .await?
        .full(app)?;
    login.no_duty_open()?;
    refuse(rights::decide(&login.grants, permission, place))
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
