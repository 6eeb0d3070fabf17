-- The staging table for received summaries, in a SQLite file of its own (sqlite.md says how to make the file, and how
-- to make it an encrypted one):
--
--   sqlite3 /srv/casebridge-received/received.db < received-sqlite.sql
--
-- What each column holds: received-postgresql.sql. The daemon inserts, reads and deletes rows; it never makes the
-- table, and never changes a row. Columns of your own may be added if they may be NULL or have a default.
CREATE TABLE IF NOT EXISTS casebridge_received (
  from_node     TEXT NOT NULL,
  message_id    TEXT NOT NULL,
  from_office   TEXT NOT NULL,
  to_office     TEXT NOT NULL,
  kind          TEXT NOT NULL,
  purpose       TEXT NOT NULL,
  subject       TEXT NOT NULL,
  agreement     TEXT NOT NULL,
  consent       TEXT,
  consent_epoch TEXT,
  received_at   TEXT NOT NULL,
  use_until     TEXT NOT NULL,
  summary       TEXT NOT NULL,
  PRIMARY KEY (from_node, message_id)
);
CREATE INDEX IF NOT EXISTS casebridge_received_subject ON casebridge_received (from_node, subject);
