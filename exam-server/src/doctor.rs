//! Is this installation ready for exam day? Looks at everything that has stopped exams elsewhere, and says in plain words
//! what to do. Changes nothing.

pub mod finding;
pub mod keys;
pub mod machine;
pub mod rules;
pub mod store;
pub mod server;
pub mod exams;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::db::said::said;
use finding::{Finding, Words};

/// Examines the installation.
pub async fn examine(config: &Config, clock: &Clock) -> Vec<Finding> {
    let mut findings = keys::examine(config, clock.now());
    findings.extend(machine::examine(config));
    findings.extend(rules::examine(config, clock.now()));
    findings.push(pages());
    match Db::open(&config.data.database).await {
        Ok(db) => {
            findings.extend(exams::examine(&db, config, clock.now()).await);
            db.close().await;
        }
        Err(error) => findings.push(Finding::bad(
            "database",
            Words::new(
                format!("Không mở được cơ sở dữ liệu: {}.", said(&error).0),
                format!("The database can't be opened: {}.", said(&error).1),
            ),
        )),
    }
    findings
}

fn pages() -> Finding {
    if crate::shell::pages::present() {
        return Finding::ok(
            "pages",
            Words::new(
                "Hai trang web có trong chương trình.",
                "Both pages are in the program.",
            ),
        );
    }
    let words = Words::new(
        "Chương trình không có trang web. Chạy `cargo xtask pages` rồi dựng lại máy chủ.",
        "The program has no pages in it. Run `cargo xtask pages` and build the server again.",
    );
    Finding::bad("pages", words)
}
