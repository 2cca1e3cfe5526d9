-- who changed the control of an account (docs/four-eyes.md): for acts that need two people; insert only. changed_by is the
-- actor as the audit names it
create table control_change (
    staff      text   not null references staff (id),
    at         bigint not null,
    kind       text   not null,
    changed_by text   not null
);
create index control_change_at on control_change (at);
create index control_change_staff on control_change (staff, at);
-- up to when the holder has acknowledged what others changed; what was before the last login is not shown afterwards
alter table staff add column control_seen_at bigint;
update staff set control_seen_at = last_login_at;
-- what the audit knows of the time before
insert into control_change (staff, at, kind, changed_by)
    select staff.id, audit.at,
        case audit.act
            when 'staff.add' then 'created'
            when 'staff.put' then 'created'
            when 'staff.password' then 'password'
            when 'staff.break-glass-armed' then 'password'
            when 'staff.factors' then 'factors'
            when 'staff.factors-reset' then 'factors'
            when 'staff.sign-on-link' then 'linked'
            when 'staff.change' then 'organisation'
            else 'roles'
        end,
        audit.actor
    from audit join staff on audit.object = 'staff:' || staff.id
    where audit.act in ('staff.add', 'staff.put', 'staff.password', 'staff.break-glass-armed', 'staff.factors',
            'staff.factors-reset', 'staff.sign-on-link', 'staff.change', 'staff.grant', 'staff.revoke')
        and audit.actor <> 'staff:' || staff.id;
