// The keys of a SQLite or SQLCipher file, in a field map's `database:` and in the configuration's `received:`.
#pragma once

#include "adapters/sqlite_session.h"
#include "policies/yaml.h"

namespace casebridge {

/// Reads all keys but `kind`; every complaint goes to the reader; relative paths are relative to `folder`.
SqliteSettings read_sqlite(YamlReader& reader, std::filesystem::path const& folder);
SqliteSettings read_sqlcipher(YamlReader& reader, std::filesystem::path const& folder);

}  // namespace casebridge
