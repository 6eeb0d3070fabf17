// PeerContact, of revocation lists: when they are fetched, what is made of the answer.
#include "daemon/peer_contact.h"

#include <set>

namespace casebridge {

namespace {

constexpr std::chrono::minutes retry_pause{1};

/// Authority and serial number of whatever stands on a list.
std::set<std::pair<std::string, std::string>> revoked_by(std::vector<PeerRevocationRow> const& rows) {
    std::set<std::pair<std::string, std::string>> revoked;
    for (auto const& row : rows)
        for (auto const& [serial, entry] : row.list.entries()) revoked.emplace(row.list.authority(), serial);
    return revoked;
}

bool is_roll_back(std::string_view code) {
    return code == "crl.number_went_back" || code == "crl.number_reused";
}

}  // namespace

void PeerContact::fetch_revocations(NodeId const& node, std::function<void(Status)> done) {
    auto const snapshot = registry_.snapshot();
    auto const* peer = snapshot->find(node);
    if (peer == nullptr) return done(Error{ErrorKind::not_found, "peer.unknown", node.text()});
    {
        std::lock_guard lock(fetching_);
        auto& fetch = fetches_[node];
        fetch.waiting.push_back(std::move(done));
        if (fetch.waiting.size() > 1) return;
        fetch.begun_at = clock_.now();
    }
    PeerCall call{.target = peer->target(),
                  .path = "/exchange/v1/crl",
                  .content_type = {},
                  .body = {},
                  .maximum_answer_bytes = RevocationBundle::maximum_bytes};
    client_.call(std::move(call), [this, node](PeerClient::Outcome const& outcome) {
        std::vector<RevocationList> lists;
        auto const read = on_lists(node, outcome, lists);
        if (!read || lists.empty()) return end_fetch(node, read);
        engine_.submit<Stored>([this, node, lists](Store& store) { return store_lists(store, node, lists); },
                               [this, node](Result<Stored> stored) {
                                   bool const newly = stored && stored->newly_revoked;
                                   auto const published = publish(std::move(stored));
                                   if (published && newly) revoked_(node);
                                   end_fetch(node, published);
                               });
    });
}

/// What the answer says, verified; empty without an error: there is nothing to know.
Status PeerContact::on_lists(NodeId const& node, PeerClient::Outcome const& outcome,
                             std::vector<RevocationList>& lists) const {
    if (auto const* failure = std::get_if<PeerClient::Failure>(&outcome)) return failure->error;
    auto const snapshot = registry_.snapshot();
    auto const* peer = snapshot->find(node);
    if (peer == nullptr) return Error{ErrorKind::not_found, "peer.unknown", node.text()};
    auto const& response = std::get<PeerClient::Answer>(outcome).response;
    if (response.status == 404) {
        // SECURITY: who has shown a list once cannot go back to having none; its last one goes stale.
        if (peer->pin.revocations()) return Error{ErrorKind::unavailable, "crl.not_offered", node.text()};
        return Done{};
    }
    if (response.status != 200)
        return Error{ErrorKind::unavailable, "peer.unexpected_answer", "HTTP " + std::to_string(response.status)};
    ASSIGN_OR_RETURN(auto bundle, RevocationBundle::parse(to_text(response.body)));
    for (auto const& list : bundle.lists) RETURN_IF_ERROR(peer->pin.accept(list, bundle.authorities, clock_.now()));
    lists = std::move(bundle.lists);
    return Done{};
}

Result<PeerContact::Stored> PeerContact::store_lists(Store& store, NodeId const& node,
                                                     std::vector<RevocationList> const& lists) const {
    ASSIGN_OR_RETURN(auto const row, store.peers().find(node));
    if (!row) return Error{ErrorKind::not_found, "peer.unknown", node.text()};
    auto const now = clock_.now();
    ASSIGN_OR_RETURN(auto const before, store.peer_revocations().of(node));
    for (auto const& list : lists) RETURN_IF_ERROR(store.peer_revocations().put(node, list, now));
    ASSIGN_OR_RETURN(auto const after, store.peer_revocations().of(node));
    auto const revoked_before = revoked_by(before), revoked = revoked_by(after);
    if (before.empty() || revoked != revoked_before) {
        auto facts = Json::object();
        facts.set("peer", node.text()).set("revoked", static_cast<std::int64_t>(revoked.size()));
        ASSIGN_OR_RETURN(auto const leaf, store.log().append("peer.revocation", now, service_actor("revocation"), facts,
                                                             Json::object()));
        static_cast<void>(leaf);
    }
    ASSIGN_OR_RETURN(auto stored, read(store));
    stored.newly_revoked = revoked != revoked_before;
    return stored;
}

void PeerContact::end_fetch(NodeId const& node, Status const& status) {
    std::vector<std::function<void(Status)>> waiting;
    {
        std::lock_guard lock(fetching_);
        auto& fetch = fetches_[node];
        waiting.swap(fetch.waiting);
        if (status) fetch.succeeded_at = clock_.now();
    }
    if (!status) {
        bool const rolled_back = is_roll_back(status.error().code);
        if (rolled_back) telemetry_.count("casebridge_alarms_total", "crl_rolled_back");
        telemetry_.log(rolled_back ? LogLevel::error : LogLevel::info, "revocation.not_fetched",
                       {{"peer", node}, {"why", status.error()}});
    }
    for (auto const& done : waiting) done(status);
}

void PeerContact::fetch_due_revocations() {
    auto const now = clock_.now();
    auto const passed = [now](std::optional<Timestamp> since, std::chrono::milliseconds span) {
        return !since || now < *since || now - *since >= span;
    };
    std::vector<NodeId> due;
    {
        std::lock_guard lock(fetching_);
        auto const snapshot = registry_.snapshot();
        for (auto const& [node, peer] : snapshot->all()) {
            auto const& fetch = fetches_[node];
            bool const again = passed(fetch.succeeded_at, limits_.interval) && passed(fetch.begun_at, retry_pause);
            if (!peer.removed() && fetch.waiting.empty() && again) due.push_back(node);
        }
    }
    for (auto const& node : due) fetch_revocations(node, [](Status const&) {});
}

}  // namespace casebridge
