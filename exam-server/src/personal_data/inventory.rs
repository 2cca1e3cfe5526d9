//! The inventory: every column of every table with its class and the rule by which it goes. A test compares it with the
//! real schema; `exam-server personal-data inventory` prints it; docs/personal-data.md shows it.

use serde::Serialize;
use std::fmt::Write;

/// How sensitive a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// May be known to anybody.
    Public,
    /// Known to those who work on the exam: plans, states, random ids.
    Internal,
    /// Personal data, and what was written by people.
    Restricted,
    /// Sensitive personal data (face, data of the identity card), and secrets: only sealed or hashed.
    Sealed,
}

/// By which rule a column's content goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Holds nothing of a person once the other columns are erased; stays with the exam's record.
    Record,
    /// Images and chip data: `personal_data.image_days` after the sitting's end.
    Images,
    /// Names and numbers of candidates: `personal_data.candidate_days` after the sitting's end.
    Candidates,
    /// Reasons as people typed them: `personal_data.reason_days` after the act.
    Reasons,
    /// For the desk: at admission, at the latest when the judgement can no longer be used.
    Desk,
    /// As long as the account, session or machine that it belongs to.
    Account,
    /// When it has run out or was used.
    Short,
}

impl Class {
    /// In words, as documents show it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Restricted => "restricted",
            Self::Sealed => "sealed",
        }
    }
}

impl Rule {
    /// In words, as documents show it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Images => "images",
            Self::Candidates => "candidates",
            Self::Reasons => "reasons",
            Self::Desk => "desk",
            Self::Account => "account",
            Self::Short => "short",
        }
    }
}

/// Columns of one table that share class and rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Columns {
    /// Table.
    pub table: &'static str,
    /// Columns, separated by spaces.
    pub columns: &'static str,
    /// Class.
    pub class: Class,
    /// Rule.
    pub rule: Rule,
}

const fn of(table: &'static str, columns: &'static str, class: Class, rule: Rule) -> Columns {
    Columns {
        table,
        columns,
        class,
        rule,
    }
}

use Class::{Internal, Public, Restricted, Sealed};
use Rule::{Account, Candidates, Desk, Images, Reasons, Record, Short};

/// The inventory, in the order of the migrations.
pub const INVENTORY: &[Columns] = &[
    of("organisation", "id created_at", Internal, Record),
    of("organisation", "name", Public, Record),
    of(
        "staff",
        "id organisation password_changed_at password_given active_since ends_at disabled_at break_glass",
        Internal,
        Account,
    ),
    of(
        "staff",
        "name display_name disabled_why last_login_at last_login_address earlier_login_at earlier_login_address",
        Restricted,
        Account,
    ),
    of("staff", "password_hash", Sealed, Account),
    of(
        "staff_role",
        "staff role scope_kind scope_id granted_at granted_by",
        Internal,
        Account,
    ),
    of(
        "staff_session",
        "id staff stage opened_at last_active strong_at ends_at",
        Internal,
        Short,
    ),
    of("staff_session", "address agent", Restricted, Short),
    of("staff_session", "token_hash", Sealed, Short),
    of("staff_old_password", "staff replaced_at", Internal, Account),
    of("staff_old_password", "password_hash", Sealed, Account),
    of(
        "staff_factor",
        "id staff kind last_step created_at last_used",
        Internal,
        Account,
    ),
    of("staff_factor", "label", Restricted, Account),
    of("staff_factor", "content", Sealed, Account),
    of(
        "staff_recovery_code",
        "staff created_at used_at",
        Internal,
        Account,
    ),
    of("staff_recovery_code", "hash", Sealed, Account),
    of("staff_pending", "session kind expires_at", Internal, Short),
    of("staff_pending", "content", Sealed, Short),
    of("staff_live_token", "session expires_at", Internal, Short),
    of("staff_live_token", "hash", Sealed, Short),
    of("staff_device", "staff since last_used", Internal, Account),
    of("staff_device", "hash", Sealed, Account),
    of("staff_try", "budget account failures last", Internal, Short),
    of(
        "staff_review",
        "staff role scope_kind scope_id reviewed_at reviewed_by",
        Internal,
        Account,
    ),
    of(
        "control_change",
        "staff at kind changed_by organisation_was organisation_became",
        Internal,
        Account,
    ),
    of("staff", "control_seen_at", Internal, Account),
    of("staff_external", "provider staff linked_at", Internal, Account),
    of("staff_external", "subject", Restricted, Account),
    of("sign_on_pending", "provider expires_at", Internal, Short),
    of("sign_on_pending", "token_hash", Sealed, Short),
    of("sign_on_session", "session provider", Internal, Short),
    of("sign_on_session", "subject sid", Restricted, Short),
    of("sign_on_logout", "provider token expires_at", Internal, Short),
    of("exam", "id organisation created_at rehearsal", Internal, Record),
    of("exam", "title", Public, Record),
    of("site", "id exam", Internal, Record),
    of("site", "name", Public, Record),
    of("sitting", "id exam", Internal, Record),
    of("sitting", "subject starts_at duration questions", Public, Record),
    of(
        "room",
        "id sitting site name state running_since stopped_at elapsed credit version",
        Internal,
        Record,
    ),
    of(
        "candidate",
        "citizen_number name birth_date sex class school",
        Restricted,
        Candidates,
    ),
    of(
        "attempt",
        "id sitting room seat form epoch last_sequence head credit version handed_in_at",
        Internal,
        Record,
    ),
    of(
        "attempt",
        "citizen_number roster_name roster_birth_date roster_sex roster_class roster_school",
        Restricted,
        Candidates,
    ),
    of("attempt", "candidate_number", Restricted, Record),
    of("sitting_key", "sitting", Internal, Record),
    of("sitting_key", "wrapped", Sealed, Record),
    of("form", "id sitting code key_commitment", Internal, Record),
    of(
        "form",
        "sealed_paper wrapped_paper_key sealed_answer_key wrapped_answer_key",
        Sealed,
        Record,
    ),
    of("trust_anchor", "fingerprint certificate added_at", Public, Record),
    of("revocation_list", "hash list added_at", Public, Record),
    of(
        "document_signer",
        "fingerprint certificate subject issuer first_seen approved_by approved_at approval_reason",
        Internal,
        Record,
    ),
    of(
        "signer_sighting",
        "checkin fingerprint issuer at",
        Internal,
        Record,
    ),
    of(
        "checkin",
        "id room attempt station station_name started_at started_by status nonce challenge challenged_at checkpoint evidence_hash finished_at",
        Internal,
        Record,
    ),
    of("checkin", "evidence", Sealed, Images),
    of("desk_view", "checkin expires_at", Internal, Desk),
    of("desk_view", "holder portrait", Sealed, Desk),
    of("photo", "attempt imported_at", Internal, Images),
    of("photo", "content", Sealed, Images),
    of(
        "admission",
        "attempt at checkin rule verdicts admitted_by second evidence_hash",
        Internal,
        Record,
    ),
    of("admission", "reason", Restricted, Reasons),
    of("ticket", "attempt issued_at expires_at used_at", Internal, Record),
    of("ticket", "hash", Sealed, Record),
    of(
        "seat",
        "attempt epoch public_key certificate claimed_at",
        Internal,
        Record,
    ),
    of("seat", "token_hash", Sealed, Record),
    of(
        "journal",
        "attempt epoch sequence question blank entry hash received_at",
        Restricted,
        Record,
    ),
    of(
        "hand_in",
        "attempt epoch envelope receipt received_at late",
        Restricted,
        Record,
    ),
    of(
        "mark",
        "attempt question item awarded maximum reason",
        Restricted,
        Record,
    ),
    of(
        "result",
        "attempt total maximum complete signed computed_at",
        Restricted,
        Record,
    ),
    of(
        "audit",
        "sequence at actor act object organisation exam site room was became reason_hash salt hash",
        Internal,
        Record,
    ),
    of("audit", "address", Restricted, Record),
    of("audit_reason", "sequence salt text", Restricted, Reasons),
    of("audit_feed", "name sent sent_at", Internal, Record),
    of(
        "erasure",
        "number at actor lines text text_hash",
        Internal,
        Record,
    ),
    of(
        "machine",
        "id site kind name serial certificate_hash not_after enrolled_at enrolled_by revoked_at last_seen alarm_at",
        Internal,
        Account,
    ),
    of("machine", "host_name last_address", Restricted, Account),
    of(
        "machine_code",
        "site kind name issued_at issued_by expires_at used_at",
        Internal,
        Short,
    ),
    of("machine_code", "hash", Sealed, Short),
    of("attempt", "reopened_until", Internal, Record),
    of("attempt", "extra", Restricted, Record),
    of("attempt", "journal_bytes", Internal, Record),
    of("sitting", "late_after earliest_hand_in", Public, Record),
    of(
        "late_line",
        "attempt epoch sequence hash branch question blank entry received_at",
        Restricted,
        Record,
    ),
    of("late_decision", "attempt proposal at last", Internal, Record),
    of("checkin", "node", Internal, Record),
    of("node", "id started_at seen_at", Internal, Short),
    of(
        "proposal",
        "id sitting room hash proposer organisation proposed_at expires_at state decided_by decided_at readable_until used_at words_erased_at",
        Internal,
        Record,
    ),
    of(
        "proposal",
        "content decision_reason decider_name decider_organisation",
        Restricted,
        Reasons,
    ),
    of(
        "absence",
        "id attempt why left_at left_by back_at back_by recheck",
        Internal,
        Record,
    ),
    of("attempt_void", "attempt proposal at", Internal, Record),
    of("attempt_void", "reason", Restricted, Reasons),
    of("reopening", "attempt epoch proposal at", Internal, Record),
    of(
        "key_correction",
        "proposal sitting item correction at",
        Restricted,
        Record,
    ),
    of(
        "mark_history",
        "attempt computed_at question item awarded maximum reason",
        Restricted,
        Record,
    ),
    of(
        "result_history",
        "attempt computed_at total maximum complete signed replaced_at replaced_by",
        Restricted,
        Record,
    ),
];

/// The inventory as a table in Markdown.
pub fn as_markdown() -> String {
    let mut text = String::from("| table | columns | class | rule |\n|---|---|---|---|\n");
    for entry in INVENTORY {
        let columns = entry.columns.replace(' ', ", ");
        let (class, rule) = (entry.class.name(), entry.rule.name());
        writeln!(text, "| {} | {columns} | {class} | {rule} |", entry.table)
            .expect("a string takes everything");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::Trial;
    use std::collections::BTreeSet;

    #[tokio::test]
    async fn names_every_column_of_the_schema_once_and_no_other() {
        let trial = Trial::new().await;
        let text = if exam_test_database::wanted() {
            "select cast(table_name as text), cast(column_name as text) from information_schema.columns
             where table_schema = 'public' and table_name <> '_sqlx_migrations'"
        } else {
            "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
             where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> '_sqlx_migrations'"
        };
        let real: Vec<(String, String)> = sqlx::query_as(text)
            .fetch_all(trial.app.db.reader())
            .await
            .unwrap();
        let real: BTreeSet<String> = real.into_iter().map(|(t, c)| format!("{t}.{c}")).collect();
        let mut classified = BTreeSet::new();
        for entry in INVENTORY {
            for column in entry.columns.split(' ') {
                let name = format!("{}.{column}", entry.table);
                assert!(classified.insert(name.clone()), "{name} is classified twice");
            }
        }
        let missing: Vec<_> = real.difference(&classified).collect();
        let gone: Vec<_> = classified.difference(&real).collect();
        assert!(missing.is_empty(), "columns without a class: {missing:?}");
        assert!(gone.is_empty(), "columns that are no more: {gone:?}");
    }

    #[test]
    fn the_document_shows_it() {
        let document = include_str!("../../../docs/personal-data.md");
        assert!(
            document.contains(&as_markdown()),
            "docs/personal-data.md: put the output of `exam-server personal-data inventory` there"
        );
    }
}
