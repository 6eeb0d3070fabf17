#include "daemon/meeting_key_desk.h"

namespace casebridge {
namespace {

Json act_facts(NodeId const& node, std::string_view act) {
    return Json::object().set("peer", node.text()).set("act", act);
}

Status append(Store& store, Timestamp now, Actor const& actor, Json const& facts) {
    auto const leaf = store.log().append("peer.meeting_keys", now, actor, facts, Json::object());
    return leaf ? Status(Done{}) : Status(leaf.error());
}

}  // namespace

Status MeetingKeyDesk::require_peer(NodeId const& node) const {
    auto const peers = peers_.snapshot();
    auto const* const peer = peers->find(node);
    if (peer == nullptr) return Error{ErrorKind::not_found, "peer.unknown", node.text()};
    return Done{};
}

Result<MeetingKeyDesk::Added> MeetingKeyDesk::put(Store& store, NodeId const& node, MeetingKeyFile const& file,
                                                  Actor const& actor) const {
    auto const now = clock_.now();
    Added result;
    for (auto const& key : file.keys) {
        if (key.until + meeting_key_grace <= now) {
            ++result.over;
            continue;
        }
        ASSIGN_OR_RETURN(auto const put, store.meeting_keys().put(node, key, now));
        if (put == MeetingKeyTable::Put::added) ++result.added;
        if (put == MeetingKeyTable::Put::known) ++result.known;
        if (put == MeetingKeyTable::Put::destroyed) ++result.over;
    }
    RETURN_IF_ERROR(append(store, now, actor, act_facts(node, "add").set("keys", result.added)));
    return result;
}

Result<MeetingKeyDesk::Added> MeetingKeyDesk::add(NodeId const& node, MeetingKeyFile const& file, Actor const& actor,
                                                  bool dry_run) {
    RETURN_IF_ERROR(require_peer(node));
    if (!file.is_of(self_, node))
        return Error{ErrorKind::invalid, "meeting_key.wrong_pair",
                     "they are of " + file.pair[0].text() + " and " + file.pair[1].text()};
    if (dry_run) return Added{};
    ASSIGN_OR_RETURN(auto const added,
                     engine_.call<Added>([&](Store& store) { return put(store, node, file, actor); }));
    telemetry_.log(LogLevel::info, "meeting_keys.added", {{"peer", node}, {"keys", added.added}});
    RETURN_IF_ERROR(contact_.reload());
    return added;
}

Result<std::int64_t> MeetingKeyDesk::remove(NodeId const& node, Actor const& actor) {
    RETURN_IF_ERROR(require_peer(node));
    ASSIGN_OR_RETURN(auto const removed, engine_.call<std::int64_t>([&](Store& store) -> Result<std::int64_t> {
        ASSIGN_OR_RETURN(auto const count, store.meeting_keys().remove(node));
        RETURN_IF_ERROR(append(store, clock_.now(), actor, act_facts(node, "remove").set("keys", count)));
        return count;
    }));
    telemetry_.log(LogLevel::info, "meeting_keys.removed", {{"peer", node}, {"keys", removed}});
    RETURN_IF_ERROR(contact_.reload());
    return removed;
}

Status MeetingKeyDesk::require(NodeId const& node, bool required, Actor const& actor) {
    RETURN_IF_ERROR(require_peer(node));
    auto const set = engine_.call<Done>([&](Store& store) -> Status {
        auto const now = clock_.now();
        RETURN_IF_ERROR(store.meeting_keys().require(node, required, now));
        return append(store, now, actor, act_facts(node, required ? "require" : "do_not_require"));
    });
    if (!set) return set.error();
    return contact_.reload();
}

void MeetingKeyDesk::destroy_over() {
    auto const destroyed = engine_.call<std::int64_t>([this](Store& store) -> Result<std::int64_t> {
        RETURN_IF_ERROR(clock_.require_retention_time());
        auto const now = clock_.now();
        ASSIGN_OR_RETURN(auto const by_node, store.meeting_keys().destroy_over(now));
        std::int64_t all = 0;
        for (auto const& [node, count] : by_node) {
            RETURN_IF_ERROR(append(store, now, service_actor("their days are over"),
                                   act_facts(node, "destroy").set("keys", count)));
            all += count;
        }
        return all;
    });
    if (!destroyed || *destroyed == 0) return;  // what fails is tried again
    telemetry_.log(LogLevel::info, "meeting_keys.destroyed", {{"keys", *destroyed}});
    if (auto const reloaded = contact_.reload(); !reloaded)
        telemetry_.log(LogLevel::error, "meeting_keys.still_in_memory", {{"why", reloaded.error()}});
}

std::vector<MeetingKeyFacts> meeting_key_facts(PeerSnapshot const& peers, Timestamp now) {
    std::vector<MeetingKeyFacts> all;
    for (auto const& [node, peer] : peers.all()) {
        if (peer.removed() || peer.meeting_keys == nullptr) continue;
        auto const& keys = *peer.meeting_keys;
        all.push_back({node.text(), keys.required(), keys.current(now) != nullptr, keys.begins_later(now), keys.end()});
    }
    return all;
}

}  // namespace casebridge
