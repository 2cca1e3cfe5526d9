//! What goes through a door, for the OpenAPI document: taken from the handlers' own types, so that the two can't differ.

use crate::app::App;
use crate::shell::extract::{Form, Json, Path, Query, Upgrade};
use crate::shell::tls::Peer;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum_extra::extract::CookieJar;
use std::sync::Arc;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{IntoParams, ToSchema};

/// A type with its name and all types that it is made of.
#[derive(Clone, Default)]
pub struct Schemas(pub Vec<(String, RefOr<Schema>)>);

/// What goes in and out of a door.
#[derive(Clone)]
pub struct Draft {
    /// What comes out.
    pub answer: Answer,
    /// What goes in, JSON or a form: its content type, and a reference to one of the schemas.
    pub body: Option<(&'static str, RefOr<Schema>)>,
    /// The content type of a file that goes in.
    pub file: Option<&'static str>,
    /// What may stand behind the question mark.
    pub query: Vec<Parameter>,
    /// The types that are referred to.
    pub schemas: Schemas,
}

impl Draft {
    pub(super) fn new(answer: Answer) -> Self {
        Self {
            schemas: answer.schemas.clone(),
            answer,
            body: None,
            file: None,
            query: Vec::new(),
        }
    }

    fn takes<T: ToSchema>(&mut self, kind: &'static str) {
        let (body, schemas) = named::<T>();
        self.body = Some((kind, body));
        self.schemas.0.extend(schemas.0);
    }
}

/// What comes out of a door when all is well.
#[derive(Clone)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Content type; none where the body is empty.
    pub content_type: Option<&'static str>,
    /// What the JSON looks like.
    pub schema: Option<RefOr<Schema>>,
    /// Statuses of refusals that do not follow from what the door takes.
    pub refusals: Vec<StatusCode>,
    schemas: Schemas,
}

impl Answer {
    /// JSON of this type.
    pub fn json<T: ToSchema>() -> Self {
        let (schema, schemas) = named::<T>();
        Self {
            status: StatusCode::OK,
            content_type: Some("application/json"),
            schema: Some(schema),
            refusals: Vec::new(),
            schemas,
        }
    }

    /// Nothing: it is done.
    pub fn done() -> Self {
        Self::plain(StatusCode::NO_CONTENT, None)
    }

    /// A file of this content type.
    pub fn file(content_type: &'static str) -> Self {
        Self::plain(StatusCode::OK, Some(content_type))
    }

    /// Another address, where the browser goes on.
    pub fn leads_on() -> Self {
        Self::plain(StatusCode::SEE_OTHER, None)
    }

    /// Nothing, for programs that want to read it in the status alone.
    pub fn taken() -> Self {
        Self::plain(StatusCode::OK, None)
    }

    /// A WebSocket.
    pub fn socket() -> Self {
        Self::plain(StatusCode::SWITCHING_PROTOCOLS, None)
    }

    /// Names a status with which this door refuses, beside those that follow from what it takes.
    pub fn or(mut self, refusal: StatusCode) -> Self {
        self.refusals.push(refusal);
        self
    }

    fn plain(status: StatusCode, content_type: Option<&'static str>) -> Self {
        Self {
            status,
            content_type,
            schema: None,
            refusals: Vec::new(),
            schemas: Schemas::default(),
        }
    }
}

/// A reference to a type, with the type and all that it refers to. Lists stand inline.
fn named<T: ToSchema>() -> (RefOr<Schema>, Schemas) {
    let mut all = Vec::new();
    T::schemas(&mut all);
    let schema = T::schema();
    if let RefOr::T(Schema::Array(_)) = &schema {
        return (schema, Schemas(all));
    }
    all.push((T::name().into_owned(), schema));
    (RefOr::Ref(Ref::from_schema_name(T::name())), Schemas(all))
}

/// An argument of a handler that can say what it takes from the request.
pub trait Described {
    /// Adds to the description.
    fn describe(draft: &mut Draft);
}

macro_rules! nothing_to_say {
    ($($argument:ty),*) => { $(impl Described for $argument { fn describe(_: &mut Draft) {} })* };
}
nothing_to_say!(
    State<Arc<App>>,
    Extension<Peer>,
    CookieJar,
    HeaderMap,
    (CookieJar, HeaderMap),
    Upgrade
);

/// The path says what its parameters are.
impl<T> Described for Path<T> {
    fn describe(_: &mut Draft) {}
}

impl<T: ToSchema> Described for Json<T> {
    fn describe(draft: &mut Draft) {
        draft.takes::<T>("application/json");
    }
}

impl<T: ToSchema> Described for Form<T> {
    fn describe(draft: &mut Draft) {
        draft.takes::<T>("application/x-www-form-urlencoded");
    }
}

impl<T: IntoParams> Described for Query<T> {
    fn describe(draft: &mut Draft) {
        draft
            .query
            .extend(T::into_params(|| Some(utoipa::openapi::path::ParameterIn::Query)));
    }
}

/// A file in the body.
impl Described for axum::body::Bytes {
    fn describe(draft: &mut Draft) {
        draft.file = Some("application/octet-stream");
    }
}
