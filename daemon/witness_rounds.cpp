#include "daemon/witness_rounds.h"

#include <algorithm>
#include <future>

namespace casebridge {
namespace {

constexpr std::size_t attendants = 4;
constexpr std::size_t most_partners = 1000;
constexpr std::chrono::seconds patience{10};
/// Whether enough leaves have come is looked at so often.
constexpr std::chrono::seconds glance{1};
/// A partner's statements are fetched so often, at each start, and when something names a key that we do not know.
constexpr std::chrono::hours keys_interval{1};
/// About so many others a partner is asked in a round.
constexpr std::size_t others_a_round = 8;
/// Bytes; a note that is asked for is not bound by what a header holds (log_endpoint.h).
constexpr std::size_t longest_note = SignedNote::maximum_bytes;

/// Of a note that was verified when it was taken.
std::optional<Checkpoint> head_in(std::string const& note) {
    auto const parsed = SignedNote::parse(note);
    if (!parsed) return std::nullopt;
    auto checkpoint = Checkpoint::parse(parsed->text());
    return checkpoint ? std::optional(*std::move(checkpoint)) : std::nullopt;
}

std::string log_path(Peer const& log) {
    return "/exchange/v1/log/" + sha256(as_bytes(log.log_key->name())).hex();
}

}  // namespace

WitnessRounds::WitnessRounds(WitnessRoundsParts parts)
    : parts_(parts), pool_(attendants, most_partners, [&telemetry = parts.telemetry](std::string_view type) {
          telemetry.log(LogLevel::error, "worker.exception", {{"type", type}});
      }) {}

WitnessRounds::~WitnessRounds() {
    stop();
    finish();
}

void WitnessRounds::start() {
    thread_ = std::thread([this] { run(); });
}

void WitnessRounds::wake() {
    {
        std::lock_guard const lock(mutex_);
        awake_ = true;
    }
    changed_.notify_all();
}

void WitnessRounds::stop() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void WitnessRounds::finish() {
    pool_.stop();
}

void WitnessRounds::run() {
    using Steady = std::chrono::steady_clock;
    auto next = Steady::now();
    for (;;) {
        bool due = Steady::now() >= next || enough_leaves();
        {
            std::unique_lock lock(mutex_);
            if (stopping_) return;
            due = due || std::exchange(awake_, false);
        }
        if (due) {
            begin_round();
            next = Steady::now() + parts_.config.witness_interval;
        }
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, glance, [this] { return awake_ || stopping_; });
    }
}

bool WitnessRounds::enough_leaves() const {
    auto const size = parts_.engine.call<std::uint64_t>(
        [](Store& store) -> Result<std::uint64_t> { return store.log().head().size; });
    std::lock_guard const lock(mutex_);
    return size && *size >= size_at_round_ + static_cast<std::uint64_t>(parts_.config.witness_leaves);
}

void WitnessRounds::begin_round() {
    auto const size = parts_.engine.call<std::uint64_t>(
        [](Store& store) -> Result<std::uint64_t> { return store.log().head().size; });
    {
        std::lock_guard const lock(mutex_);
        if (size) size_at_round_ = *size;
        rotation_ += others_a_round;
    }
    auto const peers = parts_.peers.snapshot();
    for (auto const& [node, peer] : peers->all())
        if (!peer.removed()) start_attending(node, What::all);
}

/// Until it worked once: a call that fails, or joins a round that is under way, is made up for by the next round.
void WitnessRounds::follow_keys_soon(NodeId const& node) {
    {
        std::lock_guard const lock(mutex_);
        followed_at_.erase(node);
    }
    start_attending(node, What::keys);
}

void WitnessRounds::start_attending(NodeId const& node, What what) {
    {
        std::lock_guard const lock(mutex_);
        if (stopping_) return;
        if (!attending_.insert(node).second) {
            auto& later = again_.emplace(node, what).first->second;
            if (what != later) later = What::all;
            return;
        }
    }
    pool_.submit_always([this, node, what] {
        attend(node, what);
        ++attended_;
        std::optional<What> once_more;
        {
            std::lock_guard const lock(mutex_);
            attending_.erase(node);
            if (auto const later = again_.extract(node)) once_more = later.mapped();
        }
        if (once_more) start_attending(node, *once_more);
    });
}

void WitnessRounds::attend(NodeId const& node, What what) {
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(node);
    if (peer == nullptr || peer->removed()) return;
    if (what == What::keys) return follow_keys(*peer);
    if (!parts_.standing.is_compared(node)) {
        std::promise<bool> compared;
        parts_.standing.compare(node, [&compared](Status const& outcome) { compared.set_value(bool(outcome)); });
        if (!compared.get_future().get()) return;
    }
    parts_.recovery.ask(node);
    if (are_keys_due(node)) follow_keys(*peer);
    ask_for_cosignature(*peer);
    hear_about_others(*peer);
}

bool WitnessRounds::are_keys_due(NodeId const& node) {
    std::lock_guard const lock(mutex_);
    auto const found = followed_at_.find(node);
    return found == followed_at_.end() || std::chrono::steady_clock::now() - found->second >= keys_interval;
}

/// Whoever has none to show is an older casebridge, or cannot be reached: what we know stays.
void WitnessRounds::follow_keys(Peer const& peer) {
    if (!peer.log_key && !peer.witness_key) return;
    auto const response = get(peer, "/exchange/v1/log/keys", maximum_rotations_bytes);
    // Whoever answers anything else is asked again in an hour, whoever does not, in the next round.
    if (!response && response.error().code != "peer.unexpected_answer") return;
    {
        std::lock_guard const lock(mutex_);
        followed_at_.insert_or_assign(peer.row.node, std::chrono::steady_clock::now());
    }
    if (!response || !response->content_type.starts_with("text/plain")) return;
    auto const changed = parts_.witness.take_rotations(peer.row.node, to_text(response->body));
    if (!changed || !*changed) return;
    if (auto const reloaded = parts_.contact.reload(); !reloaded)
        parts_.telemetry.log(LogLevel::error, "peer.not_reloaded", {{"why", reloaded.error()}});
}

void WitnessRounds::ask_for_cosignature(Peer const& peer) {
    if (!peer.witness_key) return;
    auto const size = parts_.engine.call<std::uint64_t>(
        [](Store& store) -> Result<std::uint64_t> { return store.log().head().size; });
    if (!size || !parts_.standing.is_due(peer.row.node, *size)) return;
    std::promise<void> done;
    parts_.standing.submit(peer.row.node, [&done](Status const&) { done.set_value(); });
    done.get_future().wait();
}

Result<HttpResponse> WitnessRounds::get(Peer const& peer, std::string const& path, std::size_t most_bytes) {
    PeerCall call{.target = peer.target(),
                  .path = path,
                  .content_type = {},
                  .body = {},
                  .maximum_answer_bytes = most_bytes,
                  .timeout = patience};
    std::promise<PeerClient::Outcome> promise;
    parts_.client.call(std::move(call),
                       [&promise](PeerClient::Outcome outcome) { promise.set_value(std::move(outcome)); });
    auto outcome = promise.get_future().get();
    if (auto* failure = std::get_if<PeerClient::Failure>(&outcome)) return std::move(failure->error);
    auto& response = std::get<PeerClient::Answer>(outcome).response;
    if (response.status == 200) return std::move(response);
    return Error{ErrorKind::unavailable, "peer.unexpected_answer", "HTTP " + std::to_string(response.status)};
}

void WitnessRounds::hear_about_others(Peer const& peer) {
    auto const peers = parts_.peers.snapshot();
    std::vector<Peer const*> others;
    for (auto const& [node, other] : peers->all())
        if (node != peer.row.node && !other.removed() && other.log_key) others.push_back(&other);
    if (others.empty()) return;
    std::size_t from = 0;
    {
        std::lock_guard const lock(mutex_);
        from = rotation_;
    }
    for (std::size_t i = 0; i < std::min(others.size(), others_a_round); ++i)
        hear_about(peer, *others[(from + i) % others.size()]);
}

void WitnessRounds::hear_about(Peer const& teller, Peer const& log) {
    auto const response = get(teller, log_path(log) + "/checkpoint", longest_note);
    if (!response || !response->content_type.starts_with("text/plain")) return;
    auto const note = to_text(response->body);
    auto const told = head_in(note);
    if (!told) return;
    parts_.witness.consider(log.row.node, note, teller.row.node);
    auto const held = head_in(parts_.witness.held_of(log.row.node));
    if (held && told->size > held->size) hear_growth(teller, log, *held);
}

void WitnessRounds::hear_growth(Peer const& teller, Peer const& log, Checkpoint const& held) {
    auto const response =
        get(teller, log_path(log) + "/consistency?old=" + std::to_string(held.size), longest_note + 16 * 1024);
    if (!response) return;
    auto const json = parse_json(to_text(response->body), {.bytes = 512 * 1024, .depth = 3, .members = 200});
    if (!json) return;
    JsonReader reader(*json, JsonReader::Scope::log);
    auto const old_size = reader.integer("old");
    auto const root = Digest::from_hex(reader.string("root", 64));
    auto const* const list = reader.array("proof");
    auto const note = reader.string("checkpoint", longest_note);
    if (!reader.finish() || !root || old_size != static_cast<std::int64_t>(held.size)) return;
    std::vector<Digest> proof;
    for (auto const& each : *list->as_array()) {
        auto const hash = each.as_string() == nullptr ? Digest::from_hex("") : Digest::from_hex(*each.as_string());
        if (!hash) return;
        proof.push_back(*hash);
    }
    parts_.witness.consider_growth(log.row.node, note, *root, std::move(proof));
}

}  // namespace casebridge
