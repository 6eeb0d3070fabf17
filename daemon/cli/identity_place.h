// Which identity directory a command is about.
#pragma once

#include "crypto/node_id.h"
#include "daemon/cli/command.h"

#include <filesystem>

namespace casebridge::cli {

struct IdentityPlace {
    std::filesystem::path directory;
    NodeId node;
};

/// --state says where and the certificate who; otherwise both come from the configuration. Errors: those of the
/// configuration, `identity.missing`, `trust.*`.
Result<IdentityPlace> identity_place(Invocation const& in);

}  // namespace casebridge::cli
