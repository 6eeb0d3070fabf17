// The keys of `database:` for servers: kinds postgresql and odbc.
#pragma once

#include "adapters/odbc_session.h"
#include "adapters/postgres_session.h"
#include "policies/yaml.h"

namespace casebridge {

/// Where the password stands, for who wrote it into the file.
struct PasswordWords {
    std::string_view credential = "national-database";
    std::string_view key_file = "`source_key_file` of the configuration";
};

/// Reads all keys but `kind`; every complaint goes to the reader. A password is refused by name: it has other places.
PostgresSettings read_postgresql(YamlReader& reader, std::filesystem::path const& folder, PasswordWords const& words);
OdbcSettings read_odbc(YamlReader& reader, PasswordWords const& words);

}  // namespace casebridge
