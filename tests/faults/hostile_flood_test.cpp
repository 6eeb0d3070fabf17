// Floods, while an honest peer exchanges: it must not feel them, and the daemon must not swell.
#include "hostile_fixture.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <functional>
#include <future>
#include <iostream>
#include <thread>

#include <sys/wait.h>

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace hostile_floods {
namespace {

constexpr std::size_t silent_connections = 1000;
constexpr long most_growth_kib = 32 * 1024;
constexpr auto flood_time = 8s;
constexpr auto pace = 50ms;

/// The honest peer's exchange: a connection of its own for every message, for as long as the attack lasts.
class HonestExchange {
public:
    HonestExchange(RealDaemon const& daemon, Adversary const& peer) : daemon_(daemon), peer_(peer) {}

    void warm_up() const {
        for (int count = 0; count < 20; ++count) BOOST_CHECK_EQUAL(deliver_one(peer_.sealed(peer_.message())), "200");
    }
    void run_for(std::chrono::seconds time) {
        auto const end = std::chrono::steady_clock::now() + time;
        run_while([end] { return std::chrono::steady_clock::now() < end; });
    }
    void run_while(std::function<bool()> const& goes_on) {
        while (goes_on()) {
            auto const sealed = peer_.sealed(peer_.message());
            auto const begin = std::chrono::steady_clock::now();
            BOOST_CHECK_EQUAL(deliver_one(sealed), "200");
            times_.push_back(std::chrono::steady_clock::now() - begin);
            std::this_thread::sleep_for(pace);
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
    std::vector<std::chrono::steady_clock::duration> times_;
};

std::string source_address(std::size_t number) {
    return "127.0.0." + std::to_string(2 + number % 250);
}

}  // namespace
}  // namespace hostile_floods

/// The program, as a process of its own.
struct WithAdversary : HostilePeer {
    /// Exit code and what it printed.
    [[nodiscard]] std::pair<int, std::string> play_everything_bad() const {
        auto const here = daemon.directory().string();
        auto const command = std::string(CASEBRIDGE_BINARY_DIR) + "/bin/casebridge_adversary --port " +
                             std::to_string(daemon.port()) + " --credentials " + here + "/kh-mosvy/identity" +
                             " --agreement " + here + "/agreements/th-msdhs--kh-mosvy.yaml" +
                             " --office anti-trafficking-department --rounds 2 --seconds 150 --json";
        FILE* const output = ::popen(command.c_str(), "r");
        std::string text;
        std::array<char, 4096> part{};
        for (std::size_t size = 0; (size = std::fread(part.data(), 1, part.size(), output)) != 0;)
            text.append(part.data(), size);
        auto const status = ::pclose(output);
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
    }
};

BOOST_FIXTURE_TEST_SUITE(hostile_floods, WithAdversary)

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

BOOST_AUTO_TEST_CASE(an_adversary_with_everything_bad_at_line_rate_gets_nothing_in_and_slows_nobody) {
    daemon.stop();
    daemon.configure("limits: {peer_requests_per_second: 10000, peer_request_burst: 100000}");  // or it were throttled
    daemon.start();
    HonestExchange exchange(daemon, honest);
    exchange.warm_up();
    auto const before = effects();
    auto const memory = daemon.resident_kib();
    std::atomic<bool> over = false;
    std::atomic<long> peak = memory;
    auto played = std::async(std::launch::async, [&] {
        auto result = play_everything_bad();
        over = true;
        return result;
    });
    std::thread watch([&] {
        for (; !over; std::this_thread::sleep_for(100ms)) peak = std::max<long>(peak, daemon.resident_kib());
    });
    exchange.run_while([&] { return !over; });
    watch.join();
    auto const [exit_code, report] = played.get();
    std::cout << "adversary: " << report << "honest p99 " << exchange.p99().count() << " ms of " << exchange.count()
              << " deliveries, growth " << (peak - memory) << " KiB\n";
    BOOST_CHECK_EQUAL(exit_code, 0);  // everything refused, and as documented
    auto const figures = must(parse_json(report));
    BOOST_CHECK_EQUAL(*figures.find("accepted")->as_integer(), 0);
    BOOST_CHECK_EQUAL(*figures.find("throttled")->as_integer(), 0);
    BOOST_CHECK_EQUAL(dump(*figures.find("wrong")), "[]");
    BOOST_CHECK_GT(*figures.find("sent")->as_integer(), 1500);
    for (auto const* kind : {"HTTP",
                             "connections",
                             "inner: attributes",
                             "inner: bytes",
                             "inner: damage",
                             "inner: foreign signers",
                             "inner: other signatures",
                             "inner: signed data",
                             "inner: signer",
                             "message: JSON",
                             "message: addresses",
                             "message: times",
                             "message: used id",
                             "outer: bytes",
                             "outer: damage",
                             "outer: encoding",
                             "outer: envelope",
                             "outer: flips",
                             "outer: other ciphers",
                             "outer: recipient",
                             "outer: tag",
                             "question"})
        BOOST_CHECK_MESSAGE(figures.find("kinds")->find(kind) != nullptr, kind << " was not played");
    BOOST_CHECK_LT(exchange.p99().count(), 1000);
#ifndef CASEBRIDGE_SANITIZED  // sanitizers keep what was freed
    BOOST_CHECK_LE(peak - memory, most_growth_kib);
#endif
    auto const after = effects();
    auto const good = exchange.count() + 1;  // and the adversary's one
    BOOST_CHECK_EQUAL(after.inbox, before.inbox + good);
    BOOST_CHECK_EQUAL(after.log, before.log + static_cast<long>(good));
    BOOST_CHECK(daemon.runs());
}

BOOST_AUTO_TEST_SUITE_END()
