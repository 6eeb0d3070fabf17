// What this process can do to a SQLite file beyond reading it.
#pragma once

#include "adapters/privileges.h"
#include "crypto/result.h"

#include <filesystem>
#include <vector>

namespace casebridge {

/// A file knows no logins: what counts is what this process' user may do with it and with its folder.
/// Errors: `source.privileges_unknown` (the superuser may everything).
Result<std::vector<Excess>> sqlite_privileges(std::filesystem::path const& file);

}  // namespace casebridge
