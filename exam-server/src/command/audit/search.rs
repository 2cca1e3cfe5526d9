//! `exam-server audit search`: what the console's page finds, at the terminal. Changes nothing.

use crate::audit::store::search::{Sight, page};
use crate::command::sitting::parse_start;
use crate::command::workplace::{Installation, print_json};
use crate::result::table::moment;
use anyhow::Result;
use clap::Args;
use exam_protocol::audit::{AuditFilter, AuditReason, AuditRecord, PAGE, label};
use exam_protocol::right::Scope;
use exam_protocol::time::Timestamp;
use std::process::ExitCode;

/// Search the audit. All that is given must fit.
#[derive(Debug, Args)]
pub(super) struct SearchAudit {
    #[command(flatten)]
    installation: Installation,
    /// Part of the actor, address, act, object, particulars or reason
    #[arg(long, default_value = "")]
    text: String,
    /// Who: staff:ID, station:ID, server, command; or part of a member's name
    #[arg(long, default_value = "")]
    actor: String,
    /// What: room.start, or a whole group: room.
    #[arg(long, default_value = "")]
    act: String,
    /// On what: room:ID, or a whole kind: room:
    #[arg(long, default_value = "")]
    object: String,
    /// Network address, or its beginning
    #[arg(long, default_value = "")]
    address: String,
    /// Not before this time, 2026-12-01T07:30 in Vietnam or with an offset
    #[arg(long, value_parser = parse_start)]
    from: Option<Timestamp>,
    /// Before this time
    #[arg(long, value_parser = parse_start)]
    until: Option<Timestamp>,
    /// Only records before this one
    #[arg(long)]
    before: Option<i64>,
    /// Most records to list
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl SearchAudit {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let work = self.installation.open().await?;
        let mut filter = AuditFilter {
            text: self.text,
            actor: self.actor,
            act: self.act,
            object: self.object,
            address: self.address,
            from: self.from,
            until: self.until,
            before: self.before,
        };
        let sight = Sight::of(&[Scope::Installation]);
        let mut found: Vec<AuditRecord> = Vec::new();
        while found.len() < self.limit {
            let mut records = page(work.db.reader(), &filter, &sight).await?;
            let more = records.len() > PAGE as usize;
            records.truncate(PAGE as usize);
            filter.before = records.last().map(|record| record.sequence);
            found.append(&mut records);
            if !more {
                break;
            }
        }
        found.truncate(self.limit);
        work.db.close().await;
        if self.json {
            print_json(&found)?;
        } else {
            for record in &found {
                println!("{}", line(record));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A record for people. What somebody typed can't make a second line of it.
fn line(record: &AuditRecord) -> String {
    let words = label::of(&record.act).map_or(record.act.as_str(), |label| label.vi);
    let named = |id: &str, name: &str| {
        if name.is_empty() {
            id.to_owned()
        } else {
            format!("{name} ({id})")
        }
    };
    let reason = match &record.reason {
        AuditReason::None => String::new(),
        AuditReason::Given(text) => format!("; lí do/reason: {text}"),
        AuditReason::Erased => "; lí do đã xoá/reason erased".to_owned(),
    };
    let text = format!(
        "{} | {} | {} {} | {words} [{}] | {} | {}{reason}",
        record.sequence,
        moment(record.at),
        named(&record.actor, &record.actor_name),
        record.address,
        record.act,
        named(&record.object, &record.object_name),
        record.became,
    );
    text.replace(char::is_control, " ")
}
