// Opens the case source a field map describes: the daemon's one door into this folder.
#pragma once

#include "adapters/case_source.h"
#include "crypto/secret.h"

#include <filesystem>

namespace casebridge {

/// Loads the field map (adapters/README.md describes the YAML), opens the database it names read-only, and checks
/// every mapped table, column and code against it, so that a wrong map is refused at start.
/// `key`: raw 256-bit key or passphrase of a SQLCipher database; empty for plain SQLite; the user's password for
/// Primero. Errors: `field_map.invalid` (all complaints with file, line, key; missing columns are named),
/// `source.unavailable`, `source.wrong_key`, `yaml.*`, `file.unreadable`.
Result<std::unique_ptr<CaseSource>> open_case_source(std::filesystem::path const& field_map, Secret const& key);

}  // namespace casebridge
