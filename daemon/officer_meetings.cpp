// Officer API: when the last Case Management Meeting with a partner was held.
#include "daemon/officer_call.h"

namespace casebridge {
namespace {

/// It is another day already where the sun rises first.
constexpr std::chrono::hours earliest_zone{14};

/// Of the configuration or the peer's entry; else as an agreement has it; else empty.
std::string name_of(OfficerCall& call, NodeId const& node) {
    auto& parts = call.parts();
    if (node == parts.self.node && !parts.config.name.empty()) return parts.config.name;
    auto const peers = parts.peers.snapshot();
    if (auto const* peer = peers->find(node); peer != nullptr && !peer->row.name.empty()) return peer->row.name;
    auto const instruments = parts.instruments.get();
    for (auto const& loaded : instruments->agreements())
        if (auto const* party = loaded.signed_agreement.agreement.party(node)) return party->name;
    return {};
}

Json named(OfficerCall& call, NodeId const& node) {
    return Json::object().set("node", node.text()).set("name", name_of(call, node));
}

Json meeting_json(OfficerCall& call, NodeId const& node, std::optional<Meeting> const& meeting) {
    return Json::object()
        .set("us", named(call, call.parts().self.node))
        .set("with", named(call, node))
        .set("time", to_rfc3339(call.parts().clock.now()))
        .set("held_on", meeting ? Json(to_iso8601(meeting->held_on)) : Json(nullptr))
        .set("recorded_at", meeting ? Json(to_rfc3339(meeting->recorded_at)) : Json(nullptr));
}

/// A partner, also one that was removed: what is open with it may still have to be spoken about.
Result<NodeId> partner(OfficerCall& call) {
    ASSIGN_OR_RETURN(auto node, NodeId::parse(call.parameter()));
    if (call.parts().peers.snapshot()->find(node) == nullptr)
        return Error{ErrorKind::not_found, "peer.unknown", node.text()};
    return node;
}

void show_meeting(OfficerCall& call) {
    auto const node = partner(call);
    if (!node) return call.fail(node);
    auto const meeting =
        call.parts().engine.call<std::optional<Meeting>>([&](Store& store) { return store.meetings().find(*node); });
    if (!meeting) return call.fail(meeting);
    call.answer(meeting_json(call, *node, *meeting));
}

void record_meeting(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const node = partner(call);
    if (!node) return call.fail(node);
    auto const text = call.required("on");
    if (!text) return call.fail(text);
    auto const day = parse_date(*text);
    if (!day) return call.fail(day);
    auto const now = call.parts().clock.now();
    if (std::chrono::sys_days(*day) > std::chrono::floor<std::chrono::days>(now + earliest_zone))
        return call.fail({ErrorKind::invalid, "meeting.in_the_future", to_iso8601(*day)});
    Meeting const meeting{*node, *day, now};
    auto const done = call.parts().engine.call<std::uint64_t>([&](Store& store) -> Result<std::uint64_t> {
        RETURN_IF_ERROR(store.meetings().put(meeting));
        auto facts = Json::object();
        facts.set("peer", node->text()).set("on", to_iso8601(*day));
        return store.log().append("meeting.held", now, *actor, facts, Json::object());
    });
    if (!done) return call.fail(done);
    call.answer(meeting_json(call, *node, meeting));
}

}  // namespace

std::vector<OfficerRoute> meeting_routes() {
    return {
        {"GET", "/v1/meetings/*", Access::reading, show_meeting},
        {"PUT", "/v1/meetings/*", Access::case_work, record_meeting},
    };
}

}  // namespace casebridge
