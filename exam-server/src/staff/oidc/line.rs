//! The line to a provider: answers are bounded in size and time, nothing is followed elsewhere. Knows no tokens.

use crate::config::Provider;
use anyhow::{Context, Result, ensure};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use std::pin::Pin;
use std::time::Duration;

/// A provider has so long for each answer.
const PATIENCE: Duration = Duration::from_secs(8);

/// Largest answer of a provider, in bytes.
const LARGEST: usize = 1024 * 1024;

/// An answer could not be fetched.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(String);

/// The line to a provider.
pub(super) struct Line(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Line {
    type Error = NoAnswer;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NoAnswer>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.answer(request))
    }
}

impl Line {
    /// A line to this provider, which trusts the CA of the settings.
    pub(super) fn to(settings: &Provider) -> Result<Self> {
        // Fails when it was done before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .https_only(true)
            .no_proxy()
            .timeout(PATIENCE)
            .connect_timeout(PATIENCE)
            .user_agent(concat!("exam-server/", env!("CARGO_PKG_VERSION")));
        let builder = match &settings.ca {
            None => builder,
            Some(path) => {
                let pem = std::fs::read(path).with_context(|| format!("{}", path.display()))?;
                let roots = reqwest::Certificate::from_pem_bundle(&pem)
                    .with_context(|| format!("{}: no PEM certificates", path.display()))?;
                ensure!(!roots.is_empty(), "{}: no PEM certificates", path.display());
                builder.tls_certs_only(roots)
            }
        };
        builder.build().map(Self).context("the client for single sign-on")
    }

    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        // reqwest's own texts name the address, which may hold a code.
        let plain = |error: reqwest::Error| NoAnswer(error.without_url().to_string());
        let request = reqwest::Request::try_from(request).map_err(plain)?;
        let mut response = self.0.execute(request).await.map_err(plain)?;
        let mut builder = openidconnect::http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            builder = builder.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(plain)? {
            if body.len() + chunk.len() > LARGEST {
                return Err(NoAnswer("the answer is too large".into()));
            }
            body.extend_from_slice(&chunk);
        }
        builder
            .body(body)
            .map_err(|_| NoAnswer("the answer is malformed".into()))
    }
}
