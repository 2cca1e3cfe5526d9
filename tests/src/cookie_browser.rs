//! A browser without a window: cookies by origin, redirects only when told, forms. Knows nothing of exams.

use crate::hall::Hall;
use anyhow::{Context, Result, ensure};
use reqwest::{Client, Method, Response, Url};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

/// The browser. A clone goes on with the same cookies and keeps later ones to itself.
#[derive(Clone, Debug)]
pub struct CookieBrowser {
    http: Client,
    cookies: BTreeMap<(u16, String), String>,
}

impl CookieBrowser {
    /// A browser without cookies that trusts the hall's exam CA.
    ///
    /// # Errors
    /// When the CA can't be read.
    pub fn new(hall: &Hall) -> Result<Self> {
        let pem = std::fs::read(hall.exam_ca())?;
        // A second call finds it set, which is as good.
        let _set = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .tls_certs_only([reqwest::Certificate::from_pem(&pem)?])
            .redirect(reqwest::redirect::Policy::none())
            .resolve("localhost", (Ipv4Addr::LOCALHOST, 0).into())
            .timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self {
            http,
            cookies: BTreeMap::new(),
        })
    }

    /// Fetches a page.
    ///
    /// # Errors
    /// When the line is down.
    pub async fn get(&mut self, url: &str) -> Result<Response> {
        self.ask(Method::GET, url, String::new()).await
    }

    /// Sends a form.
    ///
    /// # Errors
    /// When the line is down.
    pub async fn post(&mut self, url: &str, form: &[(&str, &str)]) -> Result<Response> {
        let mut body = Url::parse("form:")?;
        body.query_pairs_mut().extend_pairs(form);
        self.ask(Method::POST, url, body.query().unwrap_or_default().to_owned())
            .await
    }

    /// Fetches a page that leads elsewhere; where to.
    ///
    /// # Errors
    /// When it leads nowhere.
    pub async fn led(&mut self, url: &str) -> Result<String> {
        let response = self.get(url).await?;
        led_to(&response, url)
    }

    /// Sends a form whose answer leads elsewhere; where to.
    ///
    /// # Errors
    /// When it leads nowhere.
    pub async fn post_led(&mut self, url: &str, form: &[(&str, &str)]) -> Result<String> {
        let response = self.post(url, form).await?;
        led_to(&response, url)
    }

    async fn ask(&mut self, method: Method, url: &str, body: String) -> Result<Response> {
        let port = Url::parse(url)?.port().unwrap_or(443);
        let mut request = self.http.request(method.clone(), url);
        let own = self.cookies.iter().filter(|((at, _), _)| *at == port);
        let cookies: Vec<String> = own.map(|((_, name), value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if method == Method::POST {
            let form = "application/x-www-form-urlencoded";
            request = request.header("content-type", form).body(body);
        }
        let response = request.send().await?;
        for cookie in response.headers().get_all("set-cookie") {
            self.keep(port, cookie.to_str()?)?;
        }
        Ok(response)
    }

    fn keep(&mut self, port: u16, cookie: &str) -> Result<()> {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').context("a cookie without a value")?;
        let attributes = attributes.to_lowercase();
        ensure!(
            !name.starts_with("__Host-") || (attributes.contains("secure") && attributes.contains("path=/")),
            "a browser would not take this cookie: {name}; {attributes}"
        );
        if value.is_empty() || attributes.contains("max-age=0") {
            self.cookies.remove(&(port, name.to_owned()));
        } else {
            self.cookies.insert((port, name.to_owned()), value.to_owned());
        }
        Ok(())
    }
}

fn led_to(response: &Response, from: &str) -> Result<String> {
    let location = response.headers().get("location");
    let location = location.with_context(|| format!("{}: leads nowhere", response.status()))?;
    Ok(Url::parse(from)?.join(location.to_str()?)?.to_string())
}
