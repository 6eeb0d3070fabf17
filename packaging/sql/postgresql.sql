-- The daemon's login to a national database in PostgreSQL (15 or later): it can read some views, and nothing else.
--
-- For the administrator of the database. Read it, put your own tables and columns into part 2, and run it as a
-- superuser:
--
--   psql --dbname=NATIONAL --set=ON_ERROR_STOP=1 --file=postgresql.sql
--
-- It may be run again. There is no password in it: set one that nobody typed into a shell, by psql's own
--   \password casebridge_reader
-- and give it to the daemon as the systemd credential `national-database`; or let the server know the daemon by its
-- system user (`peer` in pg_hba.conf, over the Unix socket) or by a client certificate (`cert`). Over the network:
--   hostssl  NATIONAL  casebridge_reader  ADDRESS/32  scram-sha-256
-- Afterwards `casebridge doctor` says whether the login can do more than it should.

BEGIN;

-- 1. The login. The limits hold even if the daemon's own are wrong.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'casebridge_reader') THEN
    CREATE ROLE casebridge_reader;
  END IF;
END
$$;
ALTER ROLE casebridge_reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT CONNECTION LIMIT 4;
ALTER ROLE casebridge_reader SET default_transaction_read_only = on;
ALTER ROLE casebridge_reader SET statement_timeout = '60s';
ALTER ROLE casebridge_reader SET lock_timeout = '10s';
ALTER ROLE casebridge_reader SET idle_in_transaction_session_timeout = '10min';
ALTER ROLE casebridge_reader SET search_path = casebridge;

-- 2. What it may see: a schema of its own with one view for each table of the field map, and in each view no column but
--    those the map names. A view reads with its owner's rights, so that the login needs none on your tables.
CREATE SCHEMA IF NOT EXISTS casebridge;

-- EXAMPLE: replace by your own tables and columns; `security_barrier` keeps conditions from looking past the view.
CREATE OR REPLACE VIEW casebridge.cases WITH (security_barrier) AS
  SELECT case_number, sex, birth_date, citizenship FROM public.national_case;
CREATE OR REPLACE VIEW casebridge.relatives WITH (security_barrier) AS
  SELECT case_number, name, relation FROM public.national_relative;

-- 3. Its rights: to come in, and to read what stands in this schema now.
REVOKE ALL ON SCHEMA casebridge FROM PUBLIC;
REVOKE ALL ON SCHEMA casebridge FROM casebridge_reader;
REVOKE ALL ON ALL TABLES IN SCHEMA casebridge FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA casebridge FROM casebridge_reader;
DO $$
BEGIN
  EXECUTE pg_catalog.format('GRANT CONNECT ON DATABASE %I TO casebridge_reader', pg_catalog.current_database());
END
$$;
GRANT USAGE ON SCHEMA casebridge TO casebridge_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA casebridge TO casebridge_reader;

-- 4. Only with --set=notify=1: the database says at once that something changed, and the daemon looks sooner than it would
--    (`notify_channel: casebridge_changes` in the field map; the pause between two looks may then be longer). Nothing is
--    said but that: no table, no number. It is a trigger on your own tables; the commits of all transactions that fire
--    it are put one after the other by PostgreSQL, so leave it out where many write at once.
\if :{?notify}
CREATE OR REPLACE FUNCTION casebridge.tell_of_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog
AS $$ BEGIN PERFORM pg_catalog.pg_notify('casebridge_changes', ''); RETURN NULL; END $$;
REVOKE ALL ON FUNCTION casebridge.tell_of_change() FROM PUBLIC;
-- An example, too: one for each of your tables.
CREATE OR REPLACE TRIGGER casebridge_tell AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.national_case
  FOR EACH STATEMENT EXECUTE FUNCTION casebridge.tell_of_change();
CREATE OR REPLACE TRIGGER casebridge_tell AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.national_relative
  FOR EACH STATEMENT EXECUTE FUNCTION casebridge.tell_of_change();
\endif

COMMIT;

-- What PUBLIC may do, this login may, too. If `casebridge doctor` names such a right, take it from PUBLIC, for example
--   REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- after looking whether something else of yours relies on it.
