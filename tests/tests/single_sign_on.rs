//! Single sign-on against a provider that we did not write: `oidc-provider` for Node, over TLS on loopback, driven by its
//! own login form.

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exam_protocol::console::Me;
use exam_protocol::people::{SignOnProvider, SingleLogout};
use exam_protocol::right::Role;
use exam_protocol::route;
use exam_tests::door::Door;
use exam_tests::hall::Hall;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::time::{Instant, sleep};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/oidc");
const SECRET: &str = "a-secret-of-the-test-and-of-nothing-else";

/// The provider's process.
struct Provider {
    child: Child,
    port: u16,
}

impl Drop for Provider {
    fn drop(&mut self) {
        // Already gone is as good.
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Provider {
    fn start(hall: &Hall, port: u16) -> Result<Self> {
        ensure!(
            Path::new(FOLDER).join("node_modules/oidc-provider").is_dir(),
            "the OpenID provider is not installed: run `cargo xtask setup` (or `npm ci` in {FOLDER})"
        );
        let base = format!("https://localhost:{}", hall.address().port());
        let own = |path: &str| format!("{base}{}", path.replace("{provider}", "so"));
        let account = |password: &str, name: &str, groups: &[&str]| json!({ "password": password, "claims": { "name": name, "preferred_username": name, "groups": groups } });
        let settings = json!({
            "port": port,
            "client_id": "truong-thi",
            "client_secret": SECRET,
            "redirect_uri": own(route::SINGLE_SIGN_ON_CALLBACK),
            "post_logout_redirect_uri": own(route::CONSOLE_PAGE),
            "backchannel_logout_uri": own(route::BACK_CHANNEL_LOGOUT),
            "certificate": hall.path("server/server.pem"),
            "key": hall.path("server/server.key"),
            "cookie_key": "a-cookie-key-of-the-test",
            "keys": [signing_key(hall)?],
            "accounts": {
                "1001": account("lan-pw", "lan", &["thanh-tra", "khac"]),
                "1002": account("minh-pw", "minh", &["khac"]),
            },
        });
        let file = hall.path("provider.json");
        std::fs::write(&file, settings.to_string())?;
        let mut child = Command::new("node")
            .arg("provider.mjs")
            .arg(&file)
            .current_dir(FOLDER)
            .env("NODE_EXTRA_CA_CERTS", hall.exam_ca())
            .stdout(Stdio::piped())
            .spawn()
            .context("node is not installed: run `cargo xtask setup`")?;
        let lines = BufReader::new(child.stdout.take().context("standard output")?).lines();
        let provider = Self { child, port };
        for line in lines {
            if line? == "ready" {
                return Ok(provider);
            }
        }
        anyhow::bail!("the provider ended before it was ready")
    }
}

/// A fresh RSA key for the provider's tokens, as a JSON Web Key, made by Node itself.
fn signing_key(hall: &Hall) -> Result<serde_json::Value> {
    let script = "const {generateKeyPairSync}=require('node:crypto');\
        const {privateKey}=generateKeyPairSync('rsa',{modulusLength:2048});\
        console.log(JSON.stringify({...privateKey.export({format:'jwk'}),kid:'k1',use:'sig',alg:'RS256'}))";
    let output = Command::new("node")
        .args(["-e", script])
        .current_dir(hall.path("server"))
        .output()
        .context("node is not installed: run `cargo xtask setup`")?;
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// A browser without a window: cookies by origin, redirects only when told.
#[derive(Clone)]
struct Browser {
    http: Client,
    cookies: BTreeMap<(u16, String), String>,
}

impl Browser {
    fn new(hall: &Hall) -> Result<Self> {
        let pem = std::fs::read(hall.exam_ca())?;
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

    async fn ask(&mut self, method: Method, url: &str, form: &[(&str, &str)]) -> Result<Response> {
        let port = reqwest::Url::parse(url)?.port().unwrap_or(443);
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .filter(|((at, _), _)| *at == port)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        let mut request = self.http.request(method.clone(), url);
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if method == Method::POST {
            let body: Vec<String> = form
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.join("&"));
        }
        let response = request.send().await?;
        for cookie in response.headers().get_all("set-cookie") {
            let text = cookie.to_str()?;
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').context("a cookie without a value")?;
            let gone = value.is_empty() || attributes.to_lowercase().contains("max-age=0");
            if gone {
                self.cookies.remove(&(port, name.to_owned()));
            } else {
                self.cookies.insert((port, name.to_owned()), value.to_owned());
            }
        }
        Ok(response)
    }

    async fn get(&mut self, url: &str) -> Result<Response> {
        self.ask(Method::GET, url, &[]).await
    }

    /// Goes where the server leads.
    async fn led(&mut self, url: &str) -> Result<String> {
        let response = self.get(url).await?;
        led_to(&response, url)
    }
}

fn led_to(response: &Response, from: &str) -> Result<String> {
    let location = response.headers().get("location");
    let location = location.with_context(|| format!("{}: leads nowhere", response.status()))?;
    Ok(reqwest::Url::parse(from)?.join(location.to_str()?)?.to_string())
}

/// The address that leads to the provider.
async fn begun(browser: &mut Browser, door: &Door) -> Result<String> {
    let start = door.url(&route::SINGLE_SIGN_ON_START.replace("{provider}", "so"));
    browser.led(&start).await
}

/// Logs in at the provider; the address with which it sends the browser back.
async fn at_provider(browser: &mut Browser, authorise: &str, account: (&str, &str, &str)) -> Result<String> {
    let (login, password, code) = account;
    let form = browser.led(authorise).await?;
    ensure!(form.contains("/login/"), "no login form at {form}");
    ensure!(browser.get(&form).await?.status().is_success(), "no form");
    let typed = [("login", login), ("password", password), ("code", code)];
    let answer = browser.ask(Method::POST, &form, &typed).await?;
    let mut next = led_to(&answer, &form)?;
    while !next.contains("/callback") {
        next = browser.led(&next).await?;
    }
    Ok(next)
}

async fn me(browser: &mut Browser, door: &Door) -> Result<Option<Me>> {
    let response = browser.get(&door.url(route::LOGIN)).await?;
    if response.status() == StatusCode::UNAUTHORIZED {
        return Ok(None);
    }
    Ok(Some(response.json().await?))
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A hall whose server knows the provider, both running.
async fn office() -> Result<(Hall, Provider, Door)> {
    let mut hall = Hall::make()?;
    let port = free_port()?;
    std::fs::write(hall.path("server/oidc-so.secret"), SECRET)?;
    let config = std::fs::read_to_string(hall.config())?;
    let public = format!("public_url = \"https://localhost:{}\"", hall.address().port());
    let lines = config.lines().filter(|line| !line.starts_with("public_url"));
    let mut config = lines.collect::<Vec<_>>().join("\n");
    config.push('\n');
    let mut file = std::fs::File::create(hall.config())?;
    write!(
        file,
        "{}",
        config.replacen("[http]\n", &format!("[http]\n{public}\n"), 1)
    )?;
    write!(
        file,
        "\n[[oidc.provider]]\nid = \"so\"\nname = \"Sở GD&ĐT\"\nissuer = \"https://localhost:{port}\"\n\
         client_id = \"truong-thi\"\nclient_secret_file = \"oidc-so.secret\"\nca = \"exam-ca.pem\"\n\
         scopes = [\"profile\"]\nunknown = \"create\"\norganisation = \"Sở GD&ĐT\"\n\
         role = [ {{ value = \"thanh-tra\", grant = \"inspector@installation\" }} ]\n"
    )?;
    let provider = Provider::start(&hall, port)?;
    hall.start().await?;
    let door = hall.door()?;
    Ok((hall, provider, door))
}

const LAN: (&str, &str, &str) = ("1001", "lan-pw", "123456");

#[tokio::test(flavor = "multi_thread")]
async fn a_login_brings_the_roles_of_its_claim_and_ends_on_both_sides() -> Result<()> {
    let (hall, provider, door) = office().await?;
    let mut browser = Browser::new(&hall)?;
    let offered: Vec<SignOnProvider> = browser
        .get(&door.url(route::SINGLE_SIGN_ON))
        .await?
        .json()
        .await?;
    assert_eq!(offered.len(), 1);
    let authorise = begun(&mut browser, &door).await?;
    for part in ["code_challenge_method=S256", "nonce=", "state="] {
        assert!(authorise.contains(part), "{authorise}");
    }
    let back = at_provider(&mut browser, &authorise, LAN).await?;
    assert_eq!(browser.led(&back).await?, door.url(route::CONSOLE_PAGE));
    let lan = me(&mut browser, &door).await?.context("nobody is logged in")?;
    assert_eq!((lan.name.as_str(), lan.grants.len()), ("lan", 1));
    assert_eq!(lan.grants[0].role, Role::Inspector);
    assert!(
        lan.duties.is_empty(),
        "the provider has asked for a second factor"
    );

    // The same answer a second time: the login on its way is gone.
    assert!(
        browser
            .clone()
            .led(&back)
            .await?
            .contains("sign-on=wrong-credentials")
    );

    // Logout here leads to the provider's own, which tells us again by the back channel.
    let answer = browser
        .ask(Method::POST, &door.url(route::SINGLE_LOGOUT), &[])
        .await?;
    let out: SingleLogout = answer.json().await?;
    let page = out.location.context("no logout page")?;
    assert!(
        page.starts_with(&format!("https://localhost:{}/", provider.port)),
        "{page}"
    );
    assert!(me(&mut browser, &door).await?.is_none());
    assert!(browser.get(&page).await?.status().is_success());
    let log = std::fs::read_to_string(hall.path("server.log"))?;
    assert!(!log.contains(SECRET));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_at_the_provider_ends_the_session_here() -> Result<()> {
    let (hall, provider, door) = office().await?;
    let mut browser = Browser::new(&hall)?;
    let authorise = begun(&mut browser, &door).await?;
    let back = at_provider(&mut browser, &authorise, LAN).await?;
    browser.led(&back).await?;
    assert!(me(&mut browser, &door).await?.is_some());
    // Somebody logs out at the provider, from another application: this browser never comes by here.
    let mut elsewhere = browser.clone();
    let page = format!("https://localhost:{}/session/end", provider.port);
    let html = elsewhere.get(&page).await?.text().await?;
    let xsrf = html
        .split("name=\"xsrf\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .context("no logout form")?
        .to_owned();
    let confirm = format!("{page}/confirm");
    let form = [("xsrf", xsrf.as_str()), ("logout", "yes")];
    elsewhere.ask(Method::POST, &confirm, &form).await?;
    let limit = Instant::now() + Duration::from_secs(10);
    while me(&mut browser, &door).await?.is_some() {
        ensure!(Instant::now() < limit, "the session here goes on");
        sleep(Duration::from_millis(50)).await;
    }
    // A token that nobody signed ends nothing.
    let forged = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode("{\"alg\":\"none\"}"),
        URL_SAFE_NO_PAD.encode("{}")
    );
    let path = door.url(&route::BACK_CHANNEL_LOGOUT.replace("{provider}", "so"));
    let answer = browser
        .ask(Method::POST, &path, &[("logout_token", &forged)])
        .await?;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_do_not_belong_to_the_login_are_refused() -> Result<()> {
    let (hall, _provider, door) = office().await?;
    // Another state.
    let mut browser = Browser::new(&hall)?;
    let authorise = begun(&mut browser, &door).await?;
    let back = at_provider(&mut browser, &authorise, LAN).await?;
    let state = reqwest::Url::parse(&back)?;
    let state = state.query_pairs().find(|(name, _)| name == "state");
    let state = state.context("no state")?.1.into_owned();
    let wrong = back.replace(&state, &"A".repeat(43));
    assert!(
        browser
            .clone()
            .led(&wrong)
            .await?
            .contains("sign-on=wrong-credentials")
    );
    // Another browser.
    let mut other = Browser::new(&hall)?;
    assert!(other.led(&back).await?.contains("sign-on=wrong-credentials"));
    // A code of one login in another login of the same browser.
    let mut second = Browser::new(&hall)?;
    let authorise = begun(&mut second, &door).await?;
    let own = at_provider(&mut second, &authorise, LAN).await?;
    let code = |url: &str| {
        let url = reqwest::Url::parse(url).ok()?;
        url.query_pairs()
            .find(|(name, _)| name == "code")
            .map(|(_, code)| code.into_owned())
    };
    let mixed = own.replace(&code(&own).context("no code")?, &code(&back).context("no code")?);
    assert!(second.led(&mixed).await?.contains("sign-on="));
    assert!(me(&mut second, &door).await?.is_none());
    // Another nonce.
    let mut third = Browser::new(&hall)?;
    let authorise = begun(&mut third, &door).await?;
    let nonce = authorise
        .split("nonce=")
        .nth(1)
        .and_then(|rest| rest.split('&').next());
    let changed = authorise.replace(nonce.context("no nonce")?, &"B".repeat(43));
    let back = at_provider(&mut third, &changed, LAN).await?;
    assert!(third.led(&back).await?.contains("sign-on=malformed-request"));
    assert!(me(&mut third, &door).await?.is_none());
    // Somebody whose claim gives no role.
    let mut minh = Browser::new(&hall)?;
    let authorise = begun(&mut minh, &door).await?;
    let back = at_provider(&mut minh, &authorise, ("1002", "minh-pw", "1")).await?;
    assert!(minh.led(&back).await?.contains("sign-on=not-allowed"));
    Ok(())
}
