//! Judges what a page shows by the rules of WCAG 2.2 level AA that a machine can check, with axe-core: a judge that shares no
//! code with the pages. Must not change what it looks at.

use crate::programs::outside;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use thirtyfour::WebDriver;

/// The checker's one file, in the build folder.
const CHECKER: &str = "accessibility/node_modules/axe-core/axe.min.js";

/// Runs the checker and hands over what is wrong. The watermark is left out: it carries nothing for the candidate, only for
/// whoever finds a photograph of the screen (WCAG 1.4.3, "incidental").
const RUN: &str = "const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    axe.run({ include: document, exclude: ['.watermark'] }, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }).then(
        (found) => done(found.violations.map((rule) => ({
            rule: rule.id, help: rule.help,
            places: rule.nodes.map((node) => node.target.join(' ') + ': ' + node.html.slice(0, 160)),
        }))),
        (error) => done([{ rule: 'axe', help: String(error), places: [] }]));";

/// A rule that a page breaks.
#[derive(Debug, Deserialize)]
struct Violation {
    rule: String,
    help: String,
    places: Vec<String>,
}

/// The checker, read once.
pub struct Checker {
    source: String,
}

impl Checker {
    /// Reads the checker.
    ///
    /// # Errors
    /// When it was not fetched.
    pub fn read() -> Result<Self> {
        Ok(Self {
            source: std::fs::read_to_string(outside(CHECKER)?)?,
        })
    }

    /// Every rule that what is on the screen breaks, a line each; `place` tells where that is.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn faults(&self, page: &WebDriver, place: &str) -> Result<Vec<String>> {
        let there = page.execute("return typeof axe === 'object'", vec![]).await?;
        if !there.convert::<bool>()? {
            page.execute(&self.source, vec![]).await.context("the checker")?;
        }
        let found = page.execute_async(RUN, vec![]).await?;
        let found: Vec<Violation> = found.convert()?;
        Ok(found
            .iter()
            .map(|one| format!("{place}: {} ({}): {}", one.rule, one.help, one.places.join(" | ")))
            .collect())
    }

    /// Refuses a screen that breaks a rule.
    ///
    /// # Errors
    /// Names every rule and every place.
    pub async fn pass(&self, page: &WebDriver, place: &str) -> Result<()> {
        let faults = self.faults(page, place).await?;
        ensure!(faults.is_empty(), "{}", faults.join("\n"));
        Ok(())
    }
}
