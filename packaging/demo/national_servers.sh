# Sourced by quickstart.sh: two of the three synthetic national databases as ministries may have them, a PostgreSQL
# server of its own and a folder of CSV files, made from the SQLite files that casebridge-demo-databases writes.
# shellcheck shell=bash

# PostgreSQL does not run as root.
as_server_user() {
  if ((EUID == 0)); then setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"; else "$@"; fi
}

postgres_programs() { # the newest that is installed
  local programs
  programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  [[ -x $programs/initdb ]] || { echo "PostgreSQL is not installed (packaging/install-dependencies.sh)" >&2; return 1; }
  printf '%s' "$programs"
}

# A server in a directory of its own, reached by a Unix socket there and nothing else. Sets postgres_home, where its
# socket is; the port only names the socket.
postgres_start() { # port, file that says where it is, administrator's password file
  local programs log
  programs=$(postgres_programs) || return 1
  postgres_home=$(mktemp -d)
  printf '%s\n' "$postgres_home" >"$2"
  log=$postgres_home/log
  install -m 600 "$3" "$postgres_home/password"
  if ((EUID == 0)); then chown -R nobody:nogroup "$postgres_home"; fi
  (cd "$postgres_home" && as_server_user "$programs/initdb" -D "$postgres_home/data" -U administrator \
    --auth=scram-sha-256 --pwfile="$postgres_home/password" -E UTF8 --locale=C --no-sync >/dev/null)
  rm "$postgres_home/password"
  (cd "$postgres_home" && as_server_user "$programs/pg_ctl" -D "$postgres_home/data" -l "$log" -w -s \
    -o "-p $1 -k $postgres_home -c listen_addresses='' -c fsync=off" start)
}

postgres_stop() { # file that says where it is
  [[ -s $1 ]] || return 0
  local place programs
  place=$(<"$1")
  programs=$(postgres_programs) || return 0
  if [[ -e $place/data/postmaster.pid ]]; then
    # A server that has gone by itself leaves that file behind; what matters is that its directory goes, too.
    (cd / && as_server_user "$programs/pg_ctl" -D "$place/data" -m immediate -w -s stop) || true
  fi
  rm -rf "$place"
  rm -f "$1"
}

postgres_do() { # port, password file; SQL on standard input
  PGPASSWORD=$(<"$2") psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --host="$postgres_home" --port="$1" \
    --username=administrator --dbname="${3:-national}"
}

tables_of() { sqlite3 "$1" "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"; }

# PostgreSQL cuts a name after 63 bytes, which are 21 Thai letters: such a column gets another one.
too_long=รูปแบบการแสวงหาประโยชน์ short_enough=รูปแบบ
with_short_names() { sed "s/$too_long/$short_enough/g"; }

# Every table as it is, a view of each for the daemon, and its login: as packaging/sql/postgresql.sql has them.
postgres_load() { # port, administrator's password file, SQLite file, the daemon's password file, postgresql.sql
  local table columns
  echo 'CREATE DATABASE national' | postgres_do "$1" "$2" postgres
  sed '/^-- EXAMPLE:/,/^-- 3\./d' "$5" | postgres_do "$1" "$2"
  while read -r table; do
    columns=$(sqlite3 "$3" "SELECT group_concat('\"' || name || '\" ' || iif(upper(type) LIKE 'INT%', 'bigint', 'text'), ', ')
      FROM pragma_table_info('$table')")
    printf 'CREATE TABLE "%s" (%s);\n' "$table" "$columns" | with_short_names | postgres_do "$1" "$2"
    sqlite3 -csv "$3" "SELECT * FROM \"$table\"" |
      PGPASSWORD=$(<"$2") psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --host="$postgres_home" --port="$1" \
        --username=administrator --dbname=national --command="\\copy \"$table\" FROM STDIN (FORMAT csv)"
    printf 'CREATE VIEW casebridge."%s" WITH (security_barrier) AS SELECT * FROM "%s";\n' "$table" "$table" |
      postgres_do "$1" "$2"
  done < <(tables_of "$3")
  {
    echo 'GRANT USAGE ON SCHEMA casebridge TO casebridge_reader;'
    echo 'GRANT SELECT ON ALL TABLES IN SCHEMA casebridge TO casebridge_reader;'
    printf "ALTER ROLE casebridge_reader PASSWORD '%s';\n" "$(<"$4")"
  } | postgres_do "$1" "$2"
}

# One file for each table, and last of all the marker that says they are whole.
csv_export() { # SQLite file, folder
  local table
  mkdir -p "$2"
  while read -r table; do
    sqlite3 -csv -header "$1" "SELECT * FROM \"$table\"" >"$2/$table.csv"
  done < <(tables_of "$1")
  (cd "$2" && sha256sum -- *.csv >SHA256SUMS)
}

# The field map, with another database in it.
with_database() { # field map; the lines of `database:` on standard input
  cat
  echo
  sed '/^database:/,/^$/d' "$1"
}
