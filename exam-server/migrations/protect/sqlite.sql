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
