#include "daemon/cli/identity_place.h"

#include "daemon/config.h"
#include "daemon/identity_directory.h"

namespace casebridge::cli {

Result<IdentityPlace> identity_place(Invocation const& in) {
    if (!in.has("--state")) {
        ASSIGN_OR_RETURN(auto const config, load_config(in.config_path()));
        return IdentityPlace{config.state_directory / "identity", config.node};
    }
    auto directory = std::filesystem::path(in.text("--state")) / "identity";
    ASSIGN_OR_RETURN(auto node, identity_node(directory));
    return IdentityPlace{std::move(directory), std::move(node)};
}

}  // namespace casebridge::cli
