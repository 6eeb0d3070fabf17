#include "adapters/mariadb_privileges.h"

#include "adapters/named_few.h"

#include <algorithm>
#include <array>
#include <map>

namespace casebridge {
namespace {

constexpr char const* script_for_reading =
    "Start from packaging/sql/mariadb.sql: a login of its own, granted SELECT on the views alone.";
constexpr char const* script_for_writing =
    "Start from packaging/sql/received-mariadb.sql: a login of its own, granted SELECT, INSERT and DELETE on the one "
    "table.";

#define CASEBRIDGE_MINE                                                                \
    " WHERE GRANTEE = CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''', " \
    "SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''') AND PRIVILEGE_TYPE <> 'USAGE'"

// Privilege, where (empty: everywhere), and the table if it is one of the current database.
constexpr char const* granted = "SELECT PRIVILEGE_TYPE, '', '' FROM information_schema.USER_PRIVILEGES" CASEBRIDGE_MINE
                                " UNION ALL SELECT PRIVILEGE_TYPE, CONCAT(TABLE_SCHEMA, '.*'), '' FROM "
                                "information_schema.SCHEMA_PRIVILEGES" CASEBRIDGE_MINE
                                " UNION ALL SELECT PRIVILEGE_TYPE, CONCAT(TABLE_SCHEMA, '.', TABLE_NAME), "
                                "CASE WHEN TABLE_SCHEMA = DATABASE() THEN TABLE_NAME ELSE '' END "
                                "FROM information_schema.TABLE_PRIVILEGES" CASEBRIDGE_MINE
                                " UNION ALL SELECT PRIVILEGE_TYPE, CONCAT(TABLE_SCHEMA, '.', TABLE_NAME), "
                                "CASE WHEN TABLE_SCHEMA = DATABASE() THEN TABLE_NAME ELSE '' END "
                                "FROM information_schema.COLUMN_PRIVILEGES" CASEBRIDGE_MINE;

#undef CASEBRIDGE_MINE

constexpr char const* roles = "SELECT DISTINCT ROLE_NAME FROM information_schema.APPLICABLE_ROLES";

std::string_view code_of(std::string const& privilege, bool everywhere) {
    constexpr std::array<std::string_view, 7> writing = {"INSERT",  "UPDATE", "DELETE",        "EXECUTE",
                                                         "TRIGGER", "EVENT",  "DELETE HISTORY"};
    constexpr std::array<std::string_view, 10> creating = {
        "CREATE",      "DROP",           "ALTER",         "INDEX",
        "CREATE VIEW", "CREATE ROUTINE", "ALTER ROUTINE", "CREATE TEMPORARY TABLES",
        "REFERENCES",  "LOCK TABLES"};
    if (privilege == "SELECT" || privilege == "SHOW VIEW" || privilege == "SHOW DATABASES") {
        return "source.role_reads_more";
    }
    if (std::ranges::find(writing, privilege) != writing.end()) return "source.role_can_write";
    if (!everywhere || std::ranges::find(creating, privilege) != creating.end()) return "source.role_can_create";
    return "source.role_is_administrator";
}

}  // namespace

Result<std::vector<Excess>> mariadb_privileges(SqlSession& session, std::vector<std::string> const& tables,
                                               std::vector<std::string> const& writable_tables) {
    char const* const script = writable_tables.empty() ? script_for_reading : script_for_writing;
    std::map<std::string_view, NamedFew> found;
    RETURN_IF_ERROR(session.query(granted, {}, [&](SqlRow const& row) {
        auto const text = [&](std::size_t at) {
            auto const* const value = std::get_if<std::string>(&row.at(at));
            return value == nullptr ? std::string() : *value;
        };
        bool const mapped = !text(2).empty() && std::ranges::find(tables, text(2)) != tables.end();
        if (text(0) == "SELECT" && mapped) return true;
        bool const ours = !text(2).empty() && std::ranges::find(writable_tables, text(2)) != writable_tables.end();
        if (ours && (text(0) == "INSERT" || text(0) == "DELETE")) return true;
        found[code_of(text(0), text(1).empty())].add(text(0) + " on " + (text(1).empty() ? "*.*" : text(1)));
        return true;
    }));
    RETURN_IF_ERROR(session.query(roles, {}, [&](SqlRow const& row) {
        // A role's rights may grow without this login being looked at.
        if (auto const* name = std::get_if<std::string>(&row.front()))
            found["source.role_reads_more"].add("role " + *name);
        return true;
    }));
    std::vector<Excess> excess;
    for (auto const& [code, names] : found) excess.push_back({code, "it has " + names.text(), script});
    return excess;
}

}  // namespace casebridge
