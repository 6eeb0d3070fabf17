-- The staging table for received summaries in MariaDB (10.11 or later), and the daemon's login to it: it can insert,
-- read and delete rows of this one table, and nothing else.
--
-- Only for a ministry that wants received summaries in its own database; without `received:` in the configuration
-- nothing is ever written. Nothing here touches a table of yours. For the administrator of the database; put the
-- address of the daemon's machine in place of 127.0.0.1:
--
--   mariadb < received-mariadb.sql
--
-- It may be run again. There is no password in it, and the login stays locked until you have set one, in a client that
-- keeps no history (MYSQL_HISTFILE=/dev/null mariadb):
--   ALTER USER casebridge_writer@'127.0.0.1' IDENTIFIED BY '…' ACCOUNT UNLOCK;
-- and give it to the daemon as the systemd credential `received-database`.
-- Afterwards `casebridge doctor` tries the table and says whether the login can do more than it should.

-- 1. The login; not the one that reads national cases. REQUIRE SSL and the limits hold even if the daemon's own
--    settings are wrong.
CREATE USER IF NOT EXISTS casebridge_writer@'127.0.0.1' ACCOUNT LOCK;
ALTER USER casebridge_writer@'127.0.0.1' REQUIRE SSL WITH MAX_USER_CONNECTIONS 4 MAX_STATEMENT_TIME 60;

-- 2. The table, in a database of its own. The daemon adds a row when it has taken a summary, never changes one, and
--    deletes it when its use is over or its content is erased. Columns of your own may be added if they may be NULL or
--    have a default. A copy made elsewhere is yours to delete: the daemon does not know it. What each column holds:
--    received-postgresql.sql. InnoDB for its transactions; utf8mb4 for every script; LONGTEXT, because TEXT ends at 64
--    KiB.
CREATE DATABASE IF NOT EXISTS casebridge_staging CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS casebridge_staging.casebridge_received (
  from_node     VARCHAR(40) NOT NULL,
  message_id    VARCHAR(36) NOT NULL,
  from_office   VARCHAR(40) NOT NULL,
  to_office     VARCHAR(40) NOT NULL,
  kind          VARCHAR(64) NOT NULL,
  purpose       VARCHAR(64) NOT NULL,
  subject       VARCHAR(32) NOT NULL,
  agreement     VARCHAR(64) NOT NULL,
  consent       VARCHAR(64),
  consent_epoch VARCHAR(20),
  received_at   VARCHAR(30) NOT NULL,
  use_until     VARCHAR(30) NOT NULL,
  summary       LONGTEXT NOT NULL,
  PRIMARY KEY (from_node, message_id),
  INDEX casebridge_received_subject (from_node, subject)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- 3. Its rights: these three on this table. Anything else it ever had is taken away first.
REVOKE ALL PRIVILEGES, GRANT OPTION FROM casebridge_writer@'127.0.0.1';
GRANT SELECT, INSERT, DELETE ON casebridge_staging.casebridge_received TO casebridge_writer@'127.0.0.1';

-- Deleted rows stay in binary logs, backups and replicas as long as you keep those.
