#include "daemon/recovery.h"

#include "daemon/identity_directory.h"

#include <algorithm>
#include <future>

namespace casebridge {
namespace {

constexpr std::string_view setting = "log.recovering";
constexpr std::chrono::seconds patience{10};
constexpr std::size_t leaves_at_once = 4096;  // as a partner's mirror gives them
constexpr std::size_t most_answer_bytes = 1 << 20;
/// A partner's clock may be behind ours.
constexpr std::chrono::minutes margin{15};

Error no_partner() {
    return {ErrorKind::unavailable, "recover.no_partner", "no partner that holds more of our log was reached"};
}

Result<std::vector<Digest>> hashes_of(Json const& list) {
    std::vector<Digest> hashes;
    for (auto const& each : *list.as_array()) {
        if (each.as_string() == nullptr) return Error{ErrorKind::invalid, "log.wrong_type", "hashes"};
        ASSIGN_OR_RETURN(auto const hash, Digest::from_hex(*each.as_string()));
        hashes.push_back(hash);
    }
    return hashes;
}

}  // namespace

Json Recovery::Open::to_json() const {
    auto list = Json::array();
    for (auto const& node : waiting) list.push(node.text());
    return Json::object()
        .set("since", since ? Json(to_rfc3339(*since)) : Json())
        .set("waiting", std::move(list))
        .set("unknown", unknown);
}

/// Of what was written here: anything else is a damaged store.
Result<Recovery::Open> Recovery::Open::parse(std::string const& text) {
    ASSIGN_OR_RETURN(auto const json, parse_json(text));
    JsonReader reader(json, JsonReader::Scope::log);
    auto const since = reader.optional_string("since", 40);
    auto const* const nodes = reader.array("waiting");
    auto const* const unknown = reader.array("unknown");
    RETURN_IF_ERROR(reader.finish());
    Open open;
    open.unknown = *unknown;
    if (!since.empty()) {
        ASSIGN_OR_RETURN(open.since, parse_rfc3339(since));
    }
    for (auto const& each : *nodes->as_array()) {
        if (each.as_string() == nullptr) return Error{ErrorKind::internal, "log.wrong_type", "waiting"};
        ASSIGN_OR_RETURN(auto node, NodeId::parse(*each.as_string()));
        open.waiting.insert(std::move(node));
    }
    return open;
}

Recovery::Open Recovery::open() const {
    std::lock_guard const lock(mutex_);
    return open_;
}

Json Recovery::unknown_withdrawals() const {
    return open().unknown;
}

Recovery::Told Recovery::told() const {
    std::lock_guard const lock(mutex_);
    return told_;
}

Status Recovery::load() {
    auto const stored =
        parts_.engine.call<std::optional<std::string>>([](Store& store) { return store.setting(setting); });
    if (!stored) return stored.error();
    if (!*stored || (*stored)->empty()) return Done{};
    ASSIGN_OR_RETURN(auto open, Open::parse(**stored));
    parts_.standing.set_waiting(open.waiting, !open.unknown.as_array()->empty());
    std::lock_guard const lock(mutex_);
    open_ = std::move(open);
    return Done{};
}

Status Recovery::change(std::function<Status(Store&, Open&)> const& work) {
    std::lock_guard const changing(changing_);
    Open next;
    auto const changed = parts_.engine.call<Done>([&](Store& store) -> Status {
        next = open();  // the engine may do this twice
        RETURN_IF_ERROR(work(store, next));
        return store.put_setting(setting, next.is_over() ? std::string() : dump(next.to_json()));
    });
    if (!changed) return changed;
    parts_.standing.set_waiting(next.waiting, !next.unknown.as_array()->empty());
    std::lock_guard const lock(mutex_);
    open_ = std::move(next);
    return Done{};
}

Result<HttpResponse> Recovery::call(Peer const& peer, std::string const& method, std::string const& path, Bytes body) {
    PeerCall request{.target = peer.target(),
                     .method = method,
                     .path = path,
                     .content_type = body.empty() ? "" : "application/json",
                     .body = std::move(body),
                     .maximum_answer_bytes = most_answer_bytes,
                     .timeout = patience};
    auto const promise = std::make_shared<std::promise<PeerClient::Outcome>>();  // owners: here and the closure
    parts_.client.call(std::move(request),
                       [promise](PeerClient::Outcome outcome) { promise->set_value(std::move(outcome)); });
    auto outcome = promise->get_future().get();
    if (auto* failure = std::get_if<PeerClient::Failure>(&outcome)) return std::move(failure->error);
    auto& response = std::get<PeerClient::Answer>(outcome).response;
    if (response.status == 200) return std::move(response);
    return Error{ErrorKind::unavailable, "peer.unexpected_answer", "HTTP " + std::to_string(response.status)};
}

Result<std::vector<Digest>> Recovery::mirrored(Peer const& peer, std::uint64_t first, std::uint64_t end) {
    std::vector<Digest> all;
    while (first + all.size() < end) {
        auto const at = first + all.size();
        ASSIGN_OR_RETURN(auto const response,
                         call(peer, "GET", "/exchange/v1/log/mirror?first=" + std::to_string(at), {}));
        ASSIGN_OR_RETURN(auto const json, parse_json(to_text(response.body)));
        JsonReader reader(json, JsonReader::Scope::log);
        auto const from = reader.integer("first");
        auto const* const list = reader.array("hashes");
        RETURN_IF_ERROR(reader.finish());
        ASSIGN_OR_RETURN(auto const hashes, hashes_of(*list));
        if (static_cast<std::uint64_t>(from) != at || hashes.empty())
            return Error{ErrorKind::unavailable, "recover.no_mirror",
                         peer.row.node.text() + " has no leaf " + std::to_string(at)};
        auto const wanted = std::min<std::uint64_t>(hashes.size(), end - at);
        all.insert(all.end(), hashes.begin(), hashes.begin() + static_cast<std::ptrdiff_t>(wanted));
    }
    return all;
}

/// Heads of ours that partners hold, the largest first. What they give counts because we had signed it.
Result<std::vector<std::pair<Peer, Checkpoint>>> Recovery::furthest() {
    if (!parts_.log.chain()) return Error{ErrorKind::not_found, "log.no_key"};
    auto const path = "/exchange/v1/log/" + sha256(as_bytes(log_origin(parts_.self.node))).hex() + "/checkpoint";
    std::vector<std::pair<Peer, Checkpoint>> held;
    auto const peers = parts_.peers.snapshot();
    for (auto const& [node, peer] : peers->all()) {
        if (peer.removed()) continue;
        auto const response = call(peer, "GET", path, {});
        if (!response) continue;
        auto head = parts_.log.open_own(to_text(response->body));
        if (head) held.emplace_back(peer, *std::move(head));
    }
    std::ranges::stable_sort(held, std::ranges::greater{}, [](auto const& each) { return each.second.size; });
    return held;
}

Result<std::pair<Recovery::Plan, std::vector<Digest>>> Recovery::plan(Peer const& peer, Checkpoint const& head,
                                                                      std::uint64_t size) {
    auto const both = std::min(size, head.size);
    std::uint64_t first = both - std::min<std::uint64_t>(both, leaves_at_once);
    for (;;) {
        ASSIGN_OR_RETURN(auto hashes, mirrored(peer, first, head.size));
        auto const ours = parts_.engine.call<std::vector<Digest>>(
            [first, both](Store& store) { return store.log().tile(0, first, both - first); });
        if (!ours) return ours.error();
        auto const differs = std::ranges::mismatch(*ours, hashes).in1 - ours->begin();
        if (differs == 0 && first > 0) {
            first -= std::min<std::uint64_t>(first, leaves_at_once);
            continue;
        }
        Plan plan{peer.row.node, size, first + static_cast<std::uint64_t>(differs), head.size, 0};
        plan.moved = size - plan.common;
        hashes.erase(hashes.begin(), hashes.begin() + differs);
        auto const since = parts_.engine.call<std::optional<Timestamp>>([&plan](Store& store) {
            return plan.common == 0 ? Result<std::optional<Timestamp>>(std::nullopt)
                                    : store.log().time_of(plan.common - 1);
        });
        if (!since) return since.error();
        plan.since = *since;
        return std::pair(std::move(plan), std::move(hashes));
    }
}

/// A head may be smaller than our log and not fit it: what was appended since the older store was put back lies in the
/// place of leaves that are lost. One that fits brings nothing back.
Result<Recovery::Planned> Recovery::plan_with_any(std::uint64_t size) {
    ASSIGN_OR_RETURN(auto const candidates, furthest());
    Error failure = no_partner();
    for (auto const& [peer, head] : candidates) {
        auto planned = plan(peer, head, size);
        if (!planned) {
            failure = planned.error();
        } else if (planned->first.common < head.size) {
            return Planned{std::move(planned->first), std::move(planned->second), head};
        }
    }
    return failure;
}

Result<Recovery::Plan> Recovery::recover(Actor const& actor, bool dry_run) {
    auto const whole = parts_.standing.require_whole();
    if (whole) return Error{ErrorKind::conflict, "recover.not_needed"};
    // Nothing can be signed as long as the key is not the one that took this one's place.
    if (whole.error().code == "log.key_retired") return whole.error();
    auto const size = parts_.engine.call<std::uint64_t>(
        [](Store& store) -> Result<std::uint64_t> { return store.log().head().size; });
    if (!size) return size.error();
    ASSIGN_OR_RETURN(auto const planned, plan_with_any(*size));
    auto const& [made, hashes, head] = planned;
    if (dry_run) return made;
    auto const peers = parts_.peers.snapshot();
    auto const since = made.since.value_or(Timestamp{}) - margin;
    auto const changed = change([&](Store& store, Open& open) -> Status {
        // Withdrawals for persons nobody has found yet stay open, and so does what an earlier recovery asks about.
        open.since = std::min(since, open.waiting.empty() ? since : open.since.value_or(since));
        for (auto const& [node, each] : peers->all())
            if (!each.removed()) open.waiting.insert(node);
        ++open.recoveries;
        auto const now = parts_.clock.now();
        ASSIGN_OR_RETURN(auto const moved, store.log().adopt(made.common, hashes, head.root, now));
        static_cast<void>(moved);
        RETURN_IF_ERROR(store.put_setting(frozen_setting, ""));
        store.log().thaw();
        auto facts = Json::object();
        facts.set("peer", made.from.text())
            .set("common", made.common)
            .set("lost", head.size - made.common)
            .set("moved", made.moved)
            .set("root", head.root.hex());
        auto const leaf = store.log().append("log.recover", now, actor, facts, Json::object());
        return leaf ? Status(Done{}) : Status(leaf.error());
    });
    if (!changed) return changed.error();
    {
        std::lock_guard const lock(mutex_);
        told_ = {};
    }
    parts_.telemetry.log(LogLevel::warning, "log.recovered", {{"peer", made.from}, {"officer", actor.officer}});
    parts_.standing.recovered();
    return made;
}

Status Recovery::skip(NodeId const& node, Actor const& actor) {
    return change([&](Store& store, Open& open) -> Status {
        if (open.waiting.erase(node) == 0) return Error{ErrorKind::not_found, "recover.not_waiting", node.text()};
        auto facts = Json::object();
        facts.set("peer", node.text());
        auto const leaf = store.log().append("log.recover_without", parts_.clock.now(), actor, facts, Json::object());
        return leaf ? Status(Done{}) : Status(leaf.error());
    });
}

Status Recovery::succeed(NodeId const& old, NodeId const& successor) {
    if (!open().waiting.contains(old)) return Done{};
    return change([&](Store&, Open& open) -> Status {
        if (open.waiting.erase(old) > 0) open.waiting.insert(successor);
        return Done{};
    });
}

Status Recovery::attest(Actor const& actor) {
    return change([&](Store& store, Open& open) -> Status {
        auto const number = static_cast<std::int64_t>(open.unknown.as_array()->size());
        if (number == 0) return Error{ErrorKind::not_found, "recover.not_waiting"};
        open.unknown = Json::array();
        auto facts = Json::object();
        facts.set("withdrawals", number);
        auto const leaf = store.log().append("log.recover_attest", parts_.clock.now(), actor, facts, Json::object());
        return leaf ? Status(Done{}) : Status(leaf.error());
    });
}

void Recovery::ask(NodeId const& node) {
    auto const asked = open();
    if (!asked.waiting.contains(node)) return;
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(node);
    if (peer == nullptr) return;
    auto const since = asked.since.value_or(Timestamp{});
    std::int64_t after = 0;
    for (bool more = true; more;) {
        auto const body = Json::object().set("since", to_rfc3339(since)).set("after", after);
        auto const response = call(*peer, "POST", "/exchange/v1/replay", to_bytes(dump(body)));
        auto const json = response ? parse_json(to_text(response->body)) : Result<Json>(response.error());
        auto const taken = json ? take(*peer, *json) : Status(json.error());
        if (!taken)
            return parts_.telemetry.log(LogLevel::warning, "recover.not_told",
                                        {{"peer", node}, {"why", taken.error()}});
        auto const* const next = json->find("next");
        more = next != nullptr && next->as_integer() != nullptr && *next->as_integer() > after;
        if (more) after = *next->as_integer();
    }
    auto const settled = change([&](Store&, Open& open) -> Status {
        if (open.recoveries == asked.recoveries) open.waiting.erase(node);  // else it is asked about more
        return Done{};
    });
    if (!settled) return;
    parts_.duties.dispatch();
    parts_.telemetry.log(LogLevel::info, "recover.told", {{"peer", node}});
}

}  // namespace casebridge
