//! Browser safety: security headers on every answer, and no writing request or socket from another site.

use crate::error::ApiError;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use exam_protocol::problem::ProblemCode;

const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    ),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=()",
    ),
];

/// Adds the headers and refuses what comes from another site.
pub async fn guard(request: Request, next: Next) -> Response {
    let upgrade = request.headers().contains_key(header::UPGRADE);
    let private = request.uri().path().starts_with("/api/");
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let mut response = if (upgrade || writes) && !same_site(request.headers()) {
        ApiError::new(
            ProblemCode::NotAllowed,
            "Yêu cầu đến từ một trang khác và bị từ chối.",
            "The request comes from another site and was refused.",
        )
        .into_response()
    } else {
        next.run(request).await
    };
    if private {
        // Names, numbers, answers: nothing of it belongs in a browser's cache.
        response
            .headers_mut()
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Browsers send `Origin` with every writing request and every socket; programs without a browser send none.
fn same_site(headers: &HeaderMap) -> bool {
    let fetch_site = headers
        .get("sec-fetch-site")
        .map_or("none", |v| v.to_str().unwrap_or(""));
    if !matches!(fetch_site, "none" | "same-origin") {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let host = headers
        .get(header::HOST)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    origin
        .to_str()
        .is_ok_and(|origin| origin.strip_prefix("https://") == Some(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v)))
            .collect()
    }

    #[test]
    fn another_site_is_refused_and_programs_are_not() {
        assert!(same_site(&headers(&[("host", "thi:8443")])));
        assert!(same_site(&headers(&[
            ("host", "thi:8443"),
            ("origin", "https://thi:8443")
        ])));
        assert!(!same_site(&headers(&[
            ("host", "thi:8443"),
            ("origin", "http://thi:8443")
        ])));
        assert!(!same_site(&headers(&[
            ("host", "thi:8443"),
            ("origin", "https://evil")
        ])));
        assert!(!same_site(&headers(&[("host", "thi"), ("origin", "null")])));
        assert!(!same_site(&headers(&[
            ("host", "thi"),
            ("sec-fetch-site", "cross-site")
        ])));
    }
}
