#include "adapters/odbc_dialect.h"

#include "adapters/mariadb_privileges.h"
#include "adapters/postgres_catalog.h"
#include "adapters/postgres_privileges.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

std::string in_zone(std::string_view statement, OdbcSettings const& settings) {
    // The map's reader lets only letters, digits and _+-:/ into the name of a zone.
    return std::string(statement) + "'" + settings.time_zone + "'";
}

std::vector<std::string> set_up_mariadb(OdbcSettings const& settings) {
    std::vector<std::string> statements = {"SET character_set_results = utf8mb4",
                                           "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"};
    if (settings.access == OdbcSettings::Access::read_only) {
        statements.emplace_back("SET SESSION TRANSACTION READ ONLY");
    } else {
        statements.emplace_back("SET SESSION TRANSACTION READ WRITE");
        statements.emplace_back("SET SESSION sql_mode = 'STRICT_ALL_TABLES'");  // what does not fit is refused, not cut
    }
    if (!settings.time_zone.empty()) statements.push_back(in_zone("SET time_zone = ", settings));
    return statements;
}

std::vector<std::string> set_up_postgresql(OdbcSettings const& settings) {
    auto const limit = std::to_string(std::chrono::milliseconds(settings.query_time_limit).count());
    std::string const reading = settings.access == OdbcSettings::Access::read_only ? "on" : "off";
    std::vector<std::string> statements = {"SET default_transaction_read_only = " + reading,
                                           "SET statement_timeout = " + limit, "SET lock_timeout = " + limit,
                                           "SET DateStyle = 'ISO, YMD'"};
    if (!settings.time_zone.empty()) statements.push_back(in_zone("SET TimeZone = ", settings));
    return statements;
}

std::vector<std::string> set_up_nothing(OdbcSettings const&) {
    return {};
}

std::string exact_in_mariadb(std::string const& column) {
    return "CAST(CONVERT(" + column + " USING utf8mb4) AS BINARY)";
}

std::string exact_in_postgresql(std::string const& column) {
    return column + "::pg_catalog.text COLLATE pg_catalog.\"C\"";
}

std::string itself(std::string const& column) {
    return column;
}

std::string cut_in_mariadb(std::string const& column, std::size_t maximum) {
    return "CASE WHEN OCTET_LENGTH(" + column + ") <= " + std::to_string(maximum) + " THEN " + column + " ELSE LEFT(" +
           column + ", " + std::to_string(maximum + 1) + ") END";
}

std::string uncut(std::string const& column, std::size_t) {
    return column;
}

Result<std::vector<Excess>> unknown_privileges(SqlSession&, std::vector<std::string> const&,
                                               std::vector<std::string> const&) {
    return Error{ErrorKind::not_found, "source.privileges_unknown",
                 "what the login may do cannot be asked of this server: have an administrator confirm that it may do "
                 "what the script of packaging/sql/ grants and nothing else"};
}

constexpr std::string_view begin_in_mariadb = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
constexpr std::string_view encrypted_in_mariadb =
    "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'SSL_CIPHER'";
constexpr std::string_view encrypted_in_mysql =
    "SELECT VARIABLE_VALUE FROM performance_schema.session_status WHERE VARIABLE_NAME = 'Ssl_cipher'";
constexpr std::string_view encrypted_in_postgresql =
    "SELECT CASE WHEN s.ssl THEN 1 ELSE 0 END FROM pg_catalog.pg_stat_ssl s WHERE s.pid = pg_catalog.pg_backend_pid()";
constexpr std::string_view tables_in_mariadb =
    "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY BINARY TABLE_NAME";

constexpr std::array dialects = {
    OdbcDialect{"MariaDB", set_up_mariadb, true, begin_in_mariadb, "ROLLBACK", encrypted_in_mariadb, exact_in_mariadb,
                cut_in_mariadb, mariadb_privileges, " LIMIT ", tables_in_mariadb, ""},
    OdbcDialect{"MySQL", set_up_mariadb, true, begin_in_mariadb, "ROLLBACK", encrypted_in_mysql, exact_in_mariadb,
                cut_in_mariadb, mariadb_privileges, " LIMIT ", tables_in_mariadb, ""},
    OdbcDialect{"PostgreSQL", set_up_postgresql, false, "", "", encrypted_in_postgresql, exact_in_postgresql, uncut,
                postgres_privileges, "", postgres_catalog::tables, postgres_catalog::columns},
    OdbcDialect{"", set_up_nothing, false, "", "", "", itself, uncut, unknown_privileges, "", "", ""},
};

}  // namespace

OdbcDialect const& dialect_of(std::string_view product) {
    return *std::ranges::find_if(dialects, [&](auto const& each) { return product.starts_with(each.product); });
}

bool is_one_select(std::string_view sql) {
    std::string start(sql.substr(0, 7));
    std::ranges::transform(start, start.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    if (start != "SELECT ") return false;
    char quote = 0;
    for (std::size_t at = 0; at < sql.size(); ++at) {
        char const character = sql[at];
        if (quote != 0) {
            // In a text, a backslash means one thing to one server and another to the next.
            if (quote == '\'' && character == '\\') return false;
            if (character == quote) quote = 0;
            continue;
        }
        auto const pair = sql.substr(at, 2);
        if (character == ';' || character == '#' || pair == "--" || pair == "/*") return false;
        if (character == '"' || character == '\'' || character == '`') quote = character;
    }
    return quote == 0;
}

}  // namespace casebridge
