//! The OpenAPI 3.1 document, made from the doors themselves.

use super::described::Draft;
use super::{Access, Door, Doors};
use axum::http::{Method, StatusCode};
use exam_protocol::problem::Problem;
use std::collections::BTreeSet;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathsBuilder,
};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ComponentsBuilder, Object, Schema, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required,
    ResponseBuilder, ResponsesBuilder,
};
use utoipa::{PartialSchema, ToSchema};

/// Describes all doors.
pub fn document(doors: &Doors) -> OpenApi {
    let mut components = ComponentsBuilder::new()
        .schema(Problem::name(), Problem::schema())
        .security_scheme("session", session())
        .security_scheme("seat", bearer())
        .security_scheme(
            "machine",
            SecurityScheme::MutualTls {
                description: None,
                deprecated: None,
                extensions: None,
            },
        );
    let mut paths = PathsBuilder::new();
    let mut all = Vec::new();
    Problem::schemas(&mut all);
    for door in doors.list() {
        all.extend(door.draft.schemas.0.iter().cloned());
        let item = utoipa::openapi::PathItem::new(method(&door.method), operation(door));
        paths = paths.path(door.path, item);
    }
    components = components.schemas_from_iter(all);
    let info = InfoBuilder::new()
        .title("Trường Thi exam server")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Refusals are problem details (RFC 9457) with a stable code. Requests that write must come from the same \
             origin or from a program without a browser.",
        ));
    OpenApiBuilder::new()
        .info(info.build())
        .paths(paths.build())
        .components(Some(components.build()))
        .build()
}

fn operation(door: &Door) -> Operation {
    let mut responses = ResponsesBuilder::new().response(door.draft.answer.status.as_str(), answer(door));
    for status in refusals(door) {
        responses = responses.response(status.as_str(), refusal(status));
    }
    OperationBuilder::new()
        .summary(Some(door.summary))
        .description(Some(who(door.access)))
        .operation_id(Some(name(door)))
        .parameters(Some(
            path_parameters(door.path).chain(door.draft.query.iter().cloned()),
        ))
        .request_body(request(&door.draft))
        .responses(responses.build())
        .securities(Some(security(door.access)))
        .build()
}

/// `get /api/console/rooms/{room}/board` → `getConsoleRoomsRoomBoard`.
fn name(door: &Door) -> String {
    let words = door.path.split(|c: char| !c.is_ascii_alphanumeric());
    let mut name = door.method.as_str().to_lowercase();
    for word in words.filter(|word| !word.is_empty() && *word != "api") {
        name.push_str(&word[..1].to_uppercase());
        name.push_str(&word[1..]);
    }
    name
}

fn who(access: Access) -> String {
    match access {
        Access::Anybody => "Anybody.".to_owned(),
        Access::Seat => "A seat with its token.".to_owned(),
        Access::Machine => "A machine with a certificate of the exam CA.".to_owned(),
        Access::HalfLoggedIn => "Staff, from the first step of a login on.".to_owned(),
        Access::LoggedIn => "Staff who are logged in, in own matters.".to_owned(),
        Access::May(permission) => format!("Staff with the permission {permission}."),
        Access::MayConfirmed(permission) => {
            format!("Staff with the permission {permission}, just after showing a second factor.")
        }
    }
}

fn security(access: Access) -> Vec<SecurityRequirement> {
    let scheme = match access {
        Access::Anybody => return vec![SecurityRequirement::default()],
        Access::Seat => "seat",
        Access::Machine => "machine",
        _ => "session",
    };
    vec![SecurityRequirement::new(scheme, Vec::<String>::new())]
}

fn session() -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(
        crate::staff::access::SESSION_COOKIE,
    )))
}

fn bearer() -> SecurityScheme {
    SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build())
}

fn method(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn path_parameters(path: &'static str) -> impl Iterator<Item = Parameter> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(parameter(name)))
                .build()
        })
}

/// Most parameters are ids, 32 hexadecimal digits; these two are names.
fn parameter(name: &str) -> Object {
    let text = ObjectBuilder::new().schema_type(Type::String);
    match name {
        "page" | "file" | "provider" => text.build(),
        _ => text.pattern(Some("^[0-9a-f]{32}$")).build(),
    }
}

fn request(draft: &Draft) -> Option<RequestBody> {
    let body = RequestBodyBuilder::new().required(Some(Required::True));
    if let Some((kind, schema)) = &draft.body {
        let content = ContentBuilder::new().schema(Some(schema.clone())).build();
        return Some(body.content(*kind, content).build());
    }
    let kind = draft.file?;
    Some(body.content(kind, ContentBuilder::new().build()).build())
}

fn answer(door: &Door) -> utoipa::openapi::Response {
    let answer = &door.draft.answer;
    let response = ResponseBuilder::new().description(door.summary);
    match answer.content_type {
        Some(kind) => {
            let content = ContentBuilder::new().schema(answer.schema.clone());
            response.content(kind, content.build()).build()
        }
        None => response.build(),
    }
}

/// With which statuses a door refuses: what follows from what it takes, and what it says of itself. A fault of the server
/// (500) is promised nowhere.
fn refusals(door: &Door) -> BTreeSet<StatusCode> {
    let draft = &door.draft;
    let socket = draft.answer.status == StatusCode::SWITCHING_PROTOCOLS;
    let writes = door.method != Method::GET;
    let sends = draft.body.is_some() || draft.file.is_some();
    let guarded = door.access != Access::Anybody;
    let by_reason = [
        (
            sends || socket || !draft.query.is_empty(),
            &[StatusCode::BAD_REQUEST][..],
        ),
        (guarded, &[StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN]),
        // What the path or the body names may not be there, or not be seen.
        (
            door.path.contains('{') || (sends && guarded),
            &[StatusCode::NOT_FOUND],
        ),
        // From another site.
        (writes || socket, &[StatusCode::FORBIDDEN]),
        (sends, &[StatusCode::PAYLOAD_TOO_LARGE]),
        (writes, &[StatusCode::CONFLICT, StatusCode::TOO_MANY_REQUESTS]),
        (door.path.starts_with("/api/"), &[StatusCode::SERVICE_UNAVAILABLE]),
    ];
    let mut all: BTreeSet<StatusCode> = draft.answer.refusals.iter().copied().collect();
    all.extend(
        by_reason
            .into_iter()
            .filter(|(is, _)| *is)
            .flat_map(|(_, statuses)| statuses),
    );
    all
}

fn refusal(status: StatusCode) -> utoipa::openapi::Response {
    let response = ResponseBuilder::new().description(status.canonical_reason().unwrap_or("Refused"));
    if status == StatusCode::NOT_MODIFIED {
        return response.build();
    }
    let schema: RefOr<Schema> = RefOr::Ref(Ref::from_schema_name(Problem::name()));
    response
        .content(
            "application/problem+json",
            ContentBuilder::new().schema(Some(schema)).build(),
        )
        .build()
}

#[cfg(test)]
mod tests {
    use crate::router::doors;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn every_door_is_described_once_and_every_reference_leads_somewhere() {
        let doors = doors();
        let document = serde_json::to_value(super::document(&doors)).unwrap();
        let operations: Vec<&serde_json::Value> = document["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|item| item.as_object().unwrap().values())
            .collect();
        assert_eq!(operations.len(), doors.list().len());
        let names: BTreeSet<&str> = operations
            .iter()
            .map(|o| o["operationId"].as_str().unwrap())
            .collect();
        assert_eq!(names.len(), operations.len(), "operation ids are unique");
        let mut named = BTreeMap::new();
        for (name, schema) in doors.list().iter().flat_map(|door| &door.draft.schemas.0) {
            let schema = serde_json::to_value(schema).unwrap();
            let known = named.entry(name).or_insert_with(|| schema.clone());
            assert_eq!(*known, schema, "two types have the name {name}");
        }
        let text = document.to_string();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(schemas.contains_key(name), "{name}");
        }
    }
}
