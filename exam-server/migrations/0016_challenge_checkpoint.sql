-- the record of the audit that a card's challenge was made after: its number in eight bytes, its hash in 32
alter table checkin add column checkpoint bytea;
