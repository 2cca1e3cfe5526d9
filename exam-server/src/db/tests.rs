//! What every store relies on, on both databases: the record can't be changed, acts are serial, answers and acts keep apart,
//! and a commit that did not happen is an error.

use super::*;
use crate::audit::chain::{Act, Actor};
use crate::audit::store as audit;
use crate::sitting::journal::Line;
use crate::sitting::store::journal::{Append, append_batch};
use crate::sitting::store::lock_attempt;
use crate::trial::Trial;
use exam_protocol::bytes::Fixed;
use exam_protocol::id::AttemptId;
use exam_protocol::time::Timestamp;
use tokio::time::{sleep, timeout};

/// Tables into which rows are only ever inserted.
const RECORD: [&str; 11] = [
    "audit",
    "erasure",
    "journal",
    "hand_in",
    "seat",
    "reopening",
    "key_correction",
    "mark_history",
    "result_history",
    "staff_review",
    "control_change",
];

async fn run(tx: &mut Tx, text: &str) -> Result<u64, sqlx::Error> {
    let text = sqlx::AssertSqlSafe(text.to_owned());
    Ok(sqlx::query(text).execute(&mut **tx).await?.rows_affected())
}

/// Columns of a table with their types, as this database lists them.
async fn columns(db: &Db, table: &str) -> Vec<(String, String)> {
    let text = if exam_test_database::wanted() {
        format!(
            "select cast(column_name as text), cast(data_type as text) from information_schema.columns
             where table_name = '{table}'"
        )
    } else {
        format!("select name, type from pragma_table_info('{table}')")
    };
    sqlx::query_as(sqlx::AssertSqlSafe(text))
        .fetch_all(db.reader())
        .await
        .unwrap()
}

/// Tries a statement as the server on a table that holds a row; why it was refused.
async fn refusal(trial: &Trial, table: &str, statement: &str) -> String {
    let mut tx = trial.app.db.write().await.unwrap();
    if !exam_test_database::wanted() {
        // Triggers fire for rows, so there must be one. It goes with the transaction.
        run(&mut tx, "pragma defer_foreign_keys = on").await.unwrap();
        let columns = columns(&trial.app.db, table).await;
        let values = columns.iter().map(|(_, kind)| match kind.as_str() {
            "bigint" => "-7",
            "bytea" => "x'00'",
            _ => "'x'",
        });
        let values = values.collect::<Vec<_>>().join(", ");
        run(&mut tx, &format!("insert into {table} values ({values})"))
            .await
            .unwrap();
    }
    match run(&mut tx, statement).await {
        Ok(rows) => panic!("{statement}: took {rows} rows"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn the_record_is_only_ever_inserted_into() {
    let trial = Trial::new().await;
    let why = if exam_test_database::wanted() {
        "permission denied"
    } else {
        "never"
    };
    let changed = |table: &str, column: &str| format!("update {table} set {column} = {column}");
    let mut statements = vec![
        ("audit_reason", changed("audit_reason", "text")),
        ("admission", changed("admission", "evidence_hash")),
        ("admission", "delete from admission".into()),
        ("attempt_void", changed("attempt_void", "proposal")),
        ("attempt_void", "delete from attempt_void".into()),
        ("proposal", changed("proposal", "hash")),
        ("proposal", changed("proposal", "proposed_at")),
        ("proposal", "delete from proposal".into()),
    ];
    if !exam_test_database::wanted() {
        // On PostgreSQL a changed content is seen by its hash.
        statements.push((
            "proposal",
            "update proposal set content = content, words_erased_at = null".into(),
        ));
        statements.push((
            "proposal",
            "update proposal set content = content, words_erased_at = 1".into(),
        ));
    }
    for table in RECORD {
        for (column, _) in columns(&trial.app.db, table).await {
            statements.push((table, changed(table, &column)));
        }
        statements.push((table, format!("delete from {table}")));
    }
    if exam_test_database::wanted() {
        statements.extend(RECORD.map(|table| (table, format!("truncate {table}"))));
        statements.push(("audit", "drop table audit".into()));
        statements.push(("audit", "alter table audit disable trigger all".into()));
        statements.push(("_sqlx_migrations", "delete from _sqlx_migrations".into()));
    }
    for (table, statement) in statements {
        let refused = refusal(&trial, table, &statement).await;
        assert!(
            refused.contains(why) || refused.contains("must be owner"),
            "{statement}: {refused}"
        );
    }
}

#[tokio::test]
async fn what_waits_keeps_its_words() {
    if exam_test_database::wanted() {
        // There a changed content is seen by its hash.
        return;
    }
    let trial = Trial::new().await;
    for (state, at, allowed) in [("open", 50, false), ("open", 100, true), ("done", 50, true)] {
        let mut tx = trial.app.db.write().await.unwrap();
        run(&mut tx, "pragma defer_foreign_keys = on").await.unwrap();
        let insert = format!(
            "insert into proposal (id, sitting, content, hash, proposer, organisation, proposed_at, expires_at, state)
             values ('x', 'x', x'00', x'00', 'x', 'x', 1, 100, '{state}')"
        );
        run(&mut tx, &insert).await.unwrap();
        let erase = format!("update proposal set content = x'01', words_erased_at = {at}");
        assert_eq!(run(&mut tx, &erase).await.is_ok(), allowed, "{state} at {at}");
    }
}

#[tokio::test]
async fn what_erasure_needs_is_allowed() {
    let trial = Trial::new().await;
    let mut tx = trial.app.db.write().await.unwrap();
    for statement in [
        "delete from audit_reason",
        "update admission set reason = ''",
        "update attempt_void set reason = ''",
        "update checkin set evidence = null",
        "delete from photo",
    ] {
        run(&mut tx, statement).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn readers_cannot_write() {
    let trial = Trial::new().await;
    let refused = sqlx::query("delete from photo")
        .execute(trial.app.db.reader())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("read-only") || refused.contains("readonly"),
        "{refused}"
    );
}

#[tokio::test]
async fn after_a_failed_statement_nothing_is_half_stored() {
    let trial = Trial::new().await;
    let mut tx = trial.app.db.write().await.unwrap();
    let text = "insert into organisation (id, name, created_at) values ('one', 'one', 0)";
    run(&mut tx, text).await.unwrap();
    assert!(run(&mut tx, text).await.is_err());
    let committed = tx.commit().await.is_ok();
    let stored = trial
        .number("select count(*) from organisation where id = 'one'")
        .await;
    assert_eq!(committed, stored == 1, "a commit says what it did");
}

#[tokio::test]
async fn acts_at_the_same_time_make_one_chain() {
    let trial = Trial::new().await;
    let before = trial.number("select count(*) from audit").await;
    let acts = (0..20).map(|_| {
        let db = trial.app.db.clone();
        tokio::spawn(async move {
            let mut tx = db.write().await.unwrap();
            let act = Act {
                at: Timestamp(1),
                actor: &Actor::server(),
                act: "room.open",
                object: "",
                was: "",
                became: "",
                reason: "",
            };
            audit::append(&mut tx, &act).await.unwrap();
            tx.commit().await.unwrap();
        })
    });
    for act in acts.collect::<Vec<_>>() {
        act.await.unwrap();
    }
    assert_eq!(trial.number("select count(*) from audit").await, before + 20);
    assert_eq!(trial.number("select max(sequence) from audit").await, before + 20);
}

/// A sitting whose rooms run, with one line that a seat wants to append.
async fn running() -> (Trial, Append) {
    let trial = Trial::new().await;
    trial.sql("update room set state = 'running'", &[]).await;
    let append = line_of(trial.attempts[0]);
    (trial, append)
}

fn line_of(attempt: AttemptId) -> Append {
    let line = Line {
        sequence: 1,
        previous: Fixed([0; 32]),
        question: 1,
        blank: false,
        bytes: vec![1],
        hash: Fixed([7; 32]),
    };
    Append {
        attempt,
        epoch: 0,
        after: 0,
        lines: vec![line],
    }
}

async fn append(db: Db, append: Append) -> bool {
    let mut tx = db.write_answers().await.unwrap();
    let taken = append_batch(&mut tx, &[append], Timestamp(1)).await.unwrap();
    tx.commit().await.unwrap();
    taken[0]
}

/// Long enough for a transaction to reach what it waits for.
const A_WHILE: Duration = Duration::from_millis(200);

#[tokio::test]
async fn whoever_closes_a_room_sees_all_answers_that_are_acknowledged() {
    let (trial, line) = running().await;
    let mut answers = trial.app.db.write_answers().await.unwrap();
    assert_eq!(
        append_batch(&mut answers, &[line], Timestamp(1)).await.unwrap(),
        [true]
    );
    let db = trial.app.db.clone();
    let closing = tokio::spawn(async move {
        let mut tx = db.write().await.unwrap();
        run(&mut tx, "update room set state = 'closed'").await.unwrap();
        let seen: i64 = sqlx::query_scalar("select count(*) from journal")
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        seen
    });
    sleep(A_WHILE).await;
    assert!(!closing.is_finished(), "it waits for the answers");
    answers.commit().await.unwrap();
    assert_eq!(closing.await.unwrap(), 1);
}

#[tokio::test]
async fn a_room_that_is_being_closed_takes_no_more_answers() {
    let (trial, line) = running().await;
    let mut closing = trial.app.db.write().await.unwrap();
    run(&mut closing, "update room set state = 'closed'")
        .await
        .unwrap();
    let answer = tokio::spawn(append(trial.app.db.clone(), line));
    sleep(A_WHILE).await;
    assert!(!answer.is_finished(), "it waits for the act");
    closing.commit().await.unwrap();
    assert!(!answer.await.unwrap(), "and is refused then");
    assert_eq!(trial.number("select count(*) from journal").await, 0);
}

#[tokio::test]
async fn no_answer_slips_in_while_a_hand_in_is_judged() {
    let (trial, line) = running().await;
    let mut judging = trial.app.db.write().await.unwrap();
    lock_attempt(&mut judging, line.attempt).await.unwrap();
    let answer = tokio::spawn(append(trial.app.db.clone(), line));
    sleep(A_WHILE).await;
    let seen: i64 = sqlx::query_scalar("select max(last_sequence) from attempt")
        .fetch_one(&mut *judging)
        .await
        .unwrap();
    assert_eq!(seen, 0);
    run(&mut judging, "update attempt set handed_in_at = 1")
        .await
        .unwrap();
    judging.commit().await.unwrap();
    assert!(!answer.await.unwrap());
}

#[tokio::test]
async fn of_two_seats_with_one_attempt_only_the_newer_is_heard() {
    let (trial, line) = running().await;
    let mut taking_over = trial.app.db.write().await.unwrap();
    run(&mut taking_over, "update attempt set epoch = epoch + 1")
        .await
        .unwrap();
    let answer = tokio::spawn(append(trial.app.db.clone(), line.clone()));
    sleep(A_WHILE).await;
    taking_over.commit().await.unwrap();
    assert!(!answer.await.unwrap());
    let newer = Append { epoch: 1, ..line };
    assert!(append(trial.app.db.clone(), newer.clone()).await);
    assert!(
        !append(trial.app.db.clone(), newer).await,
        "nothing is stored twice"
    );
}

/// PostgreSQL only: on SQLite there is one writer.
#[tokio::test]
async fn answers_do_not_wait_for_acts_elsewhere() {
    let (trial, line) = running().await;
    if trial.postgresql().is_none() {
        return;
    }
    let mut act = trial.app.db.write().await.unwrap();
    run(&mut act, "update organisation set name = name")
        .await
        .unwrap();
    let answer = timeout(Duration::from_secs(5), append(trial.app.db.clone(), line));
    assert!(answer.await.expect("it must not wait"));
    act.commit().await.unwrap();
}

/// PostgreSQL only: there the connection can be lost.
#[tokio::test]
async fn a_lost_connection_is_an_error_and_heals() {
    let trial = Trial::new().await;
    let Some(database) = trial.postgresql() else {
        return;
    };
    let mut tx = trial.app.db.write().await.unwrap();
    let text = "insert into organisation (id, name, created_at) values ('one', 'one', 0)";
    run(&mut tx, text).await.unwrap();
    database
        .sql(
            "select pg_terminate_backend(pid) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()",
        )
        .unwrap();
    assert!(tx.commit().await.is_err());
    trial.sql(text, &[]).await;
    assert_eq!(
        trial
            .number("select count(*) from organisation where id = 'one'")
            .await,
        1
    );
}

/// PostgreSQL only: a standby that has not confirmed is told by a warning with the commit, here by one that a trigger gives.
#[tokio::test]
async fn a_commit_with_a_warning_is_not_relied_on() {
    let trial = Trial::new().await;
    let Some(database) = trial.postgresql() else {
        return;
    };
    database
        .sql(
            "create function warn() returns trigger language plpgsql as
                 $$ begin raise warning 'canceling wait for synchronous replication'; return null; end $$;
             create constraint trigger warns after insert on organisation
                 deferrable initially deferred for each row execute function warn()",
        )
        .unwrap();
    let mut tx = trial.app.db.write().await.unwrap();
    let text = "insert into organisation (id, name, created_at) values ('one', 'one', 0)";
    run(&mut tx, text).await.unwrap();
    let refused = tx.commit().await.unwrap_err().to_string();
    assert!(refused.contains("standby"), "{refused}");
}

/// PostgreSQL only.
#[tokio::test]
async fn the_server_refuses_a_role_that_could_change_the_record_and_tables_of_another_version() {
    let trial = Trial::new().await;
    let Some(database) = trial.postgresql() else {
        return;
    };
    let open = async |url: String| {
        let at = Database::try_from(url).unwrap();
        Db::open(&at).await.map(|_| ()).unwrap_err().to_string()
    };
    assert!(open(database.owner_url()).await.contains("exam_server"));
    database.sql("grant update on audit to exam_server").unwrap();
    assert!(open(database.url()).await.contains("exam_server"));
    database
        .sql("revoke update on audit from exam_server; grant delete on erasure to exam_server")
        .unwrap();
    assert!(open(database.url()).await.contains("exam_server"));
    database
        .sql(
            "revoke delete on erasure from exam_server;
              delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)",
        )
        .unwrap();
    assert!(open(database.url()).await.contains("prepare"));
}
