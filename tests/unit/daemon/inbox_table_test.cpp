#include "daemon/inbox_table.h"

#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace the_inbox {
namespace {

InboxRow row(std::int64_t number, std::string_view from = "th-msdhs") {
    return {.from = node(from),
            .id = message(number),
            .from_office = OfficeId("bangkok"),
            .to_office = OfficeId("poipet-transit-centre"),
            .inner_digest = digest("inner"),
            .purpose = Purpose::return_and_handover,
            .subject = subject(7),
            .agreement = digest("agreement"),
            .content = 42,
            .code = {},
            .sent_at = at(1),
            .received_at = at(2),
            .expires_at = at(3),
            .retain_until = at(4),
            .log_index = 5,
            .receipt = {1, 2, 3},
            .read_at = {},
            .consent = "pairwise",
            .consent_epoch = 3};
}

}  // namespace
}  // namespace the_inbox

BOOST_FIXTURE_TEST_SUITE(the_inbox, StoreFixture)

BOOST_AUTO_TEST_CASE(a_row_comes_back_complete) {
    auto const store = open();
    auto const want = row(1);
    must(store->inbox().insert(want));
    auto const found = must(store->inbox().find(want.from, want.id));
    BOOST_REQUIRE(found);
    BOOST_CHECK(found->from == want.from);
    BOOST_CHECK(found->id == want.id);
    BOOST_CHECK(found->from_office == want.from_office);
    BOOST_CHECK(found->to_office == want.to_office);
    BOOST_CHECK(found->inner_digest == want.inner_digest);
    BOOST_CHECK(found->type == want.type);
    BOOST_CHECK(found->purpose == want.purpose);
    BOOST_CHECK(found->subject == want.subject);
    BOOST_CHECK(found->agreement == want.agreement);
    BOOST_CHECK_EQUAL(found->consent, want.consent);
    BOOST_CHECK_EQUAL(found->consent_epoch, want.consent_epoch);
    BOOST_CHECK(found->content == want.content);
    BOOST_CHECK(found->outcome == Outcome::accepted);
    BOOST_CHECK_EQUAL(found->code, "");
    BOOST_CHECK(found->sent_at == want.sent_at && found->received_at == want.received_at);
    BOOST_CHECK(found->expires_at == want.expires_at && found->retain_until == want.retain_until);
    BOOST_CHECK_EQUAL(found->log_index, want.log_index);
    BOOST_CHECK(found->receipt == want.receipt);
    BOOST_CHECK(!found->read_at);
}

BOOST_AUTO_TEST_CASE(a_rejected_message_has_a_code_and_no_content) {
    auto const store = open();
    auto rejected = row(1);
    rejected.content = std::nullopt;
    rejected.outcome = Outcome::rejected;
    rejected.code = "message.unknown_office";
    must(store->inbox().insert(rejected));
    auto const found = must(store->inbox().find_by_id(message(1))).value();
    BOOST_CHECK(!found.content);
    BOOST_CHECK(found.outcome == Outcome::rejected);
    BOOST_CHECK_EQUAL(found.code, "message.unknown_office");
}

BOOST_AUTO_TEST_CASE(a_message_is_forgettable_only_when_both_its_expiry_and_its_retention_are_over) {
    auto const store = open();
    must(store->inbox().insert(row(1)));  // expires at 3, is retained until 4
    BOOST_CHECK(must(store->inbox().forgettable(at(3), at(5), 10)).empty());
    BOOST_CHECK(must(store->inbox().forgettable(at(4), at(4), 10)).empty());
    auto const old = must(store->inbox().forgettable(at(4), at(5), 10));
    BOOST_REQUIRE_EQUAL(old.size(), 1U);
    BOOST_CHECK(old.front().content == 42);
    must(store->inbox().forget(old.front().number));
    // What we signed for it stays provable.
    BOOST_CHECK(must(store->evidence().signature(message(1), node("th-msdhs"), EvidenceTable::Kind::receipt)) ==
                Bytes({1, 2, 3}));
    BOOST_CHECK(!must(store->inbox().find_by_id(message(1))));
}

BOOST_AUTO_TEST_CASE(no_more_messages_are_forgettable_at_once_than_asked_for) {
    auto const store = open();
    for (int number = 1; number <= 5; ++number) must(store->inbox().insert(row(number)));
    BOOST_CHECK_EQUAL(must(store->inbox().forgettable(at(9), at(9), 3)).size(), 3U);
}

BOOST_AUTO_TEST_CASE(a_sender_and_an_id_are_admitted_once) {
    auto const store = open();
    must(store->inbox().insert(row(1)));
    CHECK_CODE(store->inbox().insert(row(1)), "store.constraint");
    CHECK_ACCEPTED(store->inbox().insert(row(1, "la-mlsw")));
    BOOST_CHECK_EQUAL(must(store->inbox().count()), 2);
    BOOST_CHECK(must(store->inbox().find(node("la-mlsw"), message(1))));
    BOOST_CHECK(!must(store->inbox().find(node("vn-molisa"), message(1))));
    BOOST_CHECK(!must(store->inbox().find(node("la-mlsw"), message(2))));
    BOOST_CHECK(must(store->inbox().find_by_id(message(1)))->from == node("th-msdhs"));
    BOOST_CHECK(!must(store->inbox().find_by_id(message(2))));
}

BOOST_AUTO_TEST_CASE(the_first_reading_counts) {
    auto const store = open();
    must(store->inbox().insert(row(1)));
    CHECK_ACCEPTED(store->inbox().mark_read(node("th-msdhs"), message(1), at(10)));
    CHECK_ACCEPTED(store->inbox().mark_read(node("th-msdhs"), message(1), at(20)));
    BOOST_CHECK(must(store->inbox().find_by_id(message(1)))->read_at == at(10));
    CHECK_CODE(store->inbox().mark_read(node("la-mlsw"), message(1), at(10)), "inbox.not_found");
}

BOOST_AUTO_TEST_CASE(the_list_is_newest_first_and_limited) {
    auto const store = open();
    for (std::int64_t const number : {2, 1, 3}) must(store->inbox().insert(row(number)));
    auto const rows = must(store->inbox().list(2));
    BOOST_REQUIRE_EQUAL(rows.size(), 2U);
    BOOST_CHECK(rows[0].id == message(3));
    BOOST_CHECK(rows[1].id == message(1));
}

BOOST_AUTO_TEST_CASE(what_took_its_place_stands_in_the_row_or_waits_for_it) {
    auto const store = open();
    must(store->inbox().insert(row(1)));
    must(store->inbox().supersede(node("th-msdhs"), message(1), message(9), "message.replaced", at(10)));
    must(store->inbox().supersede(node("th-msdhs"), message(2), message(9), "message.replaced", at(10)));
    must(store->inbox().supersede(node("th-msdhs"), message(2), message(8), "message.retracted", at(11)));
    BOOST_CHECK_EQUAL(must(store->inbox().find(node("th-msdhs"), message(1)))->superseded_by, message(9).text());
    BOOST_CHECK_EQUAL(must(store->inbox().superseded(node("th-msdhs"), message(1))), "");
    BOOST_CHECK_EQUAL(must(store->inbox().superseded(node("th-msdhs"), message(2))), "message.replaced");
    BOOST_CHECK_EQUAL(must(store->inbox().superseded(node("kh-mosvy"), message(2))), "");
    must(store->inbox().forget_superseded(at(10), 10));
    BOOST_CHECK_EQUAL(must(store->inbox().superseded(node("th-msdhs"), message(2))), "message.replaced");
    must(store->inbox().forget_superseded(at(11), 10));
    BOOST_CHECK_EQUAL(must(store->inbox().superseded(node("th-msdhs"), message(2))), "");
}

BOOST_AUTO_TEST_CASE(what_changed_is_forgotten_with_the_content) {
    auto const store = open();
    auto want = row(1);
    want.changes = "{}";
    must(store->inbox().insert(want));
    auto const held = must(store->inbox().holding(want.from, want.id));
    BOOST_REQUIRE(held);
    BOOST_CHECK_EQUAL(must(store->inbox().find(want.from, want.id))->changes, "{}");
    must(store->inbox().mark_erased(held->number, at(10)));
    BOOST_CHECK_EQUAL(must(store->inbox().find(want.from, want.id))->changes, "");
}

BOOST_AUTO_TEST_SUITE_END()
