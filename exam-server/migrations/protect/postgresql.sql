-- For PostgreSQL, to be run by the owner of the tables after each migration. The server connects as exam_server, which owns no
-- table: what is not granted can't be done, not even by a server that was taken over.
revoke all on all tables in schema public from exam_server;
grant select, insert, update, delete on all tables in schema public to exam_server;
revoke update, delete, truncate on audit, erasure from exam_server;
revoke update, truncate on audit_reason from exam_server;
