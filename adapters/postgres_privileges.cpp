#include "adapters/postgres_privileges.h"

#include "adapters/named_few.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

constexpr char const* script_for_reading =
    "Start from packaging/sql/postgresql.sql: a role of its own, granted SELECT on the views alone.";
constexpr char const* script_for_writing =
    "Start from packaging/sql/received-postgresql.sql: a role of its own, granted SELECT, INSERT and DELETE on the one "
    "table.";

// Every role the login is or can become with SET ROLE; a superuser can become all, and is told apart first. Whoever may
// read all statistics sees the text of others' statements, with the values that stand in them.
constexpr char const* administrators =
    "SELECT CASE WHEN me.rolsuper THEN 'superuser' ELSE 'role ' || r.rolname END "
    "FROM pg_catalog.pg_roles r CROSS JOIN pg_catalog.pg_roles me "
    "WHERE me.rolname = current_user AND pg_catalog.pg_has_role(me.oid, r.oid, 'MEMBER') "
    "AND (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls OR r.rolname IN "
    "('pg_write_all_data', 'pg_read_all_data', 'pg_read_server_files', 'pg_write_server_files', "
    "'pg_execute_server_program', 'pg_signal_backend', 'pg_maintain', 'pg_create_subscription', "
    "'pg_monitor', 'pg_read_all_stats')) AND (NOT me.rolsuper OR r.oid = me.oid) ORDER BY 1";

#define CASEBRIDGE_OURS                                                                                      \
    "n.nspname NOT IN ('pg_catalog', 'information_schema') AND pg_catalog.left(n.nspname, 8) <> 'pg_toast' " \
    "AND pg_catalog.left(n.nspname, 7) <> 'pg_temp' "
#define CASEBRIDGE_ANY_ROLE \
    "EXISTS (SELECT 1 FROM pg_catalog.pg_roles r WHERE pg_catalog.pg_has_role(current_user, r.oid, 'MEMBER') AND "

// With the name as a map would write it, where it is found by that name alone; and whether there is more than INSERT
// and DELETE.
constexpr char const* writable =
    "SELECT n.nspname || '.' || c.relname, "
    "CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN c.relname::pg_catalog.text END, "
    "CASE WHEN " CASEBRIDGE_ANY_ROLE
    "(c.relkind <> 'S' AND (pg_catalog.has_table_privilege(r.oid, c.oid, 'UPDATE, TRUNCATE, REFERENCES, TRIGGER') "
    "OR pg_catalog.has_any_column_privilege(r.oid, c.oid, 'UPDATE, REFERENCES')))) THEN 1 ELSE 0 END "
    "FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p', 'S') AND " CASEBRIDGE_OURS "AND " CASEBRIDGE_ANY_ROLE
    "(CASE WHEN c.relkind = 'S' THEN pg_catalog.has_sequence_privilege(r.oid, c.oid, 'USAGE, UPDATE') "
    "ELSE pg_catalog.has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER') "
    "OR pg_catalog.has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE') END)) ORDER BY 1";

constexpr char const* owners_rights =
    "SELECT 'function ' || n.nspname || '.' || p.proname FROM pg_catalog.pg_proc p "
    "JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace "
    "WHERE p.prosecdef AND " CASEBRIDGE_OURS "AND " CASEBRIDGE_ANY_ROLE
    "pg_catalog.has_function_privilege(r.oid, p.oid, 'EXECUTE')) ORDER BY 1";

// What PostgreSQL gives to nobody by itself: reading the server's files and its whole configuration, for example. What
// comes with one of its own roles (`pg_…`) is told by the name of that role.
constexpr char const* kept_functions =
    "SELECT DISTINCT 'function ' || p.proname FROM pg_catalog.pg_proc p "
    "WHERE p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace AND p.proacl IS NOT NULL "
    "AND NOT EXISTS (SELECT 1 FROM pg_catalog.aclexplode(p.proacl) a WHERE a.grantee = 0) AND " CASEBRIDGE_ANY_ROLE
    "pg_catalog.left(r.rolname, 3) <> 'pg_' "
    "AND r.oid IN (SELECT a.grantee FROM pg_catalog.aclexplode(p.proacl) a)) ORDER BY 1";

constexpr char const* creating =
    "SELECT 'schema ' || n.nspname FROM pg_catalog.pg_namespace n "
    "WHERE " CASEBRIDGE_OURS "AND " CASEBRIDGE_ANY_ROLE
    "pg_catalog.has_schema_privilege(r.oid, n.oid, 'CREATE')) "
    "UNION ALL SELECT 'database ' || d.datname FROM pg_catalog.pg_database d "
    "WHERE d.datname = pg_catalog.current_database() AND " CASEBRIDGE_ANY_ROLE
    "pg_catalog.has_database_privilege(r.oid, d.oid, 'CREATE')) ORDER BY 1";

// The name as the map would write it, where it is found by that name alone; else with its schema.
constexpr char const* readable =
    "SELECT n.nspname || '.' || c.relname, "
    "CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN c.relname::pg_catalog.text END "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND " CASEBRIDGE_OURS
    "AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND " CASEBRIDGE_ANY_ROLE
    "(pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT') "
    "OR pg_catalog.has_any_column_privilege(r.oid, c.oid, 'SELECT'))) ORDER BY 1";

#undef CASEBRIDGE_OURS
#undef CASEBRIDGE_ANY_ROLE

Result<NamedFew> names(SqlSession& session, char const* sql) {
    NamedFew found;
    RETURN_IF_ERROR(session.query(sql, {}, [&](SqlRow const& row) {
        if (auto const* const name = std::get_if<std::string>(&row.front())) found.add(*name);
        return true;
    }));
    return found;
}

Result<NamedFew> readable_beyond(SqlSession& session, std::vector<std::string> const& tables) {
    NamedFew found;
    RETURN_IF_ERROR(session.query(readable, {}, [&](SqlRow const& row) {
        auto const* const name = std::get_if<std::string>(&row[1]);
        bool const mapped = name != nullptr && std::ranges::find(tables, *name) != tables.end();
        if (!mapped) found.add(std::get<std::string>(row[0]));
        return true;
    }));
    return found;
}

Result<NamedFew> writable_beyond(SqlSession& session, std::vector<std::string> const& tables) {
    NamedFew found;
    RETURN_IF_ERROR(session.query(writable, {}, [&](SqlRow const& row) {
        auto const* const name = std::get_if<std::string>(&row[1]);
        bool const ours = name != nullptr && std::ranges::find(tables, *name) != tables.end();
        bool const more = !(row[2] == SqlValue(std::int64_t{0}));
        if (!ours || more) found.add(std::get<std::string>(row[0]) + (ours ? " beyond INSERT and DELETE" : ""));
        return true;
    }));
    return found;
}

struct Question {
    char const* sql;
    std::string_view code;
    char const* says;
};
constexpr std::array questions = {
    Question{kept_functions, "source.role_is_administrator", "it can run "},
    Question{owners_rights, "source.role_can_write", "it can act with another's rights by "},
    Question{creating, "source.role_can_create", "it can create in "},
};

}  // namespace

Result<std::vector<Excess>> postgres_privileges(SqlSession& session, std::vector<std::string> const& tables,
                                                std::vector<std::string> const& writable_tables) {
    std::vector<Excess> excess;
    char const* const script = writable_tables.empty() ? script_for_reading : script_for_writing;
    ASSIGN_OR_RETURN(auto const administrator, names(session, administrators));
    if (!administrator.empty()) {
        excess.push_back({"source.role_is_administrator", "it is or can become " + administrator.text(), script});
        if (administrator.text() == "superuser") return excess;  // all the rest follows from it
    }
    ASSIGN_OR_RETURN(auto const changes, writable_beyond(session, writable_tables));
    if (!changes.empty()) excess.push_back({"source.role_can_write", "it can change " + changes.text(), script});
    for (auto const& question : questions) {
        ASSIGN_OR_RETURN(auto const found, names(session, question.sql));
        if (!found.empty()) excess.push_back({question.code, question.says + found.text(), script});
    }
    ASSIGN_OR_RETURN(auto const more, readable_beyond(session, tables));
    if (!more.empty()) excess.push_back({"source.role_reads_more", "it can also read " + more.text(), script});
    return excess;
}

}  // namespace casebridge
