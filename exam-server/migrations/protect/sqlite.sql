-- Set up again at every start: the record is only ever inserted into. Erasing the text of a reason is the one exception.
create trigger if not exists audit_no_update before update on audit
begin
    select raise(abort, 'the audit is never changed');
end;
create trigger if not exists audit_no_delete before delete on audit
begin
    select raise(abort, 'the audit is never deleted from');
end;
create trigger if not exists audit_reason_no_update before update on audit_reason
begin
    select raise(abort, 'reasons in the audit are never changed');
end;
create trigger if not exists erasure_no_update before update on erasure
begin
    select raise(abort, 'minutes of erasures are never changed');
end;
create trigger if not exists erasure_no_delete before delete on erasure
begin
    select raise(abort, 'minutes of erasures are never deleted');
end;
create trigger if not exists journal_no_update before update on journal
begin
    select raise(abort, 'the journal is never changed');
end;
create trigger if not exists journal_no_delete before delete on journal
begin
    select raise(abort, 'the journal is never deleted from');
end;
create trigger if not exists hand_in_no_update before update on hand_in
begin
    select raise(abort, 'hand-ins are never changed');
end;
create trigger if not exists hand_in_no_delete before delete on hand_in
begin
    select raise(abort, 'hand-ins are never deleted');
end;
create trigger if not exists seat_no_update before update on seat
begin
    select raise(abort, 'seats are never changed');
end;
create trigger if not exists seat_no_delete before delete on seat
begin
    select raise(abort, 'seats are never deleted');
end;
drop trigger if exists attempt_void_no_update;
create trigger attempt_void_no_update before update of attempt, proposal, at on attempt_void
begin
    select raise(abort, 'voiding is never changed');
end;
create trigger if not exists attempt_void_no_delete before delete on attempt_void
begin
    select raise(abort, 'voiding is never undone');
end;
create trigger if not exists reopening_no_update before update on reopening
begin
    select raise(abort, 're-openings are never changed');
end;
create trigger if not exists reopening_no_delete before delete on reopening
begin
    select raise(abort, 're-openings are never deleted');
end;
create trigger if not exists key_correction_no_update before update on key_correction
begin
    select raise(abort, 'corrections are never changed');
end;
create trigger if not exists key_correction_no_delete before delete on key_correction
begin
    select raise(abort, 'corrections are never deleted');
end;
create trigger if not exists mark_history_no_update before update on mark_history
begin
    select raise(abort, 'replaced marks are never changed');
end;
create trigger if not exists mark_history_no_delete before delete on mark_history
begin
    select raise(abort, 'replaced marks are never deleted');
end;
create trigger if not exists result_history_no_update before update on result_history
begin
    select raise(abort, 'replaced results are never changed');
end;
create trigger if not exists result_history_no_delete before delete on result_history
begin
    select raise(abort, 'replaced results are never deleted');
end;
create trigger if not exists staff_review_no_update before update on staff_review
begin
    select raise(abort, 'reviews are never changed');
end;
create trigger if not exists staff_review_no_delete before delete on staff_review
begin
    select raise(abort, 'reviews are never deleted');
end;
create trigger if not exists late_line_no_update before update on late_line
begin
    select raise(abort, 'kept lines are never changed');
end;
create trigger if not exists late_line_no_delete before delete on late_line
begin
    select raise(abort, 'kept lines are never deleted');
end;
create trigger if not exists late_decision_no_update before update on late_decision
begin
    select raise(abort, 'decisions are never changed');
end;
create trigger if not exists late_decision_no_delete before delete on late_decision
begin
    select raise(abort, 'decisions are never deleted');
end;
create trigger if not exists admission_no_update
    before update of attempt, at, checkin, rule, verdicts, admitted_by, second, evidence_hash on admission
begin
    select raise(abort, 'admissions are never changed');
end;
create trigger if not exists admission_no_delete before delete on admission
begin
    select raise(abort, 'admissions are never deleted');
end;
drop trigger if exists proposal_no_update;
create trigger proposal_no_update
    before update of id, sitting, room, hash, proposer, organisation, proposed_at, expires_at on proposal
begin
    select raise(abort, 'what was proposed is never changed');
end;
-- but for its words, once, when it is over
drop trigger if exists proposal_content_no_update;
create trigger proposal_content_no_update before update of content on proposal
    when new.words_erased_at is null or old.words_erased_at is not null
        or (old.state = 'open' and old.expires_at > new.words_erased_at)
begin
    select raise(abort, 'what was proposed is never changed');
end;
create trigger if not exists proposal_no_delete before delete on proposal
begin
    select raise(abort, 'proposals are never deleted');
end;
create trigger if not exists control_change_no_update before update on control_change
begin
    select raise(abort, 'changes of accounts are never changed');
end;
create trigger if not exists control_change_no_delete before delete on control_change
begin
    select raise(abort, 'changes of accounts are never deleted');
end;
create trigger if not exists absence_no_update before update of id, attempt, why, left_at, left_by on absence
begin
    select raise(abort, 'absences are never changed');
end;
create trigger if not exists absence_back_once before update on absence when old.back_at is not null
begin
    select raise(abort, 'a return is noted once');
end;
create trigger if not exists absence_no_delete before delete on absence
begin
    select raise(abort, 'absences are never deleted');
end;
