//! The staff console in a real browser, used by keyboard and mouse as a person would: login in two steps, duties, sections,
//! dialogs. Must not reach behind the page: what a test knows, a person could have read.

use crate::authenticator::Authenticator;
use crate::browser::Browser;
use crate::console::Credentials;
use crate::hall::Hall;
use anyhow::{Context, Result, ensure};
use exam_protocol::staff::SecondFactor;
use std::time::Duration;
use thirtyfour::prelude::*;
use tokio::time::{Instant, sleep};

/// How long the page may take to show what it was asked for.
const PATIENCE: Duration = Duration::from_secs(15);

/// The console of one member of staff.
pub struct StaffPage {
    /// The browser that shows it.
    pub browser: Browser,
    address: String,
}

impl StaffPage {
    /// Opens the login in a browser of its own.
    ///
    /// # Errors
    /// When the page does not come.
    pub async fn open(hall: &Hall) -> Result<Self> {
        let browser = Browser::headless(&hall.exam_ca()).await?;
        let address = format!("https://localhost:{}/console/", hall.address().port());
        browser.page.goto(&address).await?;
        browser.find("#login-name").await?;
        Ok(Self { browser, address })
    }

    /// Opens the console and logs in with both steps.
    ///
    /// # Errors
    /// When the page does not let this person in.
    pub async fn of(hall: &Hall, who: &Credentials) -> Result<Self> {
        let page = Self::open(hall).await?;
        page.log_in(who).await?;
        Ok(page)
    }

    /// Both steps of a login.
    ///
    /// # Errors
    /// When the page does not let this person in.
    pub async fn log_in(&self, who: &Credentials) -> Result<()> {
        self.give_password(&who.name, &who.password).await?;
        if let Some(factor) = &who.factor {
            self.give_factor(factor).await?;
        }
        self.see("[data-testid=me]").await
    }

    /// The first step.
    ///
    /// # Errors
    /// When the page does not ask for it.
    pub async fn give_password(&self, name: &str, password: &str) -> Result<()> {
        self.write("#login-name", name).await?;
        self.write("#login-password", password).await?;
        self.click("[data-testid=login-submit]").await
    }

    /// The second step, with what the person has at hand: app or paper.
    ///
    /// # Errors
    /// When the page does not ask for it.
    pub async fn give_factor(&self, factor: &Authenticator) -> Result<()> {
        let (kind, code) = match factor.show().await? {
            SecondFactor::Totp { code } => ("totp", code),
            SecondFactor::RecoveryCode { code } => ("recovery", code),
            SecondFactor::Passkey { .. } => anyhow::bail!("this person has no passkey"),
        };
        self.choose_factor(kind).await?;
        self.give_code(&code).await
    }

    /// Chooses a second factor where there is a choice.
    ///
    /// # Errors
    /// When this one is not offered.
    pub async fn choose_factor(&self, kind: &str) -> Result<()> {
        self.see("#second-factor-code, [data-testid=passkey-submit]")
            .await?;
        let button = format!("[data-testid=factor-{kind}]");
        if self.count(&button).await? > 0 {
            self.click(&button).await?;
        }
        Ok(())
    }

    /// Types a code and sends it.
    ///
    /// # Errors
    /// When the page does not ask for one.
    pub async fn give_code(&self, code: &str) -> Result<()> {
        self.write("#second-factor-code", code).await?;
        self.click("[data-testid=second-factor-submit]").await
    }

    /// Logs out.
    ///
    /// # Errors
    /// When the page does not go to the login.
    pub async fn log_out(&self) -> Result<()> {
        self.click("[data-testid=log-out]").await?;
        self.see("#login-name").await
    }

    /// Goes to a section by the menu.
    ///
    /// # Errors
    /// When the menu does not lead there.
    pub async fn section(&self, name: &str) -> Result<()> {
        self.click(&format!("[data-testid=menu-{name}]")).await?;
        self.see(&format!("main[data-testid={name}]")).await
    }

    /// Goes to an address of the console by hand, `#/people/import` for instance.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn go(&self, fragment: &str) -> Result<()> {
        Ok(self
            .browser
            .page
            .goto(format!("{}{fragment}", self.address))
            .await?)
    }

    /// Keys, wherever the cursor is.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn press(&self, keys: impl Into<TypingData>) -> Result<()> {
        Ok(self.browser.page.action_chain().send_keys(keys).perform().await?)
    }

    /// One key, wherever the cursor is.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn press_key(&self, key: Key) -> Result<()> {
        self.press(key).await
    }

    /// Clicks as soon as there is something to click, and it can be.
    ///
    /// # Errors
    /// When there is nothing.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let begin = Instant::now();
        loop {
            let element = self.browser.find(selector).await?;
            match element.click().await {
                Ok(()) => return Ok(()),
                // The list was drawn anew under the mouse, or a message is just going away.
                Err(_) if begin.elapsed() < PATIENCE => sleep(Duration::from_millis(100)).await,
                Err(error) => return Err(error).with_context(|| selector.to_owned()),
            }
        }
    }

    /// Types into a field, instead of what is in it.
    ///
    /// # Errors
    /// When there is no such field.
    pub async fn write(&self, selector: &str, text: &str) -> Result<()> {
        let field = self.browser.find(selector).await?;
        if !field.value().await?.unwrap_or_default().is_empty() {
            field.send_keys(Key::Control + "a").await?;
        }
        field.send_keys(text).await.with_context(|| selector.to_owned())
    }

    /// Chooses an option of a list by its value.
    ///
    /// # Errors
    /// When there is no such option.
    pub async fn choose(&self, selector: &str, value: &str) -> Result<()> {
        self.click(&format!("{selector} option[value='{value}']")).await
    }

    /// What an element says.
    ///
    /// # Errors
    /// When there is none.
    pub async fn read(&self, selector: &str) -> Result<String> {
        Ok(self.browser.find(selector).await?.text().await?)
    }

    /// What all elements that fit say.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn read_all(&self, selector: &str) -> Result<Vec<String>> {
        let mut texts = Vec::new();
        for element in self.browser.page.find_all(By::Css(selector)).await? {
            texts.push(element.text().await?.trim().to_owned());
        }
        Ok(texts)
    }

    /// Waits until something that fits can be seen.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn see(&self, selector: &str) -> Result<()> {
        let begin = Instant::now();
        while let Err(error) = self.browser.find(selector).await {
            // What was found may be drawn anew before it was looked at.
            if begin.elapsed() >= PATIENCE {
                return Err(error.context(self.on_screen().await));
            }
        }
        Ok(())
    }

    /// Waits until an element says something with these words in it.
    ///
    /// # Errors
    /// When it does not; tells what it said last.
    pub async fn see_text(&self, selector: &str, words: &str) -> Result<()> {
        let begin = Instant::now();
        loop {
            let texts = self.read_all(selector).await.unwrap_or_default();
            if texts.iter().any(|text| text.contains(words)) {
                return Ok(());
            }
            ensure!(
                begin.elapsed() < PATIENCE,
                "{selector} says {texts:?} and not {words:?}; {}",
                self.on_screen().await
            );
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until nothing that fits can be seen.
    ///
    /// # Errors
    /// When it stays.
    pub async fn gone(&self, selector: &str) -> Result<()> {
        let begin = Instant::now();
        while self.is_shown(selector).await? {
            ensure!(
                begin.elapsed() < PATIENCE,
                "{selector} stays; {}",
                self.on_screen().await
            );
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// How many elements fit, seen or not.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn count(&self, selector: &str) -> Result<usize> {
        Ok(self.browser.page.find_all(By::Css(selector)).await?.len())
    }

    /// Whether something that fits can be seen now.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn is_shown(&self, selector: &str) -> Result<bool> {
        for element in self.browser.page.find_all(By::Css(selector)).await? {
            // What has gone meanwhile is not shown.
            if element.is_displayed().await.unwrap_or_default() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Confirms a dialog that asks why; with nothing written where `reason` is empty.
    ///
    /// # Errors
    /// When no such dialog is open, or it stays.
    pub async fn give_reason(&self, reason: &str) -> Result<()> {
        self.see("#ask-reason-text").await?;
        if !reason.is_empty() {
            self.write("#ask-reason-text", reason).await?;
        }
        self.click("[data-testid=ask-reason-submit]").await?;
        self.gone("#ask-reason-text").await
    }

    /// Goes on with Tab until the cursor is on what fits.
    ///
    /// # Errors
    /// When a whole round does not come there.
    pub async fn tab_to(&self, selector: &str) -> Result<()> {
        let begin = Instant::now();
        let here = format!(
            "const here = document.activeElement; return here !== null && here.matches({})",
            serde_json::to_string(selector)?
        );
        loop {
            if self.browser.page.execute(&here, vec![]).await?.convert()? {
                return Ok(());
            }
            ensure!(
                begin.elapsed() < PATIENCE,
                "Tab does not come to {selector}; {}",
                self.on_screen().await
            );
            self.press_key(Key::Tab).await?;
        }
    }

    /// Waits until the cursor is on what fits, without going there.
    ///
    /// # Errors
    /// When it is elsewhere.
    pub async fn cursor_on(&self, selector: &str) -> Result<()> {
        self.see(&format!("{selector}:focus")).await
    }

    /// What the page shows, for messages of tests.
    async fn on_screen(&self) -> String {
        let text = self
            .browser
            .page
            .execute("return location.hash + ' ' + document.body.innerText", vec![])
            .await;
        let text = text
            .and_then(|value| value.convert::<String>())
            .unwrap_or_default();
        let lines: Vec<&str> = text.split_whitespace().take(160).collect();
        format!("the page shows: {}", lines.join(" "))
    }
}
