-- Which process reads this card: a check-in ends with it, and not with any other.
alter table checkin add column node text;
