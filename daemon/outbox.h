// Outbox: keeps every peer's queue moving. One scheduler thread; per peer a bounded number of deliveries in flight,
// per stream one at a time.
#pragma once

#include "daemon/delivery.h"

#include <condition_variable>
#include <set>
#include <thread>

namespace casebridge {

class Outbox {
public:
    explicit Outbox(DeliveryParts parts);
    ~Outbox();  ///< as stop()
    Outbox(Outbox const&) = delete;
    Outbox& operator=(Outbox const&) = delete;

    void start();
    /// A row was queued, a peer changed, or a delivery ended.
    void wake();
    /// Starts no further delivery and waits for those under way.
    void stop();

private:
    void run();
    /// Starts what is due; returns when to look again.
    Timestamp start_due();
    void start_delivery(OutboxRow row);
    [[nodiscard]] std::chrono::milliseconds quiet_for();
    std::set<MessageId> in_flight_now();

    static constexpr std::size_t in_flight_per_peer = 64;

    DeliveryParts parts_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool awake_ = true;
    bool stopping_ = false;
    std::set<MessageId> in_flight_;
    std::map<NodeId, std::size_t> per_peer_;
    /// A store that cannot be told how an attempt ended (its disk is full) leaves the row due: trying again at once
    /// would be a circle without end, on the wire as well.
    std::chrono::steady_clock::time_point quiet_until_;
    std::thread thread_;
};

}  // namespace casebridge
