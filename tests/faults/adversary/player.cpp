#include "tests/faults/adversary/player.h"

#include "tests/faults/wire.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <random>
#include <thread>

#include <sys/socket.h>

namespace casebridge::test {
namespace {

using Connection = Item::Connection;
using Clock = std::chrono::steady_clock;

std::string const throttled = "429 peer.too_many_requests";

/// One connection at a time to the daemon.
class Lane {
public:
    Lane(std::uint16_t port, Attacker const& attacker, std::size_t number)
        : port_(port), attacker_(attacker), source_("127.0.0." + std::to_string(2 + number)) {}

    /// The answer and how long it took. One that never came on a connection that was open before is asked for once
    /// more: the daemon may have had enough of it.
    std::pair<std::string, Clock::duration> ask(Item const& item) {
        bool const fresh = !wire_;
        auto asked = ask_once(item);
        bool const kept = item.connection == Connection::pinned;
        return kept && !fresh && asked.first == "closed" ? ask_once(item) : asked;
    }

private:
    bool connect(Connection connection) {
        wire_.emplace(port_, source_);
        switch (connection) {
            case Connection::no_tls:
                return true;
            case Connection::stranger:
                return wire_->handshake(nullptr);
            case Connection::older_version:
                return wire_->handshake(&attacker_.identity, TLS1_2_VERSION);
            case Connection::pinned:
            case Connection::pinned_once:
            case Connection::half_closed:
                return wire_->handshake(&attacker_.identity);
        }
        return false;
    }

    std::pair<std::string, Clock::duration> ask_once(Item const& item) {
        if (item.connection != Connection::pinned) wire_.reset();
        if (!wire_ && !connect(item.connection)) return {lose(), {}};
        bool const raw = item.connection == Connection::no_tls;
        bool const sent = raw ? wire_->send_raw(item.request) : wire_->send(item.request);
        if (!sent) return {lose(), {}};
        if (item.connection == Connection::half_closed) ::shutdown(wire_->descriptor(), SHUT_WR);
        auto const begin = Clock::now();
        auto answer = wire_->answer();
        auto const took = Clock::now() - begin;
        if (item.connection != Connection::pinned || answer == "closed" || answer == "nothing") wire_.reset();
        return {std::move(answer), took};
    }

    std::string lose() {
        wire_.reset();
        return "closed";
    }

    std::uint16_t port_;
    Attacker const& attacker_;
    std::string source_;
    std::optional<Wire> wire_;
};

class Play {
public:
    Play(std::uint16_t port, Attacker const& attacker, std::vector<Item> const& items, Tempo const& tempo)
        : port_(port), attacker_(attacker), items_(items), tempo_(tempo), end_(Clock::now() + tempo.longest) {}

    Played run(std::vector<std::size_t> const& order) {
        std::vector<std::thread> lanes;
        for (std::size_t number = 0; number < tempo_.lanes; ++number)
            lanes.emplace_back([this, &order, number] {
                Lane lane(port_, attacker_, number);
                for (auto at = next_++; at < order.size() * tempo_.rounds && Clock::now() < end_; at = next_++)
                    ask(lane, items_[order[at % order.size()]]);
            });
        for (auto& each : lanes) each.join();
        return std::move(played_);
    }

private:
    void ask(Lane& lane, Item const& item) {
        auto [answer, took] = lane.ask(item);
        while (answer == throttled && Clock::now() < end_) {
            {
                std::lock_guard const lock(mutex_);
                ++played_.throttled;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(50));  // for tokens to come back
            std::tie(answer, took) = lane.ask(item);
        }
        std::lock_guard const lock(mutex_);
        auto& figures = played_.kinds[item.kind];
        ++figures.sent;
        ++figures.answers[answer];
        figures.times.push_back(took);
        if (answer != throttled && !item.is_answered_rightly(answer)) played_.wrong.push_back({&item, answer});
    }

    std::uint16_t port_;
    Attacker const& attacker_;
    std::vector<Item> const& items_;
    Tempo tempo_;
    Clock::time_point end_;
    std::atomic<std::size_t> next_ = 0;
    std::mutex mutex_;
    Played played_;
};

}  // namespace

double Figures::percentile(double part) const {
    if (times.empty()) return 0;
    auto sorted = times;
    std::ranges::sort(sorted);
    return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))].count();
}

Played play(std::uint16_t port, Attacker const& attacker, std::vector<Item> const& items, Tempo const& tempo,
            std::uint32_t seed) {
    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), std::mt19937(seed));
    return Play(port, attacker, items, tempo).run(order);
}

}  // namespace casebridge::test
