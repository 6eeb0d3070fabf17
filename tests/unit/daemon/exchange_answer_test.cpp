// What is made of answers, and when they leave and are asked for again.
#include "daemon/exchange.h"
#include "tests/support/check_code.h"
#include "tests/support/release_situation.h"

#include <array>
#include <limits>

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(exchange_classify_answer)

BOOST_AUTO_TEST_CASE(only_a_signed_word_and_three_codes_are_more_than_try_again) {
    constexpr std::array statuses{100, 200, 201, 204, 301, 400, 401, 403, 404, 405, 408, 409, 410, 413,
                                  415, 417, 422, 429, 431, 500, 501, 502, 503, 505, 507, 0,   -1};
    constexpr std::array<std::string_view, 6> types{
        "application/cms", "application/problem+json", "application/json", "text/html", "", "application/cms; x=y"};
    constexpr std::array<std::string_view, 14> codes{"",
                                                     "message.id_reused",
                                                     "envelope.unknown_recipient",
                                                     "envelope.decryption_failed",
                                                     "gate.not_enveloped",
                                                     "message.wrong_carrier",
                                                     "message.expired",
                                                     "message.from_the_future",
                                                     "peer.unknown",
                                                     "peer.too_many_requests",
                                                     "daemon.busy",
                                                     "store.full",
                                                     "trust.revoked",
                                                     "trust.no_current_crl"};
    for (int const status : statuses)
        for (auto const type : types)
            for (auto const code : codes) {
                auto expected = AnswerClass::retry;
                if ((status == 200 || status == 422) && type == "application/cms") expected = AnswerClass::receipt;
                if (status == 409 && code == "message.id_reused") expected = AnswerClass::conflict;
                if (status == 400 && code == "envelope.unknown_recipient") expected = AnswerClass::new_key;
                if (status == 400 && code == "trust.revoked") expected = AnswerClass::revoked;
                BOOST_TEST_CONTEXT(status << ' ' << type << ' ' << code)
                BOOST_CHECK(classify_answer(status, type, code) == expected);
            }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(exchange_check_receipt)

namespace {

struct Answered {
    MessageId id = MessageId::make(at_noon("2026-11-23"), "0123456789");
    Receipt receipt{.from = node("kh-mosvy"),
                    .to = node("th-msdhs"),
                    .message = id,
                    .inner_digest = sha256(as_bytes("inner")),
                    .code = {},
                    .log_head = {}};
    [[nodiscard]] Status checked() const {
        return check_receipt(receipt, node("kh-mosvy"), node("th-msdhs"), id, sha256(as_bytes("inner")));
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_receipt_for_this_message_from_its_receiver_fits) {
    CHECK_ACCEPTED(Answered().checked());
}

BOOST_AUTO_TEST_CASE(a_receipt_from_or_to_another_node_does_not_fit) {
    Answered from, to;
    from.receipt.from = node("la-mlsw");
    CHECK_CODE(from.checked(), "receipt.wrong_party");
    to.receipt.to = node("la-mlsw");
    CHECK_CODE(to.checked(), "receipt.wrong_party");
}

BOOST_AUTO_TEST_CASE(a_receipt_for_another_message_does_not_fit) {
    Answered answered;
    answered.receipt.message = MessageId::make(at_noon("2026-11-23"), "9876543210");
    CHECK_CODE(answered.checked(), "receipt.wrong_message");
}

BOOST_AUTO_TEST_CASE(a_receipt_for_other_bytes_does_not_fit) {
    Answered answered;
    answered.receipt.inner_digest = sha256(as_bytes("other"));
    CHECK_CODE(answered.checked(), "receipt.wrong_digest");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(exchange_answer_tick)

BOOST_AUTO_TEST_CASE(an_answer_leaves_after_a_whole_number_of_slots_and_at_least_one) {
    auto const arrived = std::chrono::steady_clock::time_point(1h);
    auto const waits = [&](std::chrono::microseconds worked) {
        return answer_tick(arrived, arrived + worked, 1s) - arrived;
    };
    BOOST_CHECK(waits(-5us) == 1s);
    BOOST_CHECK(waits(0us) == 1s);
    BOOST_CHECK(waits(1us) == 1s);
    BOOST_CHECK(waits(999'999us) == 1s);
    BOOST_CHECK(waits(1'000'000us) == 1s);
    BOOST_CHECK(waits(1'000'001us) == 2s);
    BOOST_CHECK(waits(2'000'000us) == 2s);
    BOOST_CHECK(waits(59'500'000us) == 60s);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(exchange_backoff)

BOOST_AUTO_TEST_CASE(the_wait_is_between_nothing_and_twice_as_much_at_each_attempt) {
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    BOOST_CHECK(backoff(0, 0, 2s, 15min) == 0ms);
    BOOST_CHECK(backoff(0, most, 2s, 15min) == 1999ms);
    BOOST_CHECK(backoff(1, most, 2s, 15min) == 3999ms);
    BOOST_CHECK(backoff(3, most, 2s, 15min) == 15999ms);
    BOOST_CHECK(backoff(3, 1U << 31, 2s, 15min) == 8s);
}

BOOST_AUTO_TEST_CASE(the_wait_never_reaches_the_cap) {
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    for (int const attempts : {9, 20, 30, 31, 63, 64, 1000, std::numeric_limits<int>::max()})
        BOOST_CHECK(backoff(attempts, most, 2s, 15min) == 15min - 1ms);
}

BOOST_AUTO_TEST_CASE(no_number_of_attempts_and_no_setting_overflows) {
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    auto const longest = std::chrono::milliseconds(std::numeric_limits<std::int64_t>::max());
    BOOST_CHECK(backoff(-1, most, 2s, 15min) == 1999ms);
    BOOST_CHECK(backoff(std::numeric_limits<int>::min(), most, 2s, 15min) == 1999ms);
    BOOST_CHECK(backoff(1000, most, 365 * 24h, 365 * 24h) < 365 * 24h);
    BOOST_CHECK(backoff(1000, most, 365 * 24h, 365 * 24h) > 364 * 24h);
    BOOST_CHECK(backoff(1000, most, longest, longest) > 0ms);
    BOOST_CHECK(backoff(5, most, 0ms, 15min) == 0ms);
}

BOOST_AUTO_TEST_SUITE_END()
