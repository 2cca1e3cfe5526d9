//! The pages' files, which are part of the binary. `cargo xtask pages` makes them.

use crate::door::{Answer, Anybody, Doors};
use crate::error::ApiError;
use crate::shell::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use exam_protocol::problem::ProblemCode;
use exam_protocol::route;
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../exam-client/dist"]
struct Files;

/// The doors of the pages, and whether the process is alive.
pub fn doors(doors: Doors) -> Doors {
    // A page that the browser has already is not sent again; a program that was built without pages has none.
    let file = |kind| Answer::file(kind).or(StatusCode::NOT_MODIFIED);
    let page = || file("text/html").or(StatusCode::NOT_FOUND);
    doors
        .get(route::CANDIDATE_PAGE, "The candidate's page", candidate, page())
        .get(route::CONSOLE_PAGE, "The staff console", console, page())
        .get("/assets/{page}/{file}", "A file of a page", asset, file("*/*"))
        .get(
            route::HEALTH,
            "Whether the process is alive",
            alive,
            Answer::file("text/plain"),
        )
}

/// `GET /healthz`.
pub async fn alive(_: Anybody) -> &'static str {
    "ok\n"
}

/// `GET /`: the candidate's page.
pub async fn candidate(_: Anybody, headers: HeaderMap) -> Response {
    file("candidate/index.html", &headers)
}

/// `GET /console/`: the proctor's page.
pub async fn console(_: Anybody, headers: HeaderMap) -> Response {
    file("console/index.html", &headers)
}

/// `GET /assets/{page}/{file}`.
pub async fn asset(_: Anybody, Path((page, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    file(&format!("{page}/{name}"), &headers)
}

/// Whether the pages are in this binary.
pub fn present() -> bool {
    Files::get("candidate/app.js").is_some() && Files::get("console/app.js").is_some()
}

fn file(path: &str, request: &HeaderMap) -> Response {
    let Some(plain) = Files::get(path) else {
        return ApiError::new(
            ProblemCode::NotFound,
            "Không có trang này trong chương trình.",
            "No such page in this program.",
        )
        .into_response();
    };
    let tag = format!("\"{}\"", hex::encode(&plain.metadata.sha256_hash()[..16]));
    if request
        .get(header::IF_NONE_MATCH)
        .is_some_and(|seen| seen.as_bytes() == tag.as_bytes())
    {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let (body, encoding) = smallest(path, plain, request);
    let mut response = body.data.into_owned().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    // Files keep their names from release to release: the browser asks each time and gets "not modified".
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn smallest(path: &str, plain: EmbeddedFile, request: &HeaderMap) -> (EmbeddedFile, Option<&'static str>) {
    let accepted = request
        .get(header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    let takes_brotli = accepted
        .split(',')
        .any(|one| one.trim().split(';').next() == Some("br"));
    match Files::get(&format!("{path}.br")) {
        Some(compressed) if takes_brotli => (compressed, Some("br")),
        _ => (plain, None),
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}
