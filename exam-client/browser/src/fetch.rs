//! The one door for HTTP requests. Carries bytes and JSON; must not know what any path means.

use exam_protocol::problem::Problem;
use futures_util::future::{Either, select};
use gloo_net::http::{Request, RequestBuilder, Response};
use gloo_timers::future::TimeoutFuture;
use serde::{Serialize, de::DeserializeOwned};
use std::pin::pin;

/// Why a request gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No answer: no line, or the server is away. Trying again may help.
    NoAnswer,
    /// The server refused and said why.
    Refused(Problem),
    /// Another status than success, without a reason that can be read.
    Status(u16),
    /// Success with a body that is not what was asked for: page and server do not fit together; reload.
    Unreadable,
}

/// How long an answer is waited for, in milliseconds.
const PATIENCE: u32 = 20_000;

/// Gets a JSON document.
///
/// # Errors
/// [`Failure`].
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    read(finish(built(Request::get(path))).await?).await
}

/// Gets bytes, with a bearer token.
///
/// # Errors
/// [`Failure`].
pub async fn get_bytes(path: &str, bearer: &str) -> Result<Vec<u8>, Failure> {
    let request = Request::get(path).header("Authorization", &format!("Bearer {bearer}"));
    let response = finish(built(request)).await?;
    response.binary().await.map_err(|_| Failure::NoAnswer)
}

/// Gets a file as it is.
///
/// # Errors
/// [`Failure`].
pub async fn get_file(path: &str) -> Result<Vec<u8>, Failure> {
    let response = finish(built(Request::get(path))).await?;
    response.binary().await.map_err(|_| Failure::NoAnswer)
}

/// Posts a JSON document and reads a JSON document.
///
/// # Errors
/// [`Failure`].
pub async fn post<B: Serialize, T: DeserializeOwned>(path: &str, body: &B) -> Result<T, Failure> {
    read(finish(with_body(Request::post(path), body)).await?).await
}

/// Posts a JSON document; the answer's body does not matter.
///
/// # Errors
/// [`Failure`].
pub async fn tell<B: Serialize>(path: &str, body: &B) -> Result<(), Failure> {
    finish(with_body(Request::post(path), body)).await.map(drop)
}

/// Posts without a body and reads a JSON document.
///
/// # Errors
/// [`Failure`].
pub async fn demand<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    read(finish(built(Request::post(path))).await?).await
}

/// Posts without a body; the answer's body does not matter.
///
/// # Errors
/// [`Failure`].
pub async fn ping(path: &str) -> Result<(), Failure> {
    finish(built(Request::post(path))).await.map(drop)
}

/// Puts a JSON document and reads a JSON document.
///
/// # Errors
/// [`Failure`].
pub async fn put<B: Serialize, T: DeserializeOwned>(path: &str, body: &B) -> Result<T, Failure> {
    read(finish(with_body(Request::put(path), body)).await?).await
}

/// Puts a JSON document; the answer's body does not matter.
///
/// # Errors
/// [`Failure`].
pub async fn settle<B: Serialize>(path: &str, body: &B) -> Result<(), Failure> {
    finish(with_body(Request::put(path), body)).await.map(drop)
}

/// Posts a file as it is and reads a JSON document.
///
/// # Errors
/// [`Failure`].
pub async fn post_file<T: DeserializeOwned>(path: &str, file: &web_sys::File) -> Result<T, Failure> {
    let kind = match file.type_() {
        unknown if unknown.is_empty() => "application/octet-stream".to_owned(),
        known => known,
    };
    let request = Request::post(path)
        .header("Content-Type", &kind)
        .body(wasm_bindgen::JsValue::from(file.clone()))
        .map_err(|_| Failure::Unreadable);
    read(finish(request).await?).await
}

/// Deletes; the answer's body does not matter.
///
/// # Errors
/// [`Failure`].
pub async fn delete(path: &str) -> Result<(), Failure> {
    finish(built(Request::delete(path))).await.map(drop)
}

fn built(builder: RequestBuilder) -> Result<Request, Failure> {
    builder.build().map_err(|_| Failure::Unreadable)
}

fn with_body<B: Serialize>(builder: RequestBuilder, body: &B) -> Result<Request, Failure> {
    let text = serde_json::to_string(body).map_err(|_| Failure::Unreadable)?;
    builder
        .header("Content-Type", "application/json")
        .body(text)
        .map_err(|_| Failure::Unreadable)
}

async fn finish(request: Result<Request, Failure>) -> Result<Response, Failure> {
    match select(pin!(request?.send()), TimeoutFuture::new(PATIENCE)).await {
        Either::Left((Ok(response), _)) if response.ok() => Ok(response),
        Either::Left((Ok(response), _)) => Err(refusal(&response).await),
        _ => Err(Failure::NoAnswer),
    }
}

async fn refusal(response: &Response) -> Failure {
    let problem = response
        .text()
        .await
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok());
    problem.map_or(Failure::Status(response.status()), Failure::Refused)
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Failure> {
    let text = response.text().await.map_err(|_| Failure::NoAnswer)?;
    serde_json::from_str(&text).map_err(|_| Failure::Unreadable)
}
