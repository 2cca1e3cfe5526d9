//! `exam-server audit search`: what the console's page finds, at the terminal. Changes nothing.

use crate::audit::store::search::{Sight, page};
use crate::command::personal_data::midnight;
use crate::command::sitting::parse_start;
use crate::command::workplace::{Installation, print_json};
use crate::result::table::moment;
use anyhow::Result;
use clap::Args;
use exam_protocol::audit::{AuditFilter, AuditReason, AuditRecord, PAGE, label};
use exam_protocol::right::Scope;
use exam_protocol::time::{Millis, Timestamp};
use std::process::ExitCode;

const A_DAY: Millis = Millis::minutes(24 * 60);

/// Search the audit. All that is given must fit. Exit code 0 also when nothing is found.
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
    /// Not before this time: 2026-12-01T07:30 in Vietnam, or with an offset; or a day, 2026-12-01, from its beginning
    #[arg(long, visible_alias = "since", value_parser = from_moment)]
    from: Option<Timestamp>,
    /// Before this time; a day counts to its end
    #[arg(long, value_parser = until_moment)]
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
        } else if found.is_empty() {
            println!("không có bản ghi nào phù hợp / no record fits");
        } else {
            for record in &found {
                println!("{}", line(record));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn from_moment(text: &str) -> Result<Timestamp> {
    midnight(text).or_else(|_| parse_start(text))
}

fn until_moment(text: &str) -> Result<Timestamp> {
    match midnight(text) {
        Ok(begin) => Ok(begin + A_DAY),
        Err(_) => parse_start(text),
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
        AuditReason::Given(text) => format!("; lý do/reason: {text}"),
        AuditReason::Erased => "; lý do đã xóa/reason erased".to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_alone_is_that_day_in_vietnam() {
        let at = |text| parse_start(text).unwrap();
        assert_eq!(from_moment("2026-11-22").unwrap(), at("2026-11-22T00:00"));
        assert_eq!(until_moment("2026-11-22").unwrap(), at("2026-11-23T00:00"));
        assert_eq!(from_moment("2026-11-22T07:30").unwrap(), at("2026-11-22T07:30"));
        assert!(from_moment("22/11/2026").is_err());
    }
}
