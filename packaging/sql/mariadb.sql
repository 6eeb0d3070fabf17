-- The daemon's login to a national database in MariaDB (10.11 or later): it can read some views, and nothing else.
--
-- For the administrator of the database. Read it, put your own tables and columns into part 2, the address of the
-- daemon's machine in place of 127.0.0.1, and run it in the national database as its administrator:
--
--   mariadb NATIONAL < mariadb.sql
--
-- It may be run again. There is no password in it, and the login stays locked until you have set one, in a client that
-- keeps no history (MYSQL_HISTFILE=/dev/null mariadb):
--   ALTER USER casebridge_reader@'127.0.0.1' IDENTIFIED BY '…' ACCOUNT UNLOCK;
-- and give it to the daemon as the systemd credential `national-database`.
-- Afterwards `casebridge doctor` says whether the login can do more than it should.

-- 1. The login. REQUIRE SSL and the limits hold even if the daemon's own settings are wrong.
CREATE USER IF NOT EXISTS casebridge_reader@'127.0.0.1' ACCOUNT LOCK;
ALTER USER casebridge_reader@'127.0.0.1' REQUIRE SSL WITH MAX_USER_CONNECTIONS 4 MAX_STATEMENT_TIME 60;

-- 2. What it may see: one view for each table of the field map, and in each view no column but those the map names. A
--    view reads with its definer's rights (SQL SECURITY DEFINER), so that the login needs none on your tables.
-- EXAMPLE: replace by your own tables and columns.
CREATE OR REPLACE SQL SECURITY DEFINER VIEW casebridge_cases AS
  SELECT case_number, sex, birth_date, citizenship FROM national_case;
CREATE OR REPLACE SQL SECURITY DEFINER VIEW casebridge_relatives AS
  SELECT case_number, name, relation FROM national_relative;

-- 3. Its rights: to read these views. Anything else it ever had is taken away first.
REVOKE ALL PRIVILEGES, GRANT OPTION FROM casebridge_reader@'127.0.0.1';
GRANT SELECT ON casebridge_cases TO casebridge_reader@'127.0.0.1';
GRANT SELECT ON casebridge_relatives TO casebridge_reader@'127.0.0.1';
