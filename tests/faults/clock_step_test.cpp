// The clock of a sender is set while its officers send: nothing leaves by a wrong time, nothing is given up, and what
// was acknowledged arrives once.
#include "tests/faults/crash_pair.h"
#include "tests/support/check_code.h"

#include <atomic>
#include <thread>

#ifndef CASEBRIDGE_SANITIZED  // the sanitizers must be loaded first, and so must libfaketime

namespace casebridge::test {
namespace {

/// An officer who sends the case again and again.
class Officer {
public:
    explicit Officer(CrashPair const& pair)
        : thread_([this, &pair] {
              while (!over_) send(pair);
          }) {}
    ~Officer() { static_cast<void>(end()); }
    Officer(Officer const&) = delete;
    Officer& operator=(Officer const&) = delete;

    [[nodiscard]] int refused() const { return refused_; }
    [[nodiscard]] int sent() const { return sent_; }
    /// What was acknowledged.
    std::set<std::string> const& end() {
        over_ = true;
        if (thread_.joinable()) thread_.join();
        return acknowledged_;
    }

private:
    void send(CrashPair const& pair) {
        try {
            acknowledged_.insert(pair.post_send(0));
            ++sent_;
        } catch (std::runtime_error const&) {
            ++refused_;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }

    std::atomic<bool> over_ = false;
    std::atomic<int> sent_ = 0, refused_ = 0;
    std::set<std::string> acknowledged_;
    std::thread thread_;
};

struct Stepping {
    Stepping() : pair(1) {
        pair.sender().let_clock_step();
        pair.sender().step_clock("+0");
        pair.start(pair.sender());
    }

    [[nodiscard]] bool is_held() const {
        auto const report = pair.sender().officer().get("/v1/health");
        return report.body.find("\"clock.jumped\"") != std::string::npos;
    }
    void step(std::string const& by, bool held) {
        pair.sender().step_clock(by);
        pair.wait("the clock is held, or not", [&] { return is_held() == held; });
    }
    void wake_outbox() { BOOST_REQUIRE_EQUAL(pair.sender().officer().post("/v1/reload", Json::object()).status, 200); }

    mutable CrashPair pair;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(clock_step, Stepping)

BOOST_AUTO_TEST_CASE(a_queued_message_neither_leaves_nor_ends_by_a_wrong_clock) {
    for (auto const* by : {"+400d", "-400d", "+10m"}) {
        BOOST_TEST_CONTEXT(by) {
            auto const message = pair.send(0);
            pair.wait("the first attempt fails",
                      [&] { return pair.sender().said("delivery.later message=" + message); });
            step(by, true);
            pair.start(pair.receiver());
            // Every waking would deliver it, or make a dead letter of it.
            for (int i = 0; i < 20; ++i) wake_outbox();
            Ledger ledger;
            ledger.read_on(pair.receiver().officer());
            BOOST_CHECK_EQUAL(ledger.count("admission", message), 0);
            BOOST_CHECK(!pair.sender().said("message.settled message=" + message));
            step("+0", false);
            wake_outbox();
            pair.wait_settled(message);
            pair.check(message, "delivered");
            pair.stop(pair.receiver());
        }
    }
}

BOOST_AUTO_TEST_CASE(what_was_acknowledged_while_the_clock_stepped_arrives_once) {
    pair.start(pair.receiver());
    Officer officer(pair);
    for (auto const* by : {"+400d", "-400d", "+10m", "+3m"}) {
        bool const beyond_the_skew = std::string(by) != "+3m";
        auto const refused = officer.refused();
        step(by, beyond_the_skew);
        if (beyond_the_skew) pair.wait("the officer hears of it", [&] { return officer.refused() > refused + 2; });
        step("+0", false);
        auto const sent = officer.sent();
        pair.wait("the officer sends on", [&] { return officer.sent() > sent + 2; });
    }
    pair.expect(officer.end());
    wake_outbox();
    pair.wait("all are settled", [&] { return pair.queued() == 0; });
    pair.check_all();
    Ledger ledger;
    ledger.read_on(pair.sender().officer());
    BOOST_CHECK(ledger.messages("dead_letter").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test

#endif
