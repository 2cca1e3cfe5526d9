-- what the roster of this sitting says of a candidate: a later roster of another exam must not change a mark list that was
-- printed. Null only where a program of the version before has imported; candidate, with the newest roster's words, stands in then.
-- '' where the roster has no class or school
alter table attempt add column roster_name text;
alter table attempt add column roster_birth_date text;
alter table attempt add column roster_sex text;
alter table attempt add column roster_class text;
alter table attempt add column roster_school text;
update attempt set
    roster_name = (select name from candidate where candidate.citizen_number = attempt.citizen_number),
    roster_birth_date = (select birth_date from candidate where candidate.citizen_number = attempt.citizen_number),
    roster_sex = (select sex from candidate where candidate.citizen_number = attempt.citizen_number),
    roster_class = (select coalesce(class, '') from candidate where candidate.citizen_number = attempt.citizen_number),
    roster_school = (select coalesce(school, '') from candidate where candidate.citizen_number = attempt.citizen_number)
    where citizen_number not like '000%';
-- when the words of a proposal that is over were erased: its reason and the name in its object; the hash stays
alter table proposal add column words_erased_at bigint;
