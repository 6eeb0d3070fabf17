// Officer API: a backup of the store, while the daemon runs.
#include "daemon/officer_call.h"

namespace casebridge {
namespace {

void make(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const made = call.parts().backups.make(*actor);
    if (!made) return call.fail(made);
    call.answer(Json::object()
                    .set("folder", made->folder.string())
                    .set("leaves", made->leaves)
                    .set("bytes", made->bytes)
                    .set("keys_ended", made->keys_ended));
}

}  // namespace

std::vector<OfficerRoute> backup_routes() {
    return {{"POST", "/v1/backup", Access::operation, make}};
}

}  // namespace casebridge
