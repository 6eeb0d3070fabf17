#include "daemon/outbox_table.h"

#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace the_outbox {
namespace {

OutboxRow row(std::int64_t number, std::string_view to, std::uint64_t sequence, std::int64_t next) {
    return {.id = message(number),
            .to = {node(to), OfficeId("poipet-transit-centre")},
            .stream = "th-msdhs/" + std::string(to),
            .sequence = sequence,
            .purpose = Purpose::return_and_handover,
            .subject = subject(static_cast<std::uint8_t>(number)),
            .inner_digest = digest("inner" + std::to_string(number)),
            .sealed = 10 * number + 1,
            .signed_ = 10 * number + 2,
            .request = 10 * number + 3,
            .created_at = at(number),
            .next_at = at(next),
            .expires_at = at(1'000'000),
            .last_code = {},
            .receipt = {}};
}

std::vector<std::string> ids(std::vector<OutboxRow> const& rows) {
    std::vector<std::string> all;
    for (auto const& each : rows) all.push_back(each.id.text());
    return all;
}

bool same(OutboxRow const& a, OutboxRow const& b) {
    return a.id == b.id && a.to == b.to && a.stream == b.stream && a.sequence == b.sequence && a.purpose == b.purpose &&
           a.subject == b.subject && a.inner_digest == b.inner_digest && a.sealed == b.sealed &&
           a.signed_ == b.signed_ && a.request == b.request && a.state == b.state && a.attempts == b.attempts &&
           a.possibly_delivered == b.possibly_delivered && a.created_at == b.created_at && a.next_at == b.next_at &&
           a.expires_at == b.expires_at && a.last_code == b.last_code && a.receipt == b.receipt;
}

}  // namespace
}  // namespace the_outbox

BOOST_FIXTURE_TEST_SUITE(the_outbox, StoreFixture)

BOOST_AUTO_TEST_CASE(sequence_numbers_count_from_one_in_each_stream) {
    auto store = open();
    BOOST_CHECK_EQUAL(must(store->outbox().next_sequence("a/b")), 1U);
    BOOST_CHECK_EQUAL(must(store->outbox().next_sequence("a/b")), 2U);
    BOOST_CHECK_EQUAL(must(store->outbox().next_sequence("a/c")), 1U);
    store.reset();
    store = open();
    BOOST_CHECK_EQUAL(must(store->outbox().next_sequence("a/b")), 3U);
}

BOOST_AUTO_TEST_CASE(a_row_comes_back_complete) {
    auto const store = open();
    auto want = row(1, "kh-mosvy", 1, 1);
    want.state = OutboxState::delivered;
    want.attempts = 3;
    want.possibly_delivered = true;
    want.last_code = "peer.timeout";
    want.receipt = {1, 2, 3};
    must(store->outbox().insert(want));
    auto const got = must(store->outbox().find(want.id));
    BOOST_REQUIRE(got);
    BOOST_CHECK(same(*got, want));
    BOOST_CHECK(!must(store->outbox().find(message(2))));
}

BOOST_AUTO_TEST_CASE(an_update_changes_what_may_change) {
    auto const store = open();
    auto want = row(1, "kh-mosvy", 1, 1);
    must(store->outbox().insert(want));
    for (auto const state : {OutboxState::queued, OutboxState::rejected, OutboxState::refused, OutboxState::expired,
                             OutboxState::delivered}) {
        want.sealed += 100;
        want.signed_ += 100;
        want.request += 100;
        want.state = state;
        ++want.attempts;
        want.possibly_delivered = !want.possibly_delivered;
        want.next_at = at(77);
        want.last_code = "peer.unreachable";
        want.receipt.push_back(9);
        CHECK_ACCEPTED(store->outbox().update(want));
        BOOST_CHECK(same(must(store->outbox().find(want.id)).value(), want));
    }
    CHECK_CODE(store->outbox().update(row(2, "kh-mosvy", 2, 1)), "outbox.not_found");
}

BOOST_AUTO_TEST_CASE(a_message_and_a_sequence_number_are_queued_once) {
    auto const store = open();
    must(store->outbox().insert(row(1, "kh-mosvy", 1, 1)));
    CHECK_CODE(store->outbox().insert(row(1, "kh-mosvy", 2, 1)), "store.constraint");
    CHECK_CODE(store->outbox().insert(row(2, "kh-mosvy", 1, 1)), "store.constraint");
    CHECK_ACCEPTED(store->outbox().insert(row(2, "la-mlsw", 1, 1)));
}

BOOST_AUTO_TEST_CASE(only_the_first_queued_message_of_a_stream_is_due) {
    auto const store = open();
    auto& outbox = store->outbox();
    for (std::int64_t i = 1; i <= 3; ++i)
        must(outbox.insert(row(i, "kh-mosvy", static_cast<std::uint64_t>(i), 10 - i)));
    must(outbox.insert(row(4, "la-mlsw", 1, 1)));
    auto const due = [&] { return ids(must(outbox.due(node("kh-mosvy"), at(10), 10)).rows); };
    BOOST_CHECK(due() == std::vector{message(1).text()});  // although the others' times come first
    auto first = must(outbox.find(message(1))).value();
    first.state = OutboxState::expired;
    must(outbox.update(first));
    BOOST_CHECK(due() == std::vector{message(2).text()});
    auto second = must(outbox.find(message(2))).value();
    second.state = OutboxState::delivered;
    must(outbox.update(second));
    BOOST_CHECK(due() == std::vector{message(3).text()});
    BOOST_CHECK(ids(must(outbox.due(node("la-mlsw"), at(10), 10)).rows) == std::vector{message(4).text()});
    BOOST_CHECK(must(outbox.due(node("vn-molisa"), at(10), 10)).rows.empty());
}

BOOST_AUTO_TEST_CASE(streams_to_one_node_are_due_in_the_order_of_their_times) {
    auto const store = open();
    for (std::int64_t i = 1; i <= 3; ++i) {
        auto queued = row(i, "kh-mosvy", 1, 10 - i);
        queued.stream += "#" + std::to_string(i);
        must(store->outbox().insert(queued));
    }
    auto const due = [&](std::int64_t now, std::size_t limit) {
        return must(store->outbox().due(node("kh-mosvy"), at(now), limit));
    };
    BOOST_CHECK((ids(due(9, 10).rows) == std::vector{message(3).text(), message(2).text(), message(1).text()}));
    BOOST_CHECK(!due(9, 10).next);
    BOOST_CHECK((ids(due(9, 2).rows) == std::vector{message(3).text(), message(2).text()}));
    BOOST_CHECK((ids(due(7, 10).rows) == std::vector{message(3).text()}));
    BOOST_CHECK(due(7, 10).next == at(8));
    BOOST_CHECK(due(0, 10).rows.empty());
    BOOST_CHECK(due(0, 10).next == at(7));
}

BOOST_AUTO_TEST_CASE(the_list_is_newest_first_and_limited) {
    auto const store = open();
    for (std::int64_t i = 1; i <= 3; ++i)
        must(store->outbox().insert(row(i, "kh-mosvy", static_cast<std::uint64_t>(i), 1)));
    BOOST_CHECK((ids(must(store->outbox().list(2))) == std::vector{message(3).text(), message(2).text()}));
    BOOST_CHECK_EQUAL(must(store->outbox().list(SIZE_MAX)).size(), 3U);
}

BOOST_AUTO_TEST_CASE(counts_tell_queued_delivered_and_dead_apart) {
    auto const store = open();
    BOOST_CHECK(!must(store->outbox().counts()).oldest_queued);
    std::int64_t number = 0;
    for (auto const state : {OutboxState::delivered, OutboxState::queued, OutboxState::queued, OutboxState::rejected,
                             OutboxState::refused, OutboxState::expired}) {
        ++number;
        auto each = row(number, "kh-mosvy", static_cast<std::uint64_t>(number), 1);
        each.state = state;
        must(store->outbox().insert(each));
    }
    auto const counts = must(store->outbox().counts());
    BOOST_CHECK_EQUAL(counts.queued, 2);
    BOOST_CHECK_EQUAL(counts.delivered, 1);
    BOOST_CHECK_EQUAL(counts.dead, 3);
    BOOST_CHECK(counts.oldest_queued == at(2));
}

BOOST_AUTO_TEST_SUITE_END()
