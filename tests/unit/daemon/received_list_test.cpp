#include "daemon/received_list.h"

#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace the_received_list {
namespace {

using Place = ReceivedList::Place;

struct ListFixture : StoreFixture {
    std::unique_ptr<Store> store = open();
    Place const here = must(store->received().place("here"));

    /// Received, with a content of its own, and of use until `until`.
    InboxRow receive(std::int64_t number, std::int64_t until = 1000) const {
        InboxRow row{.from = node("th-msdhs"),
                     .id = message(number),
                     .from_office = OfficeId("bangkok"),
                     .to_office = OfficeId("poipet"),
                     .inner_digest = digest("inner"),
                     .purpose = Purpose::referral,
                     .subject = subject(7),
                     .agreement = digest("agreement"),
                     .content = must(store->contents().put(as_bytes("{}"))),
                     .code = {},
                     .sent_at = at(1),
                     .received_at = at(2),
                     .expires_at = at(3),
                     .retain_until = at(until),
                     .receipt = {1},
                     .read_at = {}};
        must(store->inbox().insert(row));
        return row;
    }
    InboxRow list(std::int64_t number, std::int64_t until = 1000) const {
        auto row = receive(number, until);
        must(store->received().add(here, row, at(10)));
        return row;
    }
    /// Those that are to be written now, which are `writing` then.
    std::vector<ReceivedList::Entry> take() const { return must(store->received().take(here, 100)); }
    /// "listed written refused to_remove"
    std::string counts(std::string const& place = "here") const {
        for (auto const& each : must(store->received().counts({}))) {
            if (each.place != place) continue;
            std::string text;
            for (auto const number : {each.listed, each.written, each.refused, each.to_remove})
                text += (text.empty() ? "" : " ") + std::to_string(number);
            return text;
        }
        return "none";
    }
    std::vector<MessageId> to_remove() const {
        std::vector<MessageId> ids;
        for (auto const& each : must(store->received().to_remove(here, 100))) ids.push_back(each.message);
        return ids;
    }
    void erase(InboxRow const& row) const { must(store->contents().erase(row.content.value())); }
};

}  // namespace
}  // namespace the_received_list

BOOST_FIXTURE_TEST_SUITE(the_received_list, ListFixture)

BOOST_AUTO_TEST_CASE(a_place_has_one_number_for_ever) {
    auto const there = must(store->received().place("there"));
    BOOST_CHECK(there != here);
    store.reset();
    store = open();
    BOOST_CHECK_EQUAL(must(store->received().place("here")), here);
    BOOST_CHECK_EQUAL(must(store->received().place("there")), there);
}

BOOST_AUTO_TEST_CASE(what_is_listed_is_taken_until_it_is_written) {
    auto const row = list(1);
    must(store->received().add(here, row, at(11)));  // once more changes nothing
    BOOST_CHECK_EQUAL(counts(), "1 0 0 0");
    auto const taken = take();
    BOOST_REQUIRE_EQUAL(taken.size(), 1U);
    BOOST_CHECK(taken.front().message == row.id && taken.front().from == row.from);
    BOOST_CHECK_EQUAL(take().size(), 1U);  // a crash in between: again
    must(store->received().written(taken.front().number, at(30)));
    BOOST_CHECK(take().empty());
    BOOST_CHECK_EQUAL(counts(), "0 1 0 0");
    must(store->received().add(here, row, at(40)));
    BOOST_CHECK_EQUAL(counts(), "0 1 0 0");
}

BOOST_AUTO_TEST_CASE(an_erased_content_that_was_never_written_is_forgotten) {
    auto const row = list(1);
    erase(row);
    BOOST_CHECK_EQUAL(counts(), "none");
    BOOST_CHECK(take().empty() && to_remove().empty());
}

BOOST_AUTO_TEST_CASE(an_erased_content_that_was_or_may_have_been_written_has_to_be_removed) {
    auto const written = list(1);
    must(store->received().written(take().front().number, at(30)));
    auto const refused = list(2);
    must(store->received().refused(take().front().number, "received.other_content", at(30)));
    auto const writing = list(3);
    auto const number = take().front().number;
    for (auto const& row : {written, refused, writing}) erase(row);
    BOOST_CHECK_EQUAL(counts(), "0 0 0 3");
    // The writing that was under way ends after the erasure: it has to go all the same.
    must(store->received().written(number, at(40)));
    must(store->received().refused(number, "received.value_refused", at(40)));
    BOOST_CHECK_EQUAL(counts(), "0 0 0 3");
    BOOST_CHECK(to_remove() == (std::vector{message(1), message(2), message(3)}));
    for (auto const& each : must(store->received().to_remove(here, 100))) must(store->received().removed(each.number));
    BOOST_CHECK_EQUAL(counts(), "none");
}

BOOST_AUTO_TEST_CASE(an_erasure_that_is_undone_removes_nothing) {
    auto const row = list(1);
    must(store->received().written(take().front().number, at(30)));
    must(store->begin());
    erase(row);
    BOOST_CHECK_EQUAL(counts(), "0 0 0 1");
    must(store->rollback());
    BOOST_CHECK_EQUAL(counts(), "0 1 0 0");
}

BOOST_AUTO_TEST_CASE(a_row_is_only_removed_from_the_list_when_it_had_to_be) {
    list(1);
    auto const number = take().front().number;
    must(store->received().removed(number));
    BOOST_CHECK_EQUAL(counts(), "1 0 0 0");
}

BOOST_AUTO_TEST_CASE(an_erasure_receipt_waits_for_the_rows_it_speaks_of) {
    auto const duty = message(100), other = message(101);
    auto const waits = [&] { return must(store->duties().owed_after(0)) ? "no" : "yes"; };
    for (auto const& id : {duty})
        must(store->duties().insert({.id = id,
                                     .from_office = OfficeId("poipet"),
                                     .to = {node("th-msdhs"), OfficeId("bangkok")},
                                     .type = MessageType::erasure_receipt,
                                     .purpose = Purpose::referral,
                                     .subject = subject(7),
                                     .agreement = digest("agreement"),
                                     .code = {},
                                     .answer = {},
                                     .owed_at = at(1),
                                     .settled_at = {}},
                                    Json::object()));
    auto const row = list(1);
    auto const number = take().front().number;
    BOOST_CHECK(!must(store->received().hold_back(duty, row.from, row.id)));  // nobody erased it
    BOOST_CHECK_EQUAL(waits(), "no");
    erase(row);
    BOOST_CHECK(!must(store->received().hold_back(duty, node("la-mlsw"), row.id)));
    BOOST_CHECK(must(store->received().hold_back(duty, row.from, row.id)));
    BOOST_CHECK(must(store->received().hold_back(other, row.from, row.id)));
    BOOST_CHECK_EQUAL(waits(), "yes");
    must(store->received().removed(number));
    BOOST_CHECK_EQUAL(waits(), "no");
    auto const left = list(2);
    take();
    erase(left);
    BOOST_CHECK(must(store->received().hold_back(duty, left.from, left.id)));
    BOOST_CHECK_EQUAL(waits(), "yes");
    must(store->received().cleared("here"));  // an officer says so
    BOOST_CHECK_EQUAL(waits(), "no");
}

BOOST_AUTO_TEST_CASE(what_was_received_earlier_is_listed_in_steps_and_once) {
    for (int number = 1; number <= 5; ++number) receive(number);
    erase(receive(6));
    receive(7, 15);  // over at 20
    auto rejected = receive(8);
    auto const already = list(9);
    BOOST_CHECK(must(store->received().add_older(here, 4, at(20))));
    BOOST_CHECK_EQUAL(counts(), "5 0 0 0");
    store.reset();
    store = open();  // goes on where it was
    while (must(store->received().add_older(here, 4, at(20)))) {
    }
    BOOST_CHECK_EQUAL(counts(), "7 0 0 0");
    BOOST_CHECK(!must(store->received().add_older(here, 4, at(20))));
    receive(10);
    BOOST_CHECK(!must(store->received().add_older(here, 4, at(20))));
    BOOST_CHECK_EQUAL(counts(), "8 0 0 0");
}

BOOST_AUTO_TEST_CASE(a_rejected_message_is_never_listed) {
    InboxRow const row{.from = node("th-msdhs"),
                       .id = message(1),
                       .from_office = OfficeId("a"),
                       .to_office = OfficeId("b"),
                       .inner_digest = digest("inner"),
                       .purpose = Purpose::referral,
                       .subject = subject(7),
                       .agreement = digest("agreement"),
                       .outcome = Outcome::rejected,
                       .code = "message.unknown_office",
                       .retain_until = at(1000),
                       .receipt = {1},
                       .read_at = {}};
    must(store->inbox().insert(row));
    BOOST_CHECK(!must(store->received().add_older(here, 4, at(20))));
    BOOST_CHECK_EQUAL(counts(), "none");
}

BOOST_AUTO_TEST_CASE(places_do_not_touch_each_other) {
    auto const there = must(store->received().place("there"));
    auto const row = list(1);
    must(store->received().add(there, row, at(10)));
    must(store->received().written(take().front().number, at(30)));
    BOOST_CHECK_EQUAL(counts("there"), "1 0 0 0");
    erase(row);
    BOOST_CHECK_EQUAL(counts(), "0 0 0 1");
    BOOST_CHECK_EQUAL(counts("there"), "none");
    BOOST_CHECK(must(store->received().to_remove(there, 10)).empty());
}

BOOST_AUTO_TEST_CASE(what_was_refused_is_tried_again_when_asked_for) {
    list(1);
    must(store->received().refused(take().front().number, "received.other_content", at(30)));
    BOOST_CHECK(take().empty());
    must(store->received().retry_refused(here, at(40)));
    BOOST_CHECK_EQUAL(take().size(), 1U);
}

BOOST_AUTO_TEST_CASE(the_oldest_that_is_due_counts_from_when_it_was_listed_or_noticed) {
    auto const oldest = [&] { return must(store->received().counts("here")).front().oldest_due; };
    BOOST_CHECK(!oldest());
    auto const row = list(1);
    BOOST_CHECK(oldest() == at(10));
    must(store->received().written(take().front().number, at(30)));
    BOOST_CHECK(!oldest());
    erase(row);
    BOOST_CHECK(!oldest());  // nobody has looked yet
    must(store->received().notice(at(50)));
    must(store->received().notice(at(60)));
    BOOST_CHECK(oldest() == at(50));
}

BOOST_AUTO_TEST_CASE(a_place_that_was_cleared_holds_nothing_and_is_filled_anew_if_asked_for) {
    list(1);
    must(store->received().written(take().front().number, at(30)));
    BOOST_CHECK(!must(store->received().add_older(here, 4, at(20))));
    CHECK_CODE(store->received().cleared("nowhere"), "received.no_such_place");
    BOOST_CHECK_EQUAL(must(store->received().cleared("here")), 1);
    BOOST_CHECK_EQUAL(counts(), "none");
    BOOST_CHECK(!must(store->received().add_older(here, 4, at(20))));
    BOOST_CHECK_EQUAL(counts(), "1 0 0 0");
}

BOOST_AUTO_TEST_SUITE_END()
