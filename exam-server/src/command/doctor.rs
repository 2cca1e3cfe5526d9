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
    /// Examines and reports. Exit code 0: an exam can be held, even where something is left to do; 1: something is in the
    /// way.
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
            println!("\n{}", self.conclusion(&findings));
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
        println!("{sign} {}", self.words(finding));
    }

    fn words<'a>(&self, finding: &'a Finding) -> &'a str {
        match self.lang {
            Language::Vi => &finding.vi,
            Language::En => &finding.en,
        }
    }

    /// Ready, or what is left to do: first what is in the way, then the rest.
    fn conclusion(&self, findings: &[Finding]) -> String {
        let of = |level| findings.iter().filter(move |finding| finding.level == level);
        let left: Vec<&Finding> = of(Level::Bad).chain(of(Level::Warning)).collect();
        let (count, blocked) = (left.len(), worst(findings) == Level::Bad);
        let first = match (self.lang, count, blocked) {
            (Language::Vi, 0, _) => return "Sẵn sàng cho ngày thi.".into(),
            (Language::En, 0, _) => return "Ready for exam day.".into(),
            (Language::Vi, _, true) => format!("CHƯA sẵn sàng: còn {count} điều cần làm."),
            (Language::Vi, _, false) => {
                format!("Chưa xong: còn {count} điều cần làm (không điều nào chặn buổi thi).")
            }
            (Language::En, _, true) => format!("NOT ready: {count} left to do."),
            (Language::En, _, false) => format!("Not finished: {count} left to do (none stops an exam)."),
        };
        let lines = (1..)
            .zip(left)
            .map(|(number, finding)| format!("\n  {number}. {}", self.words(finding)));
        first + &lines.collect::<String>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Words;

    #[test]
    fn ready_is_said_only_where_nothing_is_left() {
        let doctor = |lang| Doctor {
            config: PathBuf::new(),
            lang,
            json: false,
        };
        let words = || Words::new("Thêm đề.", "Add the paper.");
        let mut findings = vec![Finding::ok("a", words())];
        assert_eq!(
            doctor(Language::Vi).conclusion(&findings),
            "Sẵn sàng cho ngày thi."
        );
        findings.push(Finding::warning("b", words()));
        let told = doctor(Language::Vi).conclusion(&findings);
        assert!(
            told.starts_with("Chưa xong: còn 1 điều") && told.contains("1. Thêm đề."),
            "{told}"
        );
        findings.push(Finding::bad("c", words()));
        let told = doctor(Language::En).conclusion(&findings);
        assert!(
            told.starts_with("NOT ready: 2 left") && told.contains("2. Add the paper."),
            "{told}"
        );
    }
}
