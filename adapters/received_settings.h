// ReceivedSettings: `received:` of the configuration, the staging table for received summaries.
#pragma once

#include "adapters/odbc_session.h"
#include "adapters/postgres_session.h"
#include "adapters/sqlite_session.h"
#include "policies/yaml.h"

#include <variant>

namespace casebridge {

struct ReceivedSettings {
    std::variant<SqliteSettings, PostgresSettings, OdbcSettings> database;
    std::string table;

    /// Which table of which database it is, in words that hold no secret and do not change with login, certificates
    /// or time limits: what was written there has to be removed there.
    [[nodiscard]] std::string place() const;
};

/// Reads `database:`, which has the keys of a field map's, for kinds postgresql, odbc, sqlite and sqlcipher; relative
/// paths are relative to `folder`. All complaints are added; the result is then of no use.
std::variant<SqliteSettings, PostgresSettings, OdbcSettings> read_received_database(YamlNode const& node,
                                                                                    std::filesystem::path const& folder,
                                                                                    YamlComplaints& complaints);
/// The table's name at `key`, without a schema.
std::string read_received_table(YamlReader& reader, std::string_view key, std::string_view fallback);

}  // namespace casebridge
