//! Doors: every route of the server with who may go through it.
//!
//! A handler's first argument must be a [`Guard`]; [`Doors`] takes no other handler. A route that anybody may use says so
//! with [`Anybody`]. From the doors come the router, the table of who may do what, and the OpenAPI document.

mod described;
pub mod openapi;
#[cfg(test)]
mod matrix;

pub use described::{Answer, Described};

use crate::app::App;
use crate::error::ApiError;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::handler::Handler;
use axum::http::Method;
use axum::http::request::Parts;
use axum::routing::{self, MethodRouter};
use exam_protocol::right::Permission;
use std::sync::Arc;

/// Who may go through a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody on the network.
    Anybody,
    /// A seat with its token.
    Seat,
    /// A machine with a certificate of the exam CA.
    Machine,
    /// Somebody whose password was right and whose second factor is outstanding, or who is logged in.
    HalfLoggedIn,
    /// Any member of staff who is logged in, in own matters.
    LoggedIn,
    /// A member with this permission in the place that the path names, or anywhere where it names none.
    May(Permission),
    /// The same, within minutes of having shown a second factor.
    MayConfirmed(Permission),
}

/// An extractor that decides who may go on.
pub trait Guard: FromRequestParts<Arc<App>, Rejection = ApiError> + Send {
    /// Whom it lets through.
    const ACCESS: Access;
}

/// Lets everybody through.
#[derive(Clone, Copy, Debug)]
pub struct Anybody;

impl FromRequestParts<Arc<App>> for Anybody {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, _: &Arc<App>) -> Result<Self, ApiError> {
        Ok(Self)
    }
}

impl Guard for Anybody {
    const ACCESS: Access = Access::Anybody;
}

/// Arguments of a handler that begin with a guard.
pub trait Guarded {
    /// The guard.
    type Guard: Guard + 'static;

    /// Describes the other arguments.
    fn describe(operation: &mut described::Draft);
}

macro_rules! guarded {
    ($($argument:ident)*) => {
        impl<M, G: Guard + 'static, $($argument: Described),*> Guarded for (M, G, $($argument,)*) {
            type Guard = G;

            fn describe(_operation: &mut described::Draft) {
                $($argument::describe(_operation);)*
            }
        }
    };
}
guarded!();
guarded!(A);
guarded!(A B);
guarded!(A B C);
guarded!(A B C D);
guarded!(A B C D E);

/// One door.
#[derive(Clone)]
pub struct Door {
    /// Method.
    pub method: Method,
    /// Path, `/api/console/rooms/{room}/board`.
    pub path: &'static str,
    /// Who may go through.
    pub access: Access,
    /// What for, in one sentence.
    pub summary: &'static str,
    /// What goes in and out.
    pub draft: described::Draft,
}

/// All doors.
#[derive(Default)]
pub struct Doors {
    router: Router<Arc<App>>,
    list: Vec<Door>,
    /// The same doors with their guards alone, to ask who gets through.
    #[cfg(test)]
    guards: Router<Arc<App>>,
}

impl Doors {
    /// Adds a `GET` door.
    pub fn get<H, T>(self, path: &'static str, summary: &'static str, handler: H, answer: Answer) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: Guarded + 'static,
    {
        self.add::<T>(Method::GET, path, summary, answer, routing::get(handler))
    }

    /// Adds a `POST` door.
    pub fn post<H, T>(self, path: &'static str, summary: &'static str, handler: H, answer: Answer) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: Guarded + 'static,
    {
        self.add::<T>(Method::POST, path, summary, answer, routing::post(handler))
    }

    /// Adds a `POST` door for a file of up to so many bytes, more than others take.
    pub fn post_file<H, T>(
        self,
        path: &'static str,
        summary: &'static str,
        most_bytes: usize,
        handler: H,
        answer: Answer,
    ) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: Guarded + 'static,
    {
        let handler = routing::post(handler).layer(DefaultBodyLimit::max(most_bytes));
        self.add::<T>(Method::POST, path, summary, answer, handler)
    }

    /// Adds a `PUT` door.
    pub fn put<H, T>(self, path: &'static str, summary: &'static str, handler: H, answer: Answer) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: Guarded + 'static,
    {
        self.add::<T>(Method::PUT, path, summary, answer, routing::put(handler))
    }

    /// Adds a `DELETE` door.
    pub fn delete<H, T>(self, path: &'static str, summary: &'static str, handler: H, answer: Answer) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: Guarded + 'static,
    {
        self.add::<T>(Method::DELETE, path, summary, answer, routing::delete(handler))
    }

    fn add<T: Guarded>(
        mut self,
        method: Method,
        path: &'static str,
        summary: &'static str,
        answer: Answer,
        handler: MethodRouter<Arc<App>>,
    ) -> Self {
        let mut draft = described::Draft::new(answer);
        T::describe(&mut draft);
        self.router = self.router.route(path, handler);
        #[cfg(test)]
        {
            self.guards = self.guards.route(path, matrix::guard_alone::<T::Guard>(&method));
        }
        self.list.push(Door {
            method,
            path,
            access: T::Guard::ACCESS,
            summary,
            draft,
        });
        self
    }

    /// The doors in the order in which they were added.
    pub fn list(&self) -> &[Door] {
        &self.list
    }

    /// The router with all of them.
    pub fn into_router(self) -> Router<Arc<App>> {
        self.router
    }
}
