//! The database of a trial: a SQLite file or a PostgreSQL of this run, and what only its owner can do with it.

use super::{Trial, execute};
use crate::config::Database as Where;
use crate::db::Db;
use exam_test_database::{Cluster, Database};

/// A PostgreSQL database with the product's tables, where this run is one on PostgreSQL.
pub async fn database() -> Option<Database> {
    if !exam_test_database::wanted() {
        return None;
    }
    let cluster = Cluster::of_this_run().unwrap();
    if !cluster.has_template() {
        let _lock = cluster.lock().unwrap();
        if !cluster.has_template() {
            let owner = Where::try_from(cluster.begin_template().unwrap());
            let Ok(Where::Server(owner)) = owner else {
                panic!("no server")
            };
            Db::prepare(&owner).await.unwrap();
            cluster.end_template().unwrap();
        }
    }
    Some(cluster.database().unwrap())
}

impl Trial {
    /// Changes what the program itself can't, as somebody does who has the whole database in his hands.
    pub async fn tamper(&self, text: &str) {
        if let Some(database) = &self.database {
            return database.sql(&in_its_words(text)).unwrap();
        }
        let mut tx = self.app.db.write().await.unwrap();
        let triggers = "select name from sqlite_master where type = 'trigger'";
        let triggers: Vec<String> = sqlx::query_scalar(triggers).fetch_all(&mut *tx).await.unwrap();
        for trigger in triggers {
            execute(&mut tx, &format!("drop trigger {trigger}"), &[]).await;
        }
        execute(&mut tx, text, &[]).await;
        tx.commit().await.unwrap();
    }

    /// The PostgreSQL database, where this run is one on PostgreSQL.
    pub fn postgresql(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// Lets the database refuse new answers, as a full disk does, or take them again.
    pub async fn full(&self, full: bool) {
        if let Some(database) = &self.database {
            let text = if full {
                "revoke insert on journal from"
            } else {
                "grant insert on journal to"
            };
            return database
                .sql(&format!("{text} {}", exam_test_database::SERVER))
                .unwrap();
        }
        let pages = if full {
            self.number("pragma page_count").await
        } else {
            1_000_000
        };
        self.sql(&format!("pragma max_page_count = {pages}"), &[]).await;
    }
}

/// Bytes as this run's database writes them: `x'00'` and `unhex` are SQLite's way.
pub fn in_its_words(text: &str) -> String {
    if !exam_test_database::wanted() {
        return text.to_owned();
    }
    let text = text
        .replace("unhex($1)", "decode($1, 'hex')")
        .replace("unhex($2)", "decode($2, 'hex')");
    let mut parts = text.split(" x'");
    let first = parts.next().unwrap_or_default().to_owned();
    let others = parts.map(|part| {
        let (digits, rest) = part.split_once('\'').unwrap();
        format!(" decode('{digits}', 'hex'){rest}")
    });
    std::iter::once(first).chain(others).collect()
}
