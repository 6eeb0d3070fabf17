// Actor: who did a thing, in which role, and why. Every act has one (DESIGN 8).
#pragma once

#include "policies/ids.h"

namespace casebridge {

struct Actor {
    OfficerId officer;   ///< as configured; "casebridged" for what the daemon does by itself
    std::string role;    ///< "data_officer", "operator", "auditor", "service"
    std::string reason;  ///< free text; goes into the erasable part of the leaf only
};
/// The daemon itself.
Actor service_actor(std::string reason);

}  // namespace casebridge
