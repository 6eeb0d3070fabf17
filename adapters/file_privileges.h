// What this process can do to the files of a national database beyond reading them.
#pragma once

#include "adapters/privileges.h"
#include "crypto/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace casebridge {

/// A file knows no logins: what counts is what this process' user may do with each file or folder that is read, and
/// with the folder it stands in, where it could be replaced. `page` says more about it. Errors:
/// `source.privileges_unknown` (the superuser may everything).
Result<std::vector<Excess>> file_privileges(std::vector<std::filesystem::path> const& read, std::string const& page);

}  // namespace casebridge
