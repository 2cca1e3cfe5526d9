//! Single sign-on against a provider that we did not write: `oidc-provider` for Node, over TLS on loopback, driven by its
//! own login form.

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exam_protocol::console::Me;
use exam_protocol::people::{SignOnProvider, SingleLogout};
use exam_protocol::right::Role;
use exam_protocol::route;
use exam_tests::console::Console;
use exam_tests::cookie_browser::CookieBrowser;
use exam_tests::door::Door;
use exam_tests::hall::Hall;
use exam_tests::openid_provider::{LogoutToken, OpenIdProvider, SECRET, free_port};
use reqwest::{StatusCode, Url};
use std::time::Duration;
use tokio::time::{Instant, sleep};

const LAN: (&str, &str, &str) = ("1001", "lan-pw", "123456");
const MINH: (&str, &str, &str) = ("1002", "minh-pw", "1");

/// A hall whose server knows the provider, both running.
struct Office {
    hall: Hall,
    provider: OpenIdProvider,
    door: Door,
}

impl Office {
    async fn open() -> Result<Self> {
        Self::open_with(LogoutToken::SubjectAndSession).await
    }

    async fn open_with(logout: LogoutToken) -> Result<Self> {
        let mut hall = Hall::make()?;
        let port = free_port()?;
        OpenIdProvider::introduce(&hall, port)?;
        let provider = OpenIdProvider::start(&hall, port, logout)?;
        hall.start().await?;
        let door = hall.door()?;
        Ok(Self { hall, provider, door })
    }

    fn browser(&self) -> Result<CookieBrowser> {
        CookieBrowser::new(&self.hall)
    }

    fn door(&self, path: &str) -> String {
        self.door.url(&path.replace("{provider}", "so"))
    }

    /// The address that leads to the provider.
    async fn begun(&self, browser: &mut CookieBrowser) -> Result<String> {
        browser.led(&self.door(route::SINGLE_SIGN_ON_START)).await
    }

    /// Begins here and logs in at the provider; the address with which it sends the browser back.
    async fn came_back(&self, browser: &mut CookieBrowser, account: (&str, &str, &str)) -> Result<String> {
        let authorise = self.begun(browser).await?;
        at_provider(browser, &authorise, account).await
    }

    async fn logged_in(&self, browser: &mut CookieBrowser) -> Result<()> {
        let back = self.came_back(browser, LAN).await?;
        let page = browser.led(&back).await?;
        ensure!(
            page == self.door(route::CONSOLE_PAGE),
            "{page}: {}",
            self.hall.log_end()
        );
        Ok(())
    }

    async fn me(&self, browser: &mut CookieBrowser) -> Result<Option<Me>> {
        let response = browser.get(&self.door(route::LOGIN)).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            return Ok(None);
        }
        Ok(Some(response.json().await?))
    }

    /// Waits until the browser's session has ended.
    async fn ended(&self, browser: &mut CookieBrowser) -> Result<()> {
        let limit = Instant::now() + Duration::from_secs(10);
        while self.me(browser).await?.is_some() {
            ensure!(
                Instant::now() < limit,
                "the session here goes on: {}",
                self.hall.log_end()
            );
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

/// Logs in at the provider; the address with which it sends the browser back.
async fn at_provider(
    browser: &mut CookieBrowser,
    authorise: &str,
    (login, password, code): (&str, &str, &str),
) -> Result<String> {
    let form = browser.led(authorise).await?;
    ensure!(form.contains("/login/"), "no login form at {form}");
    ensure!(browser.get(&form).await?.status().is_success(), "no form");
    let typed = [("login", login), ("password", password), ("code", code)];
    let mut next = browser.post_led(&form, &typed).await?;
    while !next.contains("/callback") {
        next = browser.led(&next).await?;
    }
    Ok(next)
}

/// A parameter of an address.
fn parameter(url: &str, name: &str) -> Result<String> {
    let url = Url::parse(url)?;
    let found = url.query_pairs().find(|(known, _)| known == name);
    Ok(found.with_context(|| format!("no {name}"))?.1.into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_brings_the_roles_of_its_claim_and_ends_on_both_sides() -> Result<()> {
    let office = Office::open().await?;
    let mut browser = office.browser()?;
    let offered = browser.get(&office.door(route::SINGLE_SIGN_ON)).await?;
    let offered: Vec<SignOnProvider> = offered.json().await?;
    assert_eq!(offered.len(), 1);
    let authorise = office.begun(&mut browser).await?;
    for part in ["code_challenge_method=S256", "nonce=", "state="] {
        assert!(authorise.contains(part), "{authorise}");
    }
    let back = at_provider(&mut browser, &authorise, LAN).await?;
    let page = browser.led(&back).await?;
    assert_eq!(
        page,
        office.door(route::CONSOLE_PAGE),
        "{}",
        office.hall.log_end()
    );
    let lan = office.me(&mut browser).await?.context("nobody is logged in")?;
    assert_eq!((lan.name.as_str(), lan.grants.len()), ("lan", 1));
    assert_eq!(lan.grants[0].role, Role::Inspector);
    assert!(
        lan.duties.is_empty(),
        "the provider has asked for a second factor"
    );

    // The same answer a second time: the login on its way is gone.
    let again = browser.clone().led(&back).await?;
    assert!(again.contains("sign-on=wrong-credentials"), "{again}");

    // Logout here leads to the provider's own, which knows where to send the browser afterwards.
    let answer = browser.post(&office.door(route::SINGLE_LOGOUT), &[]).await?;
    let out: SingleLogout = answer.json().await?;
    let page = out.location.context("no logout page")?;
    assert!(page.starts_with(&office.provider.url("/")), "{page}");
    assert!(office.me(&mut browser).await?.is_none());
    let home = confirmed_logout(&mut browser, &office, &page).await?;
    assert_eq!(home, office.door(route::CONSOLE_PAGE));
    // The provider has forgotten the login too: it asks again.
    let authorise = office.begun(&mut browser).await?;
    let asked = browser.led(&authorise).await?;
    assert!(asked.contains("/login/"), "{asked}");
    let log = std::fs::read_to_string(office.hall.path("server.log"))?;
    assert!(!log.contains(SECRET));
    Ok(())
}

/// Says yes on the provider's logout page; where it leads.
async fn confirmed_logout(browser: &mut CookieBrowser, office: &Office, page: &str) -> Result<String> {
    let html = browser.get(page).await?.text().await?;
    let form = html.split("name=\"xsrf\" value=\"").nth(1);
    let xsrf = form
        .and_then(|rest| rest.split('"').next())
        .context("no logout form")?;
    let confirm = office.provider.url("/session/end/confirm");
    browser
        .post_led(&confirm, &[("xsrf", xsrf), ("logout", "yes")])
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_at_the_provider_ends_the_session_here() -> Result<()> {
    let office = Office::open().await?;
    let mut browser = office.browser()?;
    office.logged_in(&mut browser).await?;
    assert!(office.me(&mut browser).await?.is_some());
    // Somebody logs out at the provider, from another application: this browser never comes by here.
    let mut elsewhere = browser.clone();
    confirmed_logout(&mut elsewhere, &office, &office.provider.url("/session/end")).await?;
    office.ended(&mut browser).await?;
    // A token that nobody signed ends nothing.
    let (header, body) = (
        URL_SAFE_NO_PAD.encode("{\"alg\":\"none\"}"),
        URL_SAFE_NO_PAD.encode("{}"),
    );
    let forged = format!("{header}.{body}.");
    let path = office.door(route::BACK_CHANNEL_LOGOUT);
    let answer = browser.post(&path, &[("logout_token", &forged)]).await?;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_that_names_a_session_alone_ends_that_one_and_no_other() -> Result<()> {
    let office = Office::open_with(LogoutToken::SessionAlone).await?;
    let (mut desk, mut laptop) = (office.browser()?, office.browser()?);
    office.logged_in(&mut desk).await?;
    office.logged_in(&mut laptop).await?;
    let mut elsewhere = desk.clone();
    confirmed_logout(&mut elsewhere, &office, &office.provider.url("/session/end")).await?;
    office.ended(&mut desk).await?;
    assert!(office.me(&mut laptop).await?.is_some(), "another login of hers");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_do_not_belong_to_the_login_are_refused() -> Result<()> {
    let office = Office::open().await?;
    // Another state.
    let mut browser = office.browser()?;
    let back = office.came_back(&mut browser, LAN).await?;
    let wrong = back.replace(&parameter(&back, "state")?, &"A".repeat(43));
    let refused = browser.clone().led(&wrong).await?;
    assert!(refused.contains("sign-on=wrong-credentials"), "{refused}");
    // Another browser.
    let refused = office.browser()?.led(&back).await?;
    assert!(refused.contains("sign-on=wrong-credentials"), "{refused}");
    // A code of one login in another login.
    let mut second = office.browser()?;
    let own = office.came_back(&mut second, LAN).await?;
    let mixed = own.replace(&parameter(&own, "code")?, &parameter(&back, "code")?);
    assert!(second.led(&mixed).await?.contains("sign-on="));
    assert!(office.me(&mut second).await?.is_none());
    // Another nonce.
    let mut third = office.browser()?;
    let authorise = office.begun(&mut third).await?;
    let changed = authorise.replace(&parameter(&authorise, "nonce")?, &"B".repeat(43));
    let back = at_provider(&mut third, &changed, LAN).await?;
    let refused = third.led(&back).await?;
    assert!(refused.contains("sign-on=malformed-request"), "{refused}");
    assert!(office.me(&mut third).await?.is_none());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_whose_claim_gives_no_role_is_told_so() -> Result<()> {
    let office = Office::open().await?;
    let mut minh = office.browser()?;
    let back = office.came_back(&mut minh, MINH).await?;
    let refused = minh.led(&back).await?;
    assert!(refused.contains("sign-on=not-allowed"), "{refused}");
    assert!(office.me(&mut minh).await?.is_none());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_provider_a_password_still_opens_the_console() -> Result<()> {
    let mut office = Office::open().await?;
    let lead = office.hall.add_staff("lead", "Trưởng điểm")?;
    office.provider.stop();
    let mut browser = office.browser()?;
    let told = office.begun(&mut browser).await?;
    assert_eq!(
        told,
        office.door(route::CONSOLE_PAGE) + "?sign-on=sign-on-unavailable"
    );
    Console::login(&office.door, &lead).await?.rooms().await?;
    Ok(())
}
