// Two daemons under load, one or both killed again and again at any moment, by kill -9 or a power cut.
#include "tests/faults/crash_pair.h"
#include "tests/faults/test_form.h"
#include "tests/support/check_code.h"

#include <atomic>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>

namespace casebridge::test {
namespace {

constexpr int cases = 6;

/// An officer for each case, who sends it again and again, and remembers what was acknowledged.
class Load {
public:
    explicit Load(CrashPair& pair) {
        for (int number = 0; number < cases; ++number)
            officers_.emplace_back([this, &pair, number] { work(pair, number); });
    }
    ~Load() { static_cast<void>(stop()); }
    Load(Load const&) = delete;
    Load& operator=(Load const&) = delete;

    [[nodiscard]] std::set<std::string> stop() {
        stopping_ = true;
        for (auto& each : officers_)
            if (each.joinable()) each.join();
        return acknowledged_;
    }

private:
    void work(CrashPair& pair, int number) {
        while (!stopping_) {
            auto const id = send(pair, number);
            std::lock_guard const lock(mutex_);
            if (!id.empty()) acknowledged_.insert(id);
        }
    }

    static std::string send(CrashPair& pair, int number) {
        try {
            if (pair.queued() < longest_queue) return pair.post_send(number);
        } catch (std::runtime_error const&) {  // it has just been killed
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return {};
    }

    static constexpr int longest_queue = 30;
    std::atomic<bool> stopping_ = false;
    std::mutex mutex_;
    std::set<std::string> acknowledged_;
    std::vector<std::thread> officers_;
};

class Killer {
public:
    Killer(CrashPair& pair, std::uint32_t seed) : pair_(pair), random_(seed) {}

    void cycle() {
        auto const which = uniform(0, 4);
        if (which != 0) end(pair_.sender());
        if (which == 0 || which == 4) end(pair_.receiver());
        for (auto* each : {&pair_.sender(), &pair_.receiver()})
            if (!each->runs()) each->start();
    }

private:
    std::uint32_t uniform(std::uint32_t least, std::uint32_t most) {
        return least + static_cast<std::uint32_t>(random_() % (most - least + 1));
    }

    /// Half of them at some call, if it comes within the time; half at a moment.
    void end(FaultyDaemon& daemon) {
        auto const moment = std::chrono::steady_clock::now() + std::chrono::milliseconds(uniform(10, 60));
        constexpr std::array actions{FaultAction::kill_torn, FaultAction::power, FaultAction::power_some};
        if (uniform(0, 1) == 1) daemon.arm({actions.at(uniform(0, 2)), uniform(1, 150)});
        while (daemon.runs() && std::chrono::steady_clock::now() < moment)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (!daemon.runs() && daemon.fired() == 0) throw BrokenPromise("ended by itself:\n" + daemon.log());
        if (daemon.runs()) daemon.kill_now();
    }

    CrashPair& pair_;
    std::mt19937_64 random_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(kill_loop)

BOOST_AUTO_TEST_CASE(daemons_killed_at_random_under_load_lose_and_double_nothing) {
    auto const cycles = number_from("CASEBRIDGE_CYCLES", is_long_form() ? 1000 : 30);
    auto const seed = number_from("CASEBRIDGE_SEED", std::random_device()());
    std::cout << "CASEBRIDGE_SEED=" << seed << std::endl;
    CrashPair pair(cases);
    pair.start(pair.sender());
    pair.start(pair.receiver());
    try {
        Load load(pair);
        Killer killer(pair, seed);
        for (std::uint32_t i = 0; i < cycles; ++i) killer.cycle();
        auto const acknowledged = load.stop();
        BOOST_CHECK_GE(acknowledged.size(), cycles / 4);  // there was a load
        pair.expect(acknowledged);
        pair.wait("all are settled", [&] { return pair.queued() == 0; });
        pair.check_all();
    } catch (std::logic_error const& failure) {
        BOOST_FAIL(failure.what());
    } catch (std::runtime_error const& failure) {
        BOOST_FAIL(failure.what());
    }
    std::cout << cycles << " cycles, " << pair.report() << std::endl;
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
