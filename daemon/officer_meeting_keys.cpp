// Officer API: the keys shared with a partner, handed over in person.
#include "daemon/officer_call.h"

namespace casebridge {

namespace {

Json summary_json(NodeId const& node, MeetingKeys const* keys, std::int64_t destroyed, Timestamp now) {
    auto json = meeting_keys_json(keys, now);
    if (json.is_null()) json = meeting_keys_json(nullptr, now, true);
    return json.set("node", node.text()).set("destroyed", destroyed);
}

void show(OfficerCall& call, NodeId const& node, int status = 200) {
    auto const peers = call.parts().peers.snapshot();
    auto const* const peer = peers->find(node);
    if (peer == nullptr) return call.fail(Error{ErrorKind::not_found, "peer.unknown", node.text()});
    auto const destroyed = call.parts().engine.call<std::int64_t>(
        [&node](Store& store) { return store.meeting_keys().count_destroyed(node); });
    if (!destroyed) return call.fail(destroyed);
    call.answer(summary_json(node, peer->meeting_keys.get(), *destroyed, call.parts().clock.now()), status);
}

void show_keys(OfficerCall& call) {
    auto const node = NodeId::parse(call.parameter());
    if (!node) return call.fail(node);
    show(call, *node);
}

void add_keys(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const node = NodeId::parse(call.parameter());
    if (!node) return call.fail(node);
    auto text = call.required("keys");
    if (!text) return call.fail(text);
    auto const secret = Secret::from_text(*text);
    auto const file = MeetingKeyFile::parse({reinterpret_cast<char const*>(secret.reveal().data()), secret.size()});
    if (!file) return call.fail(file);
    auto const added = call.parts().meeting_keys.add(*node, *file, *actor, call.flag("dry_run"));
    if (!added) return call.fail(added);
    call.parts().outbox.wake();
    call.answer(Json::object()
                    .set("node", node->text())
                    .set("keys", static_cast<std::int64_t>(file->keys.size()))
                    .set("added", added->added)
                    .set("known", added->known)
                    .set("over", added->over)
                    .set("from", to_rfc3339(file->keys.front().from))
                    .set("until", to_rfc3339(file->keys.back().until))
                    .set("check_number", file->check_number())
                    .set("dry_run", call.flag("dry_run")));
}

void remove_keys(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const node = NodeId::parse(call.parameter());
    if (!node) return call.fail(node);
    auto const removed = call.parts().meeting_keys.remove(*node, *actor);
    if (!removed) return call.fail(removed);
    call.answer(Json::object().set("node", node->text()).set("removed", *removed));
}

void require_keys(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const node = NodeId::parse(call.parameter());
    if (!node) return call.fail(node);
    auto const* const required = call.member("required");
    if (required == nullptr || required->as_bool() == nullptr)
        return call.fail(Error{ErrorKind::invalid, "request.missing", "required: true or false"});
    auto const set = call.parts().meeting_keys.require(*node, *required->as_bool(), *actor);
    if (!set) return call.fail(set);
    call.parts().outbox.wake();
    show(call, *node);
}

}  // namespace

Json meeting_keys_json(MeetingKeys const* keys, Timestamp now, bool also_none) {
    if (keys == nullptr && !also_none) return {};
    auto const* const current = keys == nullptr ? nullptr : keys->current(now);
    auto const end = keys == nullptr ? std::nullopt : keys->end();
    auto const left = end ? std::chrono::floor<std::chrono::days>(*end - now).count() : 0;
    return Json::object()
        .set("required", keys != nullptr && keys->required())
        .set("held", keys == nullptr ? 0 : static_cast<std::int64_t>(keys->held().size()))
        .set("current", current == nullptr ? Json() : Json(to_hex(current->id)))
        .set("until", optional_time(end))
        .set("days_left", std::max<std::int64_t>(left, 0));
}

std::vector<OfficerRoute> meeting_key_routes() {
    return {
        {"GET", "/v1/peers/*/meeting-keys", Access::reading, show_keys},
        {"POST", "/v1/peers/*/meeting-keys", Access::operation, add_keys},
        {"DELETE", "/v1/peers/*/meeting-keys", Access::operation, remove_keys},
        {"POST", "/v1/peers/*/meeting-keys/required", Access::operation, require_keys},
    };
}

}  // namespace casebridge
