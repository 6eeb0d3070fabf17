#include "daemon/log_standing.h"

#include "daemon/identity_directory.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::string_view since_setting = "log.witnessed_since";
constexpr std::chrono::seconds patience{10};
/// A cosignature under an unchanged head is renewed long before it is too old.
constexpr int renewals_in_time = 8;

std::string hex_of_origin(NodeId const& node) {
    return sha256(as_bytes(log_origin(node))).hex();
}

/// How a head that a partner holds of our log stands to it. In the engine.
Status fits(Store& store, Checkpoint const& theirs) {
    if (theirs.size > store.log().head().size)
        return Error{ErrorKind::conflict, "log.behind", std::to_string(theirs.size)};
    ASSIGN_OR_RETURN(auto const ours, store.log().head_at(theirs.size));
    if (ours.root != theirs.root) return Error{ErrorKind::conflict, "log.forked", std::to_string(theirs.size)};
    return Done{};
}

/// Whichever of our keys, above its bound, too: it was ours.
Result<Checkpoint> signed_by_us(std::string const& note, LogDesk const& log) {
    auto opened = log.open_own(note);
    if (opened || opened.error().code != "checkpoint.retired_key") return opened;
    ASSIGN_OR_RETURN(auto const parsed, SignedNote::parse(note));
    return Checkpoint::parse(parsed.text());
}

std::string holds(std::uint64_t size) {
    return "holds a head of " + std::to_string(size) + " leaves";
}

bool freezes(Error const& error) {
    return error.code == "log.behind" || error.code == "log.forked" || error.code == "log.key_retired";
}

/// The code as a literal: errors keep a view of it.
std::string_view frozen_code(std::string_view text) {
    if (text.starts_with("log.key_retired")) return "log.key_retired";
    return text.starts_with("log.behind") ? "log.behind" : "log.forked";
}

}  // namespace

Error LogStanding::failure_of(HttpResponse const& response, std::string_view code) {
    auto const told = problem_code(response);
    return {ErrorKind::unavailable, code, "HTTP " + std::to_string(response.status) + (told.empty() ? "" : " " + told)};
}

LogStanding::LogStanding(LogStandingParts parts)
    : parts_(parts), upload_(parts.engine, parts.peers, parts.client, parts.pool) {}

Status LogStanding::load() {
    struct Stored {
        std::optional<std::string> frozen;
        std::string since;
        std::vector<Cosignature> cosignatures;
    };
    auto stored = parts_.engine.call<Stored>([this](Store& store) -> Result<Stored> {
        Stored found;
        ASSIGN_OR_RETURN(found.frozen, store.setting(frozen_setting));
        ASSIGN_OR_RETURN(auto since, store.setting(since_setting));
        if (!since) {
            since = to_rfc3339(parts_.clock.now());
            RETURN_IF_ERROR(store.put_setting(since_setting, *since));
        }
        found.since = *std::move(since);
        ASSIGN_OR_RETURN(found.cosignatures, store.witness().cosignatures());
        // It was about a key: with another one in its place everything is compared anew.
        bool const of_key = found.frozen && frozen_code(*found.frozen) == "log.key_retired";
        if (of_key && found.frozen->find(parts_.log.vkey()) == std::string::npos) {
            RETURN_IF_ERROR(store.put_setting(frozen_setting, ""));
            found.frozen.reset();
        }
        if (found.frozen && !found.frozen->empty())
            store.log().freeze({ErrorKind::conflict, frozen_code(*found.frozen), *found.frozen});
        return found;
    });
    if (!stored) return stored.error();
    ASSIGN_OR_RETURN(auto const since, parse_rfc3339(stored->since));
    std::lock_guard const lock(mutex_);
    since_ = since;
    if (stored->frozen && !stored->frozen->empty())
        frozen_ = Error{ErrorKind::conflict, frozen_code(*stored->frozen), *stored->frozen};
    for (auto& each : stored->cosignatures) {
        auto const by = each.by;
        partners_[by].cosignature = std::move(each);
    }
    return Done{};
}

Status LogStanding::require_whole() const {
    std::lock_guard const lock(mutex_);
    return frozen_ ? Status(*frozen_) : Status(Done{});
}

std::optional<Timestamp> LogStanding::newest_cosignature() const {
    std::optional<Timestamp> newest;
    for (auto const& [node, partner] : partners_)
        if (partner.cosignature) newest = std::max(newest.value_or(Timestamp{}), partner.cosignature->at);
    return newest;
}

Status LogStanding::require_witnessed() const {
    auto const now = parts_.clock.now();
    std::lock_guard const lock(mutex_);
    if (frozen_) return *frozen_;
    if (!waiting_for_.empty())
        return Error{ErrorKind::unavailable, "log.recovering", waiting_for_.begin()->text() + " is still to be asked"};
    if (unknown_withdrawals_) return Error{ErrorKind::unavailable, "log.withdrawals_unknown"};
    auto const newest = std::max(newest_cosignature().value_or(since_), since_);
    if (now - newest <= parts_.config.witness_stale) return Done{};
    return Error{ErrorKind::unavailable, "log.not_witnessed",
                 "no partner has cosigned the log since " + to_rfc3339(newest)};
}

void LogStanding::recovered() {
    {
        std::lock_guard const lock(mutex_);
        frozen_.reset();
        fitting_.clear();
        cosigned_head_.clear();
        for (auto& [node, partner] : partners_) partner.compared = false;
    }
    changed_();
}

void LogStanding::set_waiting(std::set<NodeId> waiting, bool unknown) {
    {
        std::lock_guard const lock(mutex_);
        waiting_for_ = std::move(waiting);
        unknown_withdrawals_ = unknown;
    }
    changed_();
}

bool LogStanding::is_compared(NodeId const& node) const {
    std::lock_guard const lock(mutex_);
    auto const found = partners_.find(node);
    return found != partners_.end() && found->second.compared;
}

bool LogStanding::is_due(NodeId const& node, std::uint64_t size) const {
    auto const now = parts_.clock.now();
    std::lock_guard const lock(mutex_);
    auto const found = partners_.find(node);
    if (found == partners_.end() || !found->second.cosignature) return true;
    auto const& last = *found->second.cosignature;
    return last.size != size || now - last.at > parts_.config.witness_stale / renewals_in_time;
}

std::string LogStanding::cosigned_head() const {
    std::lock_guard const lock(mutex_);
    return cosigned_head_;
}

LogStanding::View LogStanding::view() const {
    std::lock_guard const lock(mutex_);
    View view{{}, {}, newest_cosignature(), since_, partners_, waiting_for_};
    if (frozen_) view.frozen = frozen_->code;
    if (frozen_) view.frozen_detail = frozen_->detail;
    return view;
}

void LogStanding::note_failure(NodeId const& node, std::string_view code) {
    std::lock_guard const lock(mutex_);
    partners_[node].code = code;
}

void LogStanding::prepare(NodeId const& node, OnDone done) {
    if (auto const whole = require_whole(); !whole) return done(whole);
    auto const ask = [this, node, done](Status const& compared) {
        if (!compared) return done(compared);
        auto const peers = parts_.peers.snapshot();
        auto const* const peer = peers->find(node);
        if (require_witnessed() || peer == nullptr || !peer->witness_key) return done(Done{});
        submit(node, [done](Status const&) { done(Done{}); });  // whether it helped, require_witnessed() says
    };
    if (is_compared(node)) return ask(Done{});
    compare(node, ask);
}

void LogStanding::compare(NodeId const& node, OnDone done) {
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(node);
    if (peer == nullptr) return done(Error{ErrorKind::not_found, "peer.unknown", node.text()});
    {
        std::lock_guard const lock(mutex_);
        auto& waiting = waiting_[node];
        waiting.push_back(std::move(done));
        if (waiting.size() > 1) return;
    }
    PeerCall call{.target = peer->target(),
                  .path = "/exchange/v1/log/" + hex_of_origin(parts_.self.node) + "/checkpoint",
                  .content_type = {},
                  .body = {},
                  .timeout = patience};
    parts_.client.call(std::move(call), [this, node](PeerClient::Outcome outcome) {
        auto shared = std::make_shared<PeerClient::Outcome>(std::move(outcome));  // owner: the closure below
        parts_.pool.submit_always([this, node, shared] { on_latest(node, std::move(*shared)); });
    });
}

/// Whoever gives no record has none to give, as far as we can tell: only what is signed with our key counts.
void LogStanding::on_latest(NodeId const& node, PeerClient::Outcome outcome) {
    if (auto const* failure = std::get_if<PeerClient::Failure>(&outcome)) return compared(node, failure->error);
    auto const& response = std::get<PeerClient::Answer>(outcome).response;
    // Whoever is busy may have one all the same.
    constexpr int too_many = 429, server_errors = 500;
    if (response.status == too_many || response.status >= server_errors)
        return compared(node, failure_of(response, "peer.answered_later"));
    if (response.status != 200 || !response.content_type.starts_with("text/plain")) return compared(node, Done{});
    on_record(node, to_text(response.body), [this, node](Status const& outcome_) { compared(node, outcome_); });
}

void LogStanding::compared(NodeId const& node, Status const& outcome) {
    std::vector<OnDone> waiting;
    {
        std::lock_guard const lock(mutex_);
        waiting.swap(waiting_[node]);
        if (outcome) partners_[node].compared = true;
        if (!outcome) partners_[node].code = outcome.error().code;
    }
    for (auto const& done : waiting) done(outcome);
    changed_();
}

bool LogStanding::is_known_to_fit(NodeId const& by, std::string const& note) const {
    std::lock_guard const lock(mutex_);
    auto const last = fitting_.find(by);
    return last != fitting_.end() && last->second == note;
}

void LogStanding::on_record(NodeId const& by, std::string const& note, OnDone done) {
    if (!parts_.log.chain()) return done(Done{});
    if (auto const whole = require_whole(); !whole) return done(whole);
    if (is_known_to_fit(by, note)) return done(Done{});
    auto const head = signed_by_us(note, parts_.log);
    if (!head && head.error().code == "note.no_known_key") return ask_for_rotations(by, std::move(done));
    if (!head) {
        parts_.telemetry.log(LogLevel::warning, "witness.bad_record", {{"peer", by}, {"why", head.error()}});
        return done(Done{});  // it is nothing that we signed
    }
    parts_.engine.submit<Done>([theirs = *head](Store& store) { return fits(store, theirs); },
                               [this, by, note, size = head->size, done](Status const& fit) {
                                   if (!fit && freezes(fit.error()))
                                       return done(freeze(fit.error().code, by, holds(size)));
                                   if (fit) {
                                       std::lock_guard const lock(mutex_);
                                       fitting_.insert_or_assign(by, note);
                                   }
                                   done(fit);
                               });
}

/// It holds a head that none of our keys has signed. If it can show that ours was given up, we are the older copy.
void LogStanding::ask_for_rotations(NodeId const& by, OnDone done) {
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(by);
    if (peer == nullptr) return done(Done{});
    PeerCall call{.target = peer->target(),
                  .path = "/exchange/v1/log/" + hex_of_origin(parts_.self.node) + "/keys",
                  .content_type = {},
                  .body = {},
                  .timeout = patience};
    parts_.client.call(std::move(call), [this, by, done = std::move(done)](PeerClient::Outcome outcome) {
        auto shared = std::make_shared<PeerClient::Outcome>(std::move(outcome));  // owner: the closure below
        parts_.pool.submit_always([this, by, done, shared] { done(judge_rotations(by, *shared)); });
    });
}

/// SECURITY: only what our own key has signed says that it was given up.
Status LogStanding::judge_rotations(NodeId const& by, PeerClient::Outcome const& outcome) {
    auto const* const answer = std::get_if<PeerClient::Answer>(&outcome);
    bool const told = answer != nullptr && answer->response.status == 200;
    auto const rotations = parse_rotations(told ? to_text(answer->response.body) : std::string());
    auto const vkey = parts_.log.vkey();
    if (rotations)
        for (auto const& each : *rotations)
            if (each.rotation.old_key.text() == vkey)
                return freeze("log.key_retired", by, "has the statement that gave up " + vkey);
    Error const why{ErrorKind::unauthentic, "note.no_known_key"};
    parts_.telemetry.log(LogLevel::warning, "witness.bad_record", {{"peer", by}, {"why", why}});
    return Done{};  // it is nothing that we signed
}

/// On the engine's thread or any other; what it returns is the error that stands from now on.
Status LogStanding::freeze(std::string_view code, NodeId const& by, std::string const& what) {
    auto const detail = std::string(code) + ": " + by.text() + " " + what;
    Error const why{ErrorKind::conflict, frozen_code(code), detail};
    {
        std::lock_guard const lock(mutex_);
        if (frozen_) return *frozen_;
        frozen_ = why;
    }
    parts_.telemetry.count("casebridge_alarms_total", "log_frozen");
    parts_.telemetry.log(LogLevel::error, "log.frozen", {{"peer", by}, {"why", why}});
    parts_.engine.submit<Done>(
        [why](Store& store) -> Status {
            store.log().freeze(why);
            return store.put_setting(frozen_setting, why.detail);
        },
        [](Status const&) {});  // it stands in memory, and the next start finds it again
    return why;
}

}  // namespace casebridge
