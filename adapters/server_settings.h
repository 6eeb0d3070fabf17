// The keys of `database:` for servers: kinds postgresql and odbc.
#pragma once

#include "adapters/odbc_session.h"
#include "adapters/postgres_session.h"
#include "policies/yaml.h"

namespace casebridge {

/// Reads all keys but `kind`; every complaint goes to the reader. A password is refused by name: it has other places.
PostgresSettings read_postgresql(YamlReader& reader, std::filesystem::path const& folder);
OdbcSettings read_odbc(YamlReader& reader);

}  // namespace casebridge
