// What the superuser can read and the daemon's own user cannot: an installation that works for whoever looks at it with
// sudo, and not for the service.
#pragma once

#include "daemon/config.h"

#include <optional>
#include <string>
#include <vector>

namespace casebridge::cli {

struct OutOfReach {
    std::filesystem::path path;
    std::string detail;  ///< whose it is, and who should be able to do what with it
    std::string remedy;
};

/// The user the daemon runs as: `casebridge` for the state directory of the packaged unit, else whoever owns the state
/// directory. None: there is no such directory yet.
std::optional<unsigned> daemon_user(Config const& config);

/// Of the files named by the configuration at `path` and by the field map, and of those in the state directory. Empty
/// unless we are the superuser and the daemon's user is another: everybody else finds out by reading them.
std::vector<OutOfReach> files_out_of_reach(Config const& config, std::filesystem::path const& path);

}  // namespace casebridge::cli
