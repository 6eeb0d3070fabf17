#include "daemon/actor.h"

namespace casebridge {

Actor service_actor(std::string reason) {
    return {.officer = OfficerId("casebridged"), .role = "service", .reason = std::move(reason)};
}

}  // namespace casebridge
