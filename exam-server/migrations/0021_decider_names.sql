-- name and organisation of whoever ended a proposal, as they were then; erased with the words of the proposal
alter table proposal add column decider_name text;
alter table proposal add column decider_organisation text;
