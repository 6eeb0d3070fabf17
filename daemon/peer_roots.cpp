// How partners' roots follow each other: from the pinned one, by what each old root has signed, and no step is left
// out.
#include "crypto/root_rollover.h"
#include "daemon/peer_contact.h"

#include <algorithm>

namespace casebridge {
namespace {

bool is_evident(std::string_view code) {
    return code.starts_with("rollover.") || code.starts_with("trust.") || code.starts_with("certificate.");
}

Result<PinnedRoot> pin_of(NodeId const& node, Certificate const& root,
                          std::shared_ptr<KnownRevocations const> const& revocations) {
    ASSIGN_OR_RETURN(auto const pin, PinnedRoot::pin(node, root, root.fingerprint()));
    return pin.with(revocations);
}

/// A root that was pinned before comes back by no word: whoever has its key may have stolen it since.
Result<bool> was_pinned(PeerRow const& row, Certificate const& root) {
    for (auto const& each : row.former_roots) {
        ASSIGN_OR_RETURN(auto const former, Certificate::from_pem(each.root_pem));
        if (have_same_key(former, root)) return true;
    }
    return false;
}

Json facts_of(PeerRow const& row, Certificate const& before, Certificate const& next, Timestamp until) {
    return Json::object()
        .set("peer", row.node.text())
        .set("old", before.fingerprint().hex())
        .set("new", next.fingerprint().hex())
        .set("until", to_rfc3339(until));
}

/// The steps from the pinned root, each verified under the one before. False: none.
Result<bool> follow(Store& store, PeerRow& row, RootHistory const& told,
                    std::shared_ptr<KnownRevocations const> const& revocations, Timestamp now) {
    ASSIGN_OR_RETURN(auto root, Certificate::from_pem(row.root_pem));
    auto const steps = told.after(root);
    if (!steps) return Error{ErrorKind::unauthentic, "rollover.not_from_pinned", row.node.text()};
    for (auto const& step : *steps) {
        ASSIGN_OR_RETURN(bool const back, was_pinned(row, step.root));
        if (back) return Error{ErrorKind::unauthentic, "rollover.loop", row.node.text()};
        ASSIGN_OR_RETURN(auto const pin, pin_of(row.node, root, revocations));
        RETURN_IF_ERROR(verify_next_root(pin, step.statement, step.root, now));
        auto const until = step.statement.not_after();
        row.former_roots.push_back({root.pem(), step.statement.pem(), now, until, {}});
        row.root_pem = step.root.pem();
        ASSIGN_OR_RETURN(auto const leaf,
                         store.log().append("peer.root_rolled", now, service_actor("the old root's statement"),
                                            facts_of(row, root, step.root, until), Json::object()));
        static_cast<void>(leaf);
        root = step.root;
    }
    return !steps->empty();
}

}  // namespace

void PeerContact::follow_roots(NodeId const& node, std::function<void(Status)> done) {
    auto const snapshot = registry_.snapshot();
    auto const* const peer = snapshot->find(node);
    if (peer == nullptr || peer->removed()) return done(Error{ErrorKind::not_found, "peer.unknown", node.text()});
    PeerCall call{.target = peer->target(), .path = "/exchange/v1/roots", .content_type = {}, .body = {}};
    client_.call(std::move(call), [this, node, done = std::move(done)](PeerClient::Outcome outcome) {
        if (auto* failure = std::get_if<PeerClient::Failure>(&outcome)) return done(std::move(failure->error));
        on_roots(node, std::get<PeerClient::Answer>(outcome).response, done);
    });
}

/// Whoever has none to show, or is an older casebridge, has the root that is pinned.
void PeerContact::on_roots(NodeId const& node, HttpResponse const& response, std::function<void(Status)> done) {
    if (response.status == 404) return done(Done{});
    if (response.status != 200)
        return done(Error{ErrorKind::unavailable, "peer.unexpected_answer", "HTTP " + std::to_string(response.status)});
    auto told = RootHistory::parse(to_text(response.body));
    if (!told) return refuse_roots(node, told.error(), done);
    auto const snapshot = registry_.snapshot();
    auto const* const peer = snapshot->find(node);
    if (peer == nullptr) return done(Error{ErrorKind::not_found, "peer.unknown", node.text()});
    auto const rolled = std::make_shared<bool>(false);  // owners: the two closures below
    engine_.submit<Stored>(
        [this, node, told = *std::move(told), revocations = peer->pin.revocations(),
         rolled](Store& store) -> Result<Stored> {
            ASSIGN_OR_RETURN(auto row, store.peers().find(node));
            if (!row || row->removed_at) return Error{ErrorKind::not_found, "peer.unknown", node.text()};
            ASSIGN_OR_RETURN(*rolled, follow(store, *row, told, revocations, clock_.now()));
            if (*rolled) RETURN_IF_ERROR(store.peers().put(*row));
            return read(store);
        },
        [this, node, rolled, done](Result<Stored> stored) {
            if (!stored) return refuse_roots(node, stored.error(), done);
            if (!*rolled) return done(Done{});
            if (auto const published = publish(std::move(stored)); !published) return done(published);
            telemetry_.log(LogLevel::info, "peer.root_rolled", {{"peer", node}});
            rolled_();
            done(Done{});
        });
}

void PeerContact::refuse_roots(NodeId const& node, Error const& why, std::function<void(Status)> const& done) {
    if (is_evident(why.code)) {
        telemetry_.count("casebridge_alarms_total", "rollover_refused");
        telemetry_.log(LogLevel::error, "peer.rollover_refused", {{"peer", node}, {"why", why}});
    }
    done(why);
}

void PeerContact::follow_due_roots() {
    auto const now = clock_.now();
    auto const snapshot = registry_.snapshot();
    for (auto const& [node, peer] : snapshot->all()) {
        if (peer.removed()) continue;
        {
            std::lock_guard const lock(fetching_);
            auto const [asked, first] = roots_asked_at_.try_emplace(node, now);
            if (!first && now >= asked->second && now - asked->second < roots_interval) continue;
            asked->second = now;
        }
        follow_roots(node, [this, node](Status const& followed) {
            // One that cannot be reached is asked again with the next patrol.
            std::lock_guard const lock(fetching_);
            if (!followed && followed.error().code.starts_with("peer.")) roots_asked_at_.erase(node);
        });
    }
    end_overlaps();
}

void PeerContact::end_overlaps() {
    auto const now = clock_.now();
    auto const is_over = [now](FormerRoot const& each) { return !each.ended_at && each.until < now; };
    auto const snapshot = registry_.snapshot();
    bool const any = std::ranges::any_of(
        snapshot->all(), [&](auto const& each) { return std::ranges::any_of(each.second.row.former_roots, is_over); });
    if (!any) return;
    engine_.submit<Stored>(
        [now, is_over](Store& store) -> Result<Stored> {
            ASSIGN_OR_RETURN(auto rows, store.peers().all());
            for (auto& row : rows)
                for (auto& former : row.former_roots) {
                    if (!is_over(former)) continue;
                    former.ended_at = now;
                    ASSIGN_OR_RETURN(auto const root, Certificate::from_pem(former.root_pem));
                    RETURN_IF_ERROR(store.peers().put(row));
                    auto facts = Json::object();
                    facts.set("peer", row.node.text()).set("root", root.fingerprint().hex());
                    ASSIGN_OR_RETURN(
                        auto const leaf,
                        store.log().append("peer.root_ended", now, service_actor("overlap"), facts, Json::object()));
                    static_cast<void>(leaf);
                }
            return read(store);
        },
        [this](Result<Stored> stored) {
            if (publish(std::move(stored))) rolled_();
        });
}

}  // namespace casebridge
