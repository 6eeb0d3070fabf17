// DatabaseSettings: the `database:` of a field map, one alternative for each kind of national database.
#pragma once

#include "adapters/csv_settings.h"
#include "adapters/odbc_session.h"
#include "adapters/postgres_session.h"
#include "adapters/primero_settings.h"
#include "adapters/sqlite_session.h"
#include "policies/yaml.h"

#include <variant>
#include <vector>

namespace casebridge {

using DatabaseSettings = std::variant<SqliteSettings, CsvSettings, PostgresSettings, OdbcSettings, PrimeroSettings>;

/// Reads `database:`; relative paths are relative to `folder`. All complaints are added; the result is then of no use.
DatabaseSettings read_database_settings(YamlNode const& node, std::filesystem::path const& folder,
                                        YamlComplaints& complaints);

/// Files and folders of this machine that whoever opens the database must be able to read: the database itself, or
/// what the login rests on.
std::vector<std::filesystem::path> files_of(DatabaseSettings const& settings);

}  // namespace casebridge
