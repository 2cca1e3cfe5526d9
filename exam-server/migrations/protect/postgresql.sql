-- For PostgreSQL, run by the owner of the tables after each migration (`exam-server database prepare`). The server connects as
-- exam_server, which owns no table: what is not granted can't be done, not even by a server that was taken over.
revoke create on schema public from public;
grant usage on schema public to exam_server;
revoke all on all tables in schema public from public;
revoke all on all tables in schema public from exam_server;
grant select, insert, update, delete on all tables in schema public to exam_server;
revoke insert, update, delete on _sqlx_migrations from exam_server;
-- the record: only ever inserted into
revoke update, delete on audit, erasure, journal, hand_in, seat, reopening, key_correction, mark_history,
    result_history, staff_review, late_line, late_decision, control_change from exam_server;
-- reasons in the audit: erased or left as they are
revoke update on audit_reason from exam_server;
-- admissions: only their reasons are erased
revoke update, delete on admission from exam_server;
grant update (reason) on admission to exam_server;
-- absences: when somebody left stays, the return is added
revoke update, delete on absence from exam_server;
grant update (back_at, back_by, recheck) on absence to exam_server;
-- voided attempts: only their reasons are erased
revoke update, delete on attempt_void from exam_server;
grant update (reason) on attempt_void to exam_server;
-- proposals: what was proposed stays, how it ended is added; of those that are over the words are erased, which the hash shows
revoke update, delete on proposal from exam_server;
grant update (state, decided_by, decided_at, decision_reason, decider_name, decider_organisation, readable_until, used_at, content, words_erased_at) on proposal to exam_server;
-- Other processes hear of a change the moment it is committed; whoever misses it finds the version later.
create or replace function exam_tell() returns trigger language plpgsql as $$
begin
    perform pg_catalog.pg_notify('exam_change', tg_argv[0] || ' ' || new.id);
    return null;
end $$;
create or replace trigger exam_tell_room after update on room
    for each row when (old.version is distinct from new.version) execute function exam_tell('room');
create or replace trigger exam_tell_attempt after update on attempt
    for each row when (old.version is distinct from new.version) execute function exam_tell('attempt');
create or replace trigger exam_tell_machine after update on machine
    for each row when (old.revoked_at is distinct from new.revoked_at) execute function exam_tell('machine');
