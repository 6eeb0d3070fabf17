#include "adapters/writing_session.h"

#include "adapters/received_error.h"

namespace casebridge {

Result<std::vector<Excess>> received_excess(Result<std::vector<Excess>> found) {
    if (!found) return received_error(found.error());
    for (auto& each : *found) each.code = received_error({ErrorKind::conflict, each.code}).code;
    return found;
}

}  // namespace casebridge
