// No answer leaves before the sync that makes what it says durable, as the order of the calls shows it.
#include "tests/faults/crash_questions.h"
#include "tests/support/check_code.h"

#include <algorithm>

namespace casebridge::test {
namespace {

constexpr std::uint32_t page = 4096;           // of the write-ahead log: its own head is shorter
constexpr std::uint32_t least_answer = 8000;   // sealed, more than 30 KiB in records of at most 16
constexpr std::uint32_t least_receipt = 1500;  // and more than any part of a TLS 1.3 handshake but the certificates
constexpr std::uint32_t least_message = 4000;  // padded to 4 KiB and sealed; more than any part of a handshake

/// How many of the calls before `end` are syncs of the write-ahead log with a page written since the sync before.
int commits(std::vector<CallTrace> const& calls, std::vector<CallTrace>::const_iterator end) {
    int synced = 0;
    bool written = false;
    for (auto call = calls.begin(); call != end; ++call) {
        if (call->target != CallTarget::log) continue;
        if (call->kind == CallKind::write && call->bytes == page) written = true;
        if (call->kind == CallKind::sync && std::exchange(written, false)) ++synced;
    }
    return synced;
}

bool is_send_to(CallTrace const& call, CallTarget whom) {
    return call.kind == CallKind::send && call.target == whom;
}

/// One plain send between two daemons that have just started: nothing is cached, no connection is open.
struct TracedSend {
    TracedSend() : pair(1, bench::Witnessing::off) {
        pair.start(pair.sender());
        pair.start(pair.receiver());
        // The first survey of health commits; then none does for as long as this takes.
        for (auto* daemon : {&pair.sender(), &pair.receiver()})
            BOOST_REQUIRE_EQUAL(daemon->officer().get("/v1/health").status, 200);
        pair.sender().arm({});
        pair.receiver().arm({});
        auto const message = pair.send(0);
        pair.wait("delivered", [&] { return pair.sender().said("message.settled message=" + message); });
        sent = pair.sender().trace();
        received = pair.receiver().trace();
        pair.check(message, "delivered");
    }
    CrashPair pair;
    std::vector<CallTrace> sent, received;
};

/// One question between two daemons, after everything that a survey of health commits.
struct TracedQuestion {
    TracedQuestion() : pair(1, bench::Witnessing::off), questions(pair) {
        for (auto* daemon : {&pair.sender(), &pair.receiver()})
            BOOST_REQUIRE_EQUAL(daemon->officer().get("/v1/health").status, 200);
        pair.sender().arm({});
        pair.receiver().arm({});
        auto const query = questions.ask();
        answered = pair.sender().trace();
        asked = pair.receiver().trace();
        questions.check(query);
    }
    CrashPair pair;
    Questions questions;
    std::vector<CallTrace> answered, asked;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(order)

BOOST_FIXTURE_TEST_SUITE(of_a_message, TracedSend)

BOOST_AUTO_TEST_CASE(a_receipt_leaves_after_the_sync_of_the_only_commit_it_speaks_of) {
    auto const receipt = std::find_if(received.rbegin(), received.rend(), [](CallTrace const& call) {
        return is_send_to(call, CallTarget::peer) && call.bytes > least_receipt;
    });
    BOOST_REQUIRE(receipt != received.rend());
    auto const at = std::prev(receipt.base());
    BOOST_CHECK_EQUAL(commits(received, at), 1);
    BOOST_CHECK_EQUAL(commits(received, received.end()), 1);
    BOOST_CHECK(std::none_of(at, received.end(), [](CallTrace const& call) { return call.kind == CallKind::write; }));
}

BOOST_AUTO_TEST_CASE(an_officer_is_told_it_is_queued_after_the_syncs_of_its_name_and_of_its_release) {
    auto const told = std::find_if(sent.begin(), sent.end(),
                                   [](CallTrace const& call) { return is_send_to(call, CallTarget::officer); });
    BOOST_REQUIRE(told != sent.end());
    BOOST_CHECK_GE(commits(sent, told), 2);
}

BOOST_AUTO_TEST_CASE(no_byte_of_it_leaves_for_the_partner_before_the_sync_of_possibly_delivered) {
    // Before it the partner is asked for its record of our log, which says nothing of the message.
    auto const left = std::find_if(sent.begin(), sent.end(), [](CallTrace const& call) {
        return is_send_to(call, CallTarget::peer) && call.bytes > least_message;
    });
    BOOST_REQUIRE(left != sent.end());
    BOOST_CHECK_EQUAL(commits(sent, left), 3);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(of_a_question, TracedQuestion)

BOOST_AUTO_TEST_CASE(an_answer_leaves_after_the_sync_of_the_commit_that_records_it) {
    auto const first = std::find_if(answered.begin(), answered.end(), [](CallTrace const& call) {
        return is_send_to(call, CallTarget::peer) && call.bytes > least_answer;
    });
    BOOST_REQUIRE(first != answered.end());
    BOOST_CHECK_EQUAL(commits(answered, first), 2);  // that it is known, and its answer
    BOOST_CHECK_EQUAL(commits(answered, answered.end()), 2);
    BOOST_CHECK(
        std::none_of(first, answered.end(), [](CallTrace const& call) { return call.kind == CallKind::write; }));
}

BOOST_AUTO_TEST_CASE(a_question_leaves_after_the_sync_of_its_commit) {
    auto const left = std::find_if(asked.begin(), asked.end(),
                                   [](CallTrace const& call) { return is_send_to(call, CallTarget::peer); });
    BOOST_REQUIRE(left != asked.end());
    BOOST_CHECK_EQUAL(commits(asked, left), 1);
}

BOOST_AUTO_TEST_CASE(an_officer_is_told_an_answer_after_the_sync_of_its_commit) {
    auto const told = std::find_if(asked.begin(), asked.end(),
                                   [](CallTrace const& call) { return is_send_to(call, CallTarget::officer); });
    BOOST_REQUIRE(told != asked.end());
    BOOST_CHECK_EQUAL(commits(asked, told), 2);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
