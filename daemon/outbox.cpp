#include "daemon/outbox.h"

namespace casebridge {

namespace {
/// A look at the queue even if nothing woke us: clocks can be set.
constexpr std::chrono::seconds longest_sleep{30};
/// Until the clock is looked at again while it cannot be relied on.
constexpr std::chrono::seconds held_sleep{1};
/// With so many deliveries under way somebody wakes us all the time; one look at the queue then serves several.
constexpr std::size_t crowd = 8;
constexpr std::chrono::milliseconds patience{2};
}  // namespace

Outbox::Outbox(DeliveryParts parts) : parts_(std::move(parts)) {}

Outbox::~Outbox() {
    stop();
}

void Outbox::start() {
    thread_ = std::thread([this] { run(); });
}

void Outbox::wake() {
    {
        std::lock_guard lock(mutex_);
        awake_ = true;
    }
    changed_.notify_all();
}

void Outbox::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return in_flight_.empty(); });
}

void Outbox::run() {
    for (;;) {
        {
            std::lock_guard lock(mutex_);
            if (stopping_) return;
            awake_ = false;
        }
        auto wait = quiet_for();
        if (wait <= wait.zero()) wait = start_due() - parts_.clock.now();
        wait = std::clamp<std::chrono::milliseconds>(wait, std::chrono::milliseconds(1), longest_sleep);
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, wait, [this] { return awake_ || stopping_; });
        bool const crowded = in_flight_.size() >= crowd;
        lock.unlock();
        if (crowded) std::this_thread::sleep_for(patience);
    }
}

std::set<MessageId> Outbox::in_flight_now() {
    std::lock_guard lock(mutex_);
    return in_flight_;
}

std::chrono::milliseconds Outbox::quiet_for() {
    std::lock_guard lock(mutex_);
    return std::chrono::ceil<std::chrono::milliseconds>(quiet_until_ - std::chrono::steady_clock::now());
}

Timestamp Outbox::start_due() {
    auto const now = parts_.clock.now();
    if (!parts_.clock.require_trusted()) return now + held_sleep;
    Timestamp next = now + longest_sleep;
    auto const peers = parts_.peers.snapshot();
    for (auto const& [node, peer] : peers->all()) {
        // Of removed peers too: their messages are refused when asked about, rather than queued for ever.
        auto const before = in_flight_now();
        // Those in flight may be among the due: with twice as many, there are enough of the others.
        auto due = parts_.engine.call<OutboxTable::Due>(
            [&node = node, now](Store& store) { return store.outbox().due(node, now, 2 * in_flight_per_peer); });
        if (!due) {
            parts_.telemetry.log(LogLevel::error, "outbox.unreadable", {{"peer", node}, {"why", due.error()}});
            // Also because somebody else's work of the same group found the disk full: soon again, not at the next
            // look.
            next = std::min<Timestamp>(next, now + parts_.config.retry_base);
            continue;
        }
        if (due->next) next = std::min(next, *due->next);
        for (auto& row : due->rows) {
            {
                std::lock_guard lock(mutex_);
                // INVARIANT: a row read while its delivery was under way may be out of date by now.
                if (stopping_ || before.contains(row.id)) continue;
                if (per_peer_[node] >= in_flight_per_peer) break;
                in_flight_.insert(row.id);
                ++per_peer_[node];
            }
            start_delivery(std::move(row));
        }
    }
    return next;
}

void Outbox::start_delivery(OutboxRow row) {
    auto const id = row.id;
    auto const node = row.to.node;
    Delivery::start(parts_, std::move(row), [this, id, node](Status const& recorded) {
        // Notified under the lock: after it, stop() may return and this object be gone.
        std::lock_guard lock(mutex_);
        in_flight_.erase(id);
        --per_peer_[node];
        if (!recorded) quiet_until_ = std::chrono::steady_clock::now() + parts_.config.retry_base;
        awake_ = true;
        changed_.notify_all();
    });
}

}  // namespace casebridge
