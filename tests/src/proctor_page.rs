//! The proctor's page in a real browser, used as a proctor with a queue would: scan, look, Enter.

use crate::browser::Browser;
use crate::console::Credentials;
use anyhow::{Context, Result, bail, ensure};
use exam_protocol::id::StationId;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use thirtyfour::Key;
use tokio::time::{Instant, sleep};

/// How long a reading may take.
const READING_TIME: Duration = Duration::from_mins(1);

/// The page lets nobody in before the result has been on the screen for 0.8 s.
const LOOK: Duration = Duration::from_secs(1);

/// The page of one proctor.
pub struct ProctorPage {
    /// The browser that shows it.
    pub browser: Browser,
}

impl ProctorPage {
    /// Opens the page, logs in, and comes to the board of the only room.
    ///
    /// # Errors
    /// When the page shows something else.
    pub async fn log_in(server: SocketAddr, exam_ca: &Path, who: &Credentials) -> Result<Self> {
        let browser = Browser::headless(exam_ca).await?;
        browser
            .page
            .goto(format!("https://localhost:{}/console/", server.port()))
            .await?;
        browser.find("#login-name").await?.send_keys(&who.name).await?;
        browser
            .find("#login-password")
            .await?
            .send_keys(&who.password)
            .await?;
        browser.find("[data-testid=login-submit]").await?.click().await?;
        if let Some(factor) = &who.factor {
            let field = browser.find("#second-factor-code").await?;
            field.send_keys(factor.code().await?).await?;
            browser
                .find("[data-testid=second-factor-submit]")
                .await?
                .click()
                .await?;
        }
        browser.find("[data-testid=board]").await?;
        Ok(Self { browser })
    }

    /// Pairs the desk with a station.
    ///
    /// # Errors
    /// When the station is not on the list.
    pub async fn pair(&self, station: StationId) -> Result<()> {
        let option = format!("[data-testid=station] option[value='{station}']");
        self.browser.find(&option).await?.click().await?;
        self.browser.find("#scan").await.map(|_| ())
    }

    /// Types what the scanner would, and waits for the verdicts.
    ///
    /// # Errors
    /// When the card is not judged in time.
    pub async fn scan(&self, scanned: &str) -> Result<()> {
        let field = self.browser.find("#scan").await?;
        field.send_keys(scanned).await?;
        field.send_keys(Key::Enter + "").await?;
        self.wait_for_phase("judged").await
    }

    /// The verdicts on the screen: integrity, issuer, chip.
    ///
    /// # Errors
    /// When one is not shown.
    pub async fn verdicts(&self) -> Result<[String; 3]> {
        let mut shown = Vec::new();
        for name in ["integrity", "issuer", "chip"] {
            let chip = self
                .browser
                .find(&format!("[data-testid=verdict-{name}]"))
                .await?;
            shown.push(
                chip.attr("data-verdict")
                    .await?
                    .context("a verdict without a word")?,
            );
        }
        shown
            .try_into()
            .map_err(|_| anyhow::anyhow!("not three verdicts"))
    }

    /// Confirms the face with the Enter key and reads the ticket.
    ///
    /// # Errors
    /// When no ticket is shown.
    pub async fn admit(&self) -> Result<String> {
        sleep(LOOK).await;
        self.browser
            .page
            .action_chain()
            .send_keys(Key::Enter + "")
            .perform()
            .await?;
        self.wait_for_phase("ticket").await?;
        let ticket = self.browser.find("[data-testid=ticket]").await?.text().await?;
        ensure!(!ticket.trim().is_empty(), "an empty ticket");
        Ok(ticket)
    }

    async fn wait_for_phase(&self, phase: &str) -> Result<()> {
        let begin = Instant::now();
        while begin.elapsed() < READING_TIME {
            let desk = self.browser.find("[data-testid=desk]").await?;
            match desk.attr("data-phase").await?.as_deref() {
                Some(now) if now == phase => return Ok(()),
                Some("failed") => bail!("the page shows that the reading failed"),
                _ => sleep(Duration::from_millis(50)).await,
            }
        }
        bail!("the desk does not come to \"{phase}\"")
    }
}
