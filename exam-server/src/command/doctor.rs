//! `exam-server doctor`.

use crate::clock::Clock;
use crate::config::Config;
use crate::doctor::examine;
use crate::doctor::finding::{Finding, Level, worst};
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

/// Say in plain words whether this installation is ready for exam day.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Configuration file
    #[arg(long)]
    config: PathBuf,
    /// Language of the report
    #[arg(long, value_enum, default_value_t = Language::Vi)]
    lang: Language,
    /// One JSON array instead of lines
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    /// Tiếng Việt
    Vi,
    /// English
    En,
}

impl Doctor {
    /// Examines and reports. Exit code 0: ready; 1: something is in the way.
    ///
    /// # Errors
    /// When the configuration can't be read.
    pub async fn run(self) -> Result<ExitCode> {
        let config = Config::read(&self.config)?;
        let findings = examine(&config, &Clock::start()).await;
        let ready = worst(&findings) < Level::Bad;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&findings)?);
        } else {
            for finding in &findings {
                self.tell(finding);
            }
            println!("\n{}", self.conclusion(ready));
        }
        Ok(if ready {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    fn tell(&self, finding: &Finding) {
        let sign = match finding.level {
            Level::Ok => "✓",
            Level::Warning => "!",
            Level::Bad => "✗",
        };
        let words = match self.lang {
            Language::Vi => &finding.vi,
            Language::En => &finding.en,
        };
        println!("{sign} {words}");
    }

    fn conclusion(&self, ready: bool) -> &'static str {
        match (self.lang, ready) {
            (Language::Vi, true) => "Sẵn sàng cho ngày thi.",
            (Language::Vi, false) => "CHƯA sẵn sàng: hãy xử lí các dòng có dấu ✗.",
            (Language::En, true) => "Ready for exam day.",
            (Language::En, false) => "NOT ready: mend the lines marked ✗.",
        }
    }
}
