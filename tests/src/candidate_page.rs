//! The candidate's page in a real browser, used as a candidate would: by mouse and keyboard, reading what is shown.

use crate::browser::Browser;
use anyhow::{Context, Result, bail, ensure};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use thirtyfour::prelude::*;
use tokio::time::{Instant, sleep};

/// How long the page has to show that everything is saved.
const SAVING_TIME: Duration = Duration::from_mins(1);

/// The page of one candidate.
pub struct CandidatePage {
    /// The browser that shows it.
    pub browser: Browser,
}

/// What kind of question is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shown {
    /// One of several options.
    Single,
    /// Any of several options.
    Multiple,
    /// True or false for each statement.
    Group,
    /// A typed number or word.
    Short,
    /// Free text.
    Essay,
}

impl CandidatePage {
    /// Opens the page in a browser of its own that trusts the exam CA.
    ///
    /// # Errors
    /// When the browser or the server is not there.
    pub async fn open(server: SocketAddr, exam_ca: &Path) -> Result<Self> {
        let browser = Browser::headless(exam_ca).await?;
        browser
            .page
            .goto(format!("https://localhost:{}/", server.port()))
            .await?;
        Ok(Self { browser })
    }

    /// Types the ticket and confirms the name on the screen; ends in the waiting room with the form downloaded.
    ///
    /// # Errors
    /// When the page shows something else.
    pub async fn claim(&self, ticket: &str) -> Result<()> {
        self.browser.find("#ticket").await?.send_keys(ticket).await?;
        self.click("#claim").await?;
        self.browser.find("[data-testid=page-waiting]").await?;
        self.click("#confirm-identity").await?;
        self.browser
            .find("[data-testid=form-ready][data-ready=true]")
            .await?;
        Ok(())
    }

    /// Waits for the open paper.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn wait_for_paper(&self) -> Result<()> {
        self.browser.find("[data-testid=page-exam]").await.map(|_| ())
    }

    /// The number of the question on the screen.
    ///
    /// # Errors
    /// When there is none.
    pub async fn number(&self) -> Result<u16> {
        let number = self
            .browser
            .find("[data-testid=question]")
            .await?
            .attr("data-number")
            .await?;
        Ok(number.context("a question without a number")?.parse()?)
    }

    /// Answers the question on the screen by mouse.
    ///
    /// # Errors
    /// When it is of no kind that we know.
    pub async fn answer(&self) -> Result<Shown> {
        let shown = self.shown().await?;
        match shown {
            Shown::Single => self.click("[data-testid=option][data-option='1']").await?,
            Shown::Multiple => {
                self.click("[data-testid=option][data-option='0']").await?;
                self.click("[data-testid=option][data-option='2']").await?;
            }
            Shown::Group => self.mark_statements().await?,
            Shown::Short => self.type_into("[data-testid=short-answer]", "2,5").await?,
            Shown::Essay => {
                self.type_into("[data-testid=essay]", "Bài làm: đạo hàm của hàm số đổi dấu.")
                    .await?;
            }
        }
        Ok(shown)
    }

    /// What the screen asks for.
    ///
    /// # Errors
    /// When it is of no kind that we know.
    pub async fn shown(&self) -> Result<Shown> {
        for (selector, kind) in [
            ("table.group", Shown::Group),
            ("[data-testid=short-answer]", Shown::Short),
            ("[data-testid=essay]", Shown::Essay),
            ("[data-testid=option] input[type=radio]", Shown::Single),
            ("[data-testid=option] input[type=checkbox]", Shown::Multiple),
        ] {
            if !self.browser.page.find_all(By::Css(selector)).await?.is_empty() {
                return Ok(kind);
            }
        }
        bail!("a question of an unknown kind")
    }

    /// Goes to the next question; false when this was the last.
    ///
    /// # Errors
    /// When the page does not follow.
    pub async fn next(&self) -> Result<bool> {
        let button = self.browser.find("#next").await?;
        if !button.is_enabled().await? {
            return Ok(false);
        }
        let before = self.number().await?;
        button.click().await?;
        let begin = Instant::now();
        while self.number().await? == before {
            ensure!(
                begin.elapsed() < SAVING_TIME,
                "the page stays at question {before}"
            );
            sleep(Duration::from_millis(20)).await;
        }
        Ok(true)
    }

    /// Goes to a question by the list.
    ///
    /// # Errors
    /// When there is no such question.
    pub async fn go_to(&self, number: u16) -> Result<()> {
        self.click(&format!("[data-testid=cell][data-number='{number}']"))
            .await?;
        self.browser
            .find(&format!("[data-testid=question][data-number='{number}']"))
            .await
            .map(|_| ())
    }

    /// What the list of questions says of one: `blank`, `partly`, `answered`.
    ///
    /// # Errors
    /// When there is no such question.
    pub async fn state_of(&self, number: u16) -> Result<String> {
        let cell = self
            .browser
            .find(&format!("[data-testid=cell][data-number='{number}']"))
            .await?;
        cell.attr("data-state").await?.context("a cell without a state")
    }

    /// How many answers the page says are not yet saved.
    ///
    /// # Errors
    /// When the page does not say.
    pub async fn unsaved(&self) -> Result<usize> {
        let sign = self
            .browser
            .find("[data-testid=saved]")
            .await?
            .attr("data-unsaved")
            .await?;
        Ok(sign.context("no count of unsaved answers")?.parse()?)
    }

    /// Waits until the page says that everything is saved.
    ///
    /// # Errors
    /// When it does not within a minute.
    pub async fn wait_saved(&self) -> Result<()> {
        let begin = Instant::now();
        while self.unsaved().await? > 0 {
            ensure!(
                begin.elapsed() < SAVING_TIME,
                "{} answers stay unsaved",
                self.unsaved().await?
            );
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// State of the line as the page shows it: `online`, `offline`, `connecting`.
    ///
    /// # Errors
    /// When the page does not say.
    pub async fn connection(&self) -> Result<String> {
        let sign = self
            .browser
            .find("[data-testid=connection]")
            .await?
            .attr("data-state")
            .await?;
        sign.context("no state of the line")
    }

    /// Asks to hand in: the page shows what is answered and what is not.
    ///
    /// # Errors
    /// When it does not.
    pub async fn review(&self) -> Result<()> {
        self.click("#hand-in").await?;
        self.browser.find("[data-testid=page-review]").await.map(|_| ())
    }

    /// Confirms the hand-in and waits for the receipt; gives its code.
    ///
    /// # Errors
    /// When no receipt comes.
    pub async fn confirm_hand_in(&self) -> Result<String> {
        self.click("#confirm-hand-in").await?;
        self.receipt_code().await
    }

    /// Hands in with confirmation and waits for the receipt; gives its code.
    ///
    /// # Errors
    /// When no receipt comes.
    pub async fn hand_in(&self) -> Result<String> {
        self.review().await?;
        self.confirm_hand_in().await
    }

    /// The code on the receipt page.
    ///
    /// # Errors
    /// When it is not shown.
    pub async fn receipt_code(&self) -> Result<String> {
        self.browser.find("[data-testid=page-receipt]").await?;
        Ok(self
            .browser
            .find("[data-testid=receipt-code]")
            .await?
            .text()
            .await?)
    }

    /// Presses a key, or types, wherever the focus is.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn press(&self, keys: &str) -> Result<()> {
        Ok(self.browser.page.action_chain().send_keys(keys).perform().await?)
    }

    /// Clicks what fits the selector.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let element = self.browser.find(selector).await?;
        element.click().await.with_context(|| selector.to_owned())
    }

    async fn mark_statements(&self) -> Result<()> {
        let rows = self
            .browser
            .page
            .find_all(By::Css("table.group tbody tr"))
            .await?
            .len();
        for row in 0..rows {
            let mark = row % 2 == 0;
            self.click(&format!(
                "[data-testid=mark][data-statement='{row}'][data-mark='{mark}']"
            ))
            .await?;
        }
        Ok(())
    }

    async fn type_into(&self, selector: &str, text: &str) -> Result<()> {
        let field = self.browser.find(selector).await?;
        field.clear().await?;
        field.send_keys(text).await?;
        Ok(())
    }
}
