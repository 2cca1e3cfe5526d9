//! The one candidate of the day who sits in a real Chromium.

use crate::candidate_page::{CandidatePage, Shown};
use crate::hall::Hall;
use anyhow::{Result, ensure};
use std::collections::HashSet;
use std::path::Path;

/// Kinds of question in the demo paper.
const KINDS: usize = 5;

pub(super) struct BrowserCandidate {
    page: CandidatePage,
}

impl BrowserCandidate {
    pub(super) async fn claim(hall: &Hall, ticket: &str, pictures: Option<&Path>) -> Result<Self> {
        let page = CandidatePage::open(hall.address(), &hall.exam_ca()).await?;
        let candidate = Self { page };
        candidate.page.browser.find("#ticket").await?;
        candidate.picture(pictures, "candidate-ticket").await?;
        candidate.page.claim(ticket).await?;
        candidate.picture(pictures, "candidate-waiting").await?;
        Ok(candidate)
    }

    pub(super) async fn wait_for_paper(&self) -> Result<()> {
        self.page.wait_for_paper().await
    }

    /// Answers each question as it comes; a picture is taken of the first of each kind.
    pub(super) async fn answer_everything(&self, pictures: Option<&Path>) -> Result<()> {
        let mut kinds = HashSet::new();
        loop {
            let kind = self.page.answer().await?;
            if kinds.insert(kind) {
                self.picture(pictures, &format!("candidate-{kind:?}")).await?;
            }
            if !self.page.next().await? {
                break;
            }
        }
        ensure!(
            kinds.len() == KINDS && kinds.contains(&Shown::Essay),
            "only these kinds were shown: {kinds:?}"
        );
        self.page.press("\u{e004}").await?;
        self.page.wait_saved().await
    }

    pub(super) async fn hand_in(&self, pictures: Option<&Path>) -> Result<()> {
        self.page.review().await?;
        self.picture(pictures, "candidate-review").await?;
        let code = self.page.confirm_hand_in().await?;
        ensure!(
            code.chars().filter(char::is_ascii_hexdigit).count() >= 16,
            "the receipt's code is too short"
        );
        self.picture(pictures, "candidate-receipt").await
    }

    pub(super) async fn quit(self) -> Result<()> {
        self.page.browser.quit().await
    }

    async fn picture(&self, folder: Option<&Path>, name: &str) -> Result<()> {
        match folder {
            Some(folder) => {
                self.page
                    .browser
                    .screenshot(&folder.join(format!("{name}.png")))
                    .await
            }
            None => Ok(()),
        }
    }
}
