// Floods, while an honest peer exchanges: it must not feel them, and the daemon must not swell.
#include "hostile_fixture.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <thread>

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t silent_connections = 1000;
constexpr long most_growth_kib = 32 * 1024;
constexpr auto flood_time = 8s;

/// The honest peer's exchange: a connection of its own for every message, for as long as the attack lasts.
class HonestExchange {
public:
    HonestExchange(RealDaemon const& daemon, Adversary const& peer) : daemon_(daemon), peer_(peer) {
        for (int count = 0; count < 150; ++count) messages_.push_back(peer.sealed(peer.message()));
    }

    void warm_up() const {
        for (int count = 0; count < 20; ++count) BOOST_CHECK_EQUAL(deliver_one(peer_.sealed(peer_.message())), "200");
    }
    void run_for(std::chrono::seconds time) {
        auto const end = std::chrono::steady_clock::now() + time;
        for (auto const& sealed : messages_) {
            auto const begin = std::chrono::steady_clock::now();
            if (begin > end) break;
            BOOST_CHECK_EQUAL(deliver_one(sealed), "200");
            times_.push_back(std::chrono::steady_clock::now() - begin);
            std::this_thread::sleep_for(time / 150);
        }
    }
    /// Of whole deliveries, the handshake included.
    [[nodiscard]] std::chrono::milliseconds p99() {
        std::sort(times_.begin(), times_.end());
        BOOST_REQUIRE_GE(times_.size(), 20U);
        return std::chrono::duration_cast<std::chrono::milliseconds>(times_[times_.size() * 99 / 100]);
    }
    [[nodiscard]] std::size_t count() const { return times_.size(); }

private:
    [[nodiscard]] std::string deliver_one(Bytes const& sealed) const {
        return deliver(daemon_.port(), peer_.identity(), sealed, "127.0.1.1");
    }

    RealDaemon const& daemon_;
    Adversary const& peer_;
    std::vector<Bytes> messages_;
    std::vector<std::chrono::steady_clock::duration> times_;
};

std::string source_address(std::size_t number) {
    return "127.0.0." + std::to_string(2 + number % 250);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_floods, HostilePeer)

BOOST_AUTO_TEST_CASE(a_thousand_silent_connections_and_drips_neither_slow_an_honest_peer_nor_swell_the_daemon) {
    HonestExchange exchange(daemon, honest);
    exchange.warm_up();  // so that growth is the flood's alone
    auto const before = daemon.resident_kib();
    std::atomic<bool> over = false;
    std::atomic<int> renewed = 0;
    // Strangers: silent, renewed as soon as they are closed.
    std::thread silence([&] {
        std::vector<Wire> open;
        for (std::size_t count = 0; count < silent_connections; ++count)
            open.emplace_back(daemon.port(), source_address(count));
        while (!over) {
            std::vector<Wire> next;
            for (std::size_t index = 0; index < open.size(); ++index) {
                if (!open[index].is_closed_within(1ms)) next.push_back(std::move(open[index]));
            }
            while (next.size() < silent_connections && !over) {
                next.emplace_back(daemon.port(), source_address(next.size()));
                ++renewed;
            }
            open = std::move(next);
        }
        // From here on none is renewed: all are to be gone by the deadline of the handshake.
        auto const deadline = std::chrono::steady_clock::now() + 8s;
        std::size_t closed = 0;
        for (auto& wire : open) {
            auto const left =
                std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
            if (wire.is_closed_within(std::max(left, 1ms))) ++closed;
        }
        BOOST_CHECK_EQUAL(closed, open.size());
    });
    // The pinned peer: heads and bodies, a byte a second, from many addresses.
    std::thread drip([&] {
        std::vector<std::optional<Wire>> dripping(100);
        while (!over) {
            for (std::size_t index = 0; index < dripping.size() && !over; ++index) {
                auto& wire = dripping[index];
                if (wire && wire->send("x")) continue;
                wire.emplace(daemon.port(), source_address(index));
                if (!wire->handshake(&hostile.identity())) {
                    wire.reset();
                    continue;
                }
                wire->send(index % 2 == 0 ? "POST /" : post(Bytes(10'000, 'x')).substr(0, 200));
            }
            std::this_thread::sleep_for(1s);
        }
    });
    std::atomic<long> peak = before;
    std::thread watch([&] {
        for (; !over; std::this_thread::sleep_for(100ms)) peak = std::max<long>(peak, daemon.resident_kib());
    });
    std::this_thread::sleep_for(500ms);
    exchange.run_for(flood_time);
    over = true;
    for (auto* thread : {&silence, &drip, &watch}) thread->join();
    std::cout << "silent flood: p99 " << exchange.p99().count() << " ms of " << exchange.count() << " deliveries, "
              << "growth " << (peak - before) << " KiB, " << renewed << " silent connections renewed\n";
    BOOST_CHECK_LT(exchange.p99().count(), 1000);
#ifndef CASEBRIDGE_SANITIZED  // sanitizers keep what was freed
    BOOST_CHECK_LE(peak - before, most_growth_kib);
#endif
    BOOST_CHECK(daemon.runs());
}

BOOST_AUTO_TEST_CASE(bad_messages_at_line_rate_do_not_slow_an_honest_peer) {
    HonestExchange exchange(daemon, honest);
    std::vector<Bytes> corpus{{}, {1, 2, 3}, Bytes(1000, 0x30), Bytes(100'000, 0x30), hostile.sealed_bytes("{}")};
    auto const good = hostile.sealed(hostile.message());
    for (std::size_t at = 0; at < good.size(); at += good.size() / 40) {  // a bit here, an end there
        corpus.push_back(good);
        corpus.back()[at] ^= 1;
        corpus.emplace_back(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at));
    }
    auto const before = daemon.metric("casebridge_messages_received_total{outcome=\"accepted\"}");
    std::atomic<bool> over = false;
    std::atomic<int> sent = 0, accepted = 0;
    std::vector<std::thread> attack;
    for (std::size_t lane = 0; lane < 4; ++lane)
        attack.emplace_back([&, lane] {
            std::optional<Wire> wire;
            for (std::size_t next = lane; !over; ++next) {
                if (!wire) {
                    wire.emplace(daemon.port(), source_address(lane));
                    if (!wire->handshake(&hostile.identity())) {
                        wire.reset();
                        continue;
                    }
                }
                auto const answer = wire->send(post(corpus[next % corpus.size()])) ? wire->answer() : "closed";
                ++sent;
                if (answer == "200" || answer == "422") ++accepted;
                if (answer == "closed" || answer == "nothing") wire.reset();
            }
        });
    exchange.run_for(flood_time);
    over = true;
    for (auto& thread : attack) thread.join();
    std::cout << "bad messages: p99 " << exchange.p99().count() << " ms of " << exchange.count()
              << " deliveries, beside " << sent << " bad requests\n";
    BOOST_CHECK_LT(exchange.p99().count(), 1000);
    BOOST_CHECK_EQUAL(accepted, 0);
    BOOST_CHECK_EQUAL(daemon.metric("casebridge_messages_received_total{outcome=\"accepted\"}") - before,
                      static_cast<long>(exchange.count()));
}

BOOST_AUTO_TEST_SUITE_END()
