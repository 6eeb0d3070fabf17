-- The staging table for received summaries in PostgreSQL (15 or later), and the daemon's login to it: it can insert,
-- read and delete rows of this one table, and nothing else.
--
-- Only for a ministry that wants received summaries in its own database; without `received:` in the configuration
-- nothing is ever written. Nothing here touches a table of yours. For the administrator of the database, as a
-- superuser:
--
--   psql --dbname=NATIONAL --set=ON_ERROR_STOP=1 --file=received-postgresql.sql
--
-- It may be run again. There is no password in it: set one by psql's own
--   \password casebridge_writer
-- and give it to the daemon as the systemd credential `received-database`; or let the server know the daemon by its
-- system user (`peer`) or a client certificate (`cert`) in pg_hba.conf. Over the network:
--   hostssl  NATIONAL  casebridge_writer  ADDRESS/32  scram-sha-256
-- Afterwards `casebridge doctor` tries the table and says whether the login can do more than it should.

BEGIN;

-- 1. The login; not the one that reads national cases. The limits hold even if the daemon's own are wrong.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'casebridge_writer') THEN
    CREATE ROLE casebridge_writer;
  END IF;
END
$$;
ALTER ROLE casebridge_writer LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT CONNECTION LIMIT 4;
ALTER ROLE casebridge_writer SET statement_timeout = '60s';
ALTER ROLE casebridge_writer SET lock_timeout = '10s';
ALTER ROLE casebridge_writer SET idle_in_transaction_session_timeout = '2min';
ALTER ROLE casebridge_writer SET search_path = casebridge_staging;

-- 2. The table. The daemon adds a row when it has taken a summary, never changes one, and deletes it when its use is
--    over or its content is erased. Columns of your own may be added if they may be NULL or have a default; who works
--    with the table reads it or copies from it. A copy made elsewhere is yours to delete: the daemon does not know it.
CREATE SCHEMA IF NOT EXISTS casebridge_staging;
CREATE TABLE IF NOT EXISTS casebridge_staging.casebridge_received (
  from_node     text NOT NULL,  -- the partner ministry's node
  message_id    text NOT NULL,  -- as `casebridge inbox list` shows it; unique for each node
  from_office   text NOT NULL,
  to_office     text NOT NULL,  -- ours
  kind          text NOT NULL,  -- case_summary
  purpose       text NOT NULL,  -- what it was sent for, and may be used for
  subject       text NOT NULL,  -- the reference that both nodes have for this person's case
  agreement     text NOT NULL,  -- SHA-256 of the agreement it was sent under
  consent       text,           -- the consent it rests on, by its reference between these two nodes; NULL for what was
  consent_epoch text,           -- received before casebridge kept it
  received_at   text NOT NULL,  -- times: RFC 3339, UTC; received_at::timestamptz reads them
  use_until     text NOT NULL,  -- after it the row is deleted
  summary       text NOT NULL,  -- JSON as `casebridge inbox show` gives it under "body"; summary::json reads it
  PRIMARY KEY (from_node, message_id)
);
CREATE INDEX IF NOT EXISTS casebridge_received_subject ON casebridge_staging.casebridge_received (from_node, subject);

-- 3. Its rights: to come in, and these three on this table.
REVOKE ALL ON SCHEMA casebridge_staging FROM PUBLIC;
REVOKE ALL ON SCHEMA casebridge_staging FROM casebridge_writer;
REVOKE ALL ON casebridge_staging.casebridge_received FROM PUBLIC;
REVOKE ALL ON casebridge_staging.casebridge_received FROM casebridge_writer;
DO $$
BEGIN
  EXECUTE pg_catalog.format('GRANT CONNECT ON DATABASE %I TO casebridge_writer', pg_catalog.current_database());
END
$$;
GRANT USAGE ON SCHEMA casebridge_staging TO casebridge_writer;
GRANT SELECT, INSERT, DELETE ON casebridge_staging.casebridge_received TO casebridge_writer;

COMMIT;

-- Deleted rows stay in the table's file until VACUUM, and in backups and replicas as long as you keep those.
