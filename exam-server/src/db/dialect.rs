//! The only SQL that is written twice: batches of answers, and the locks that keep them apart from acts.
//!
//! On SQLite every writing transaction runs alone, so it needs no locks. On PostgreSQL answers run beside acts: a batch first
//! takes a share of its rooms, for which an act that moves a room waits, and which waits for such an act; then it advances
//! attempts, whose rows it locks by that. After each wait PostgreSQL looks at the row again, so conditions hold when it writes.

/// Texts of one database.
#[derive(Debug)]
pub struct Dialect {
    /// Takes a share of the rooms of a batch: `$1` its attempts as JSON. Nothing to do where writers run alone.
    pub share_rooms: Option<&'static str>,
    /// Advances attempts whose journal ends where the batch continues it: `$1` as JSON; returns those that were.
    pub advance: &'static str,
    /// Inserts lines of the journal: `$1` as JSON, `$2` when they were received.
    pub insert_lines: &'static str,
    /// Asks whether the file is whole: one row `ok`, or what is wrong. A server looks after its files itself.
    pub integrity: Option<&'static str>,
}

/// SQLite.
pub static SQLITE: Dialect = Dialect {
    share_rooms: None,
    advance: "update attempt set last_sequence = batch.last, head = batch.head,
            journal_bytes = journal_bytes + batch.bytes
        from (select value ->> 'attempt' as attempt, value ->> 'epoch' as epoch, value ->> 'after' as after,
                  value ->> 'last' as last, value ->> 'bytes' as bytes, value ->> 'most' as most, unhex(value ->> 'head') as head from json_each($1)) as batch
        where attempt.id = batch.attempt and attempt.epoch = batch.epoch and attempt.last_sequence = batch.after
            and attempt.handed_in_at is null and attempt.journal_bytes + batch.bytes <= batch.most
            and exists (select 1 from room where room.id = attempt.room and room.state in ('running', 'paused', 'ended'))
        returning attempt.id",
    insert_lines: "insert into journal (attempt, epoch, sequence, question, blank, entry, hash, received_at)
        select value ->> 'attempt', value ->> 'epoch', value ->> 'sequence', value ->> 'question', value ->> 'blank',
            unhex(value ->> 'entry'), unhex(value ->> 'hash'), $2 from json_each($1)",
    integrity: Some("pragma integrity_check(1)"),
};

/// PostgreSQL.
pub static POSTGRESQL: Dialect = Dialect {
    share_rooms: Some(
        "select id from room where id in (
             select attempt.room from attempt join json_to_recordset($1::json) as batch (attempt text)
                 on attempt.id = batch.attempt)
         order by id for share",
    ),
    advance: "update attempt set last_sequence = batch.last, head = decode(batch.head, 'hex'),
            journal_bytes = journal_bytes + batch.bytes
        from json_to_recordset($1::json)
            as batch (attempt text, epoch bigint, after bigint, last bigint, bytes bigint, most bigint, head text)
        where attempt.id = batch.attempt and attempt.epoch = batch.epoch and attempt.last_sequence = batch.after
            and attempt.handed_in_at is null and attempt.journal_bytes + batch.bytes <= batch.most
            and exists (select 1 from room where room.id = attempt.room and room.state in ('running', 'paused', 'ended'))
        returning attempt.id",
    insert_lines: "insert into journal (attempt, epoch, sequence, question, blank, entry, hash, received_at)
        select attempt, epoch, sequence, question, blank, decode(entry, 'hex'), decode(hash, 'hex'), $2
        from json_to_recordset($1::json) as line (attempt text, epoch bigint, sequence bigint, question bigint,
            blank bigint, entry text, hash text)",
    integrity: None,
};
