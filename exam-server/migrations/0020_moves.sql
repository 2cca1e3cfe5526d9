-- From where to where a move went (docs/four-eyes.md): one that was undone is none.
alter table control_change add column organisation_was text;
alter table control_change add column organisation_became text;
