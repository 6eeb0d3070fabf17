// Officer API: bringing a store forward that was restored from an older state.
#include "daemon/officer_call.h"

namespace casebridge {
namespace {

Json told_json(OfficerApiParts const& parts) {
    auto const told = parts.recovery.told();
    auto waiting = Json::array();
    for (auto const& node : parts.standing.view().waiting) waiting.push(node.text());
    return Json::object()
        .set("waiting", std::move(waiting))
        .set("withdrawals", told.withdrawals)
        .set("register", told.register_rows)
        .set("unknown", told.unknown)
        .set("sent_again", told.sent_again)
        .set("unknown_withdrawals", parts.recovery.unknown_withdrawals());
}

void show(OfficerCall& call) {
    call.answer(told_json(call.parts()).set("frozen", call.parts().standing.view().frozen));
}

void recover(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    bool const dry_run = call.flag("dry_run");
    auto const made = call.parts().recovery.recover(*actor, dry_run);
    if (!made) return call.fail(made);
    if (!dry_run) call.parts().rounds.wake();
    call.answer(Json::object()
                    .set("dry_run", dry_run)
                    .set("from", made->from.text())
                    .set("size", made->size)
                    .set("common", made->common)
                    .set("head", made->head)
                    .set("moved", made->moved)
                    .set("since", optional_time(made->since)));
}

void skip(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const text = call.required("node");
    if (!text) return call.fail(text);
    auto const node = NodeId::parse(*text);
    if (!node) return call.fail(node);
    if (auto const skipped = call.parts().recovery.skip(*node, *actor); !skipped) return call.fail(skipped);
    call.answer(told_json(call.parts()));
}

void attest(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    if (auto const attested = call.parts().recovery.attest(*actor); !attested) return call.fail(attested);
    call.answer(told_json(call.parts()));
}

}  // namespace

std::vector<OfficerRoute> recovery_routes() {
    return {
        {"GET", "/v1/recovery", Access::reading, show},
        {"POST", "/v1/recovery", Access::operation, recover},
        {"POST", "/v1/recovery/skip", Access::operation, skip},
        {"POST", "/v1/recovery/attest", Access::case_work, attest},
    };
}

}  // namespace casebridge
