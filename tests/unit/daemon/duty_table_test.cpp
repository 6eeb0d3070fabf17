#include "daemon/duty_table.h"

#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace table_of_duties {
namespace {

struct Duties : StoreFixture {
    std::unique_ptr<Store> store = open();

    void owe(std::int64_t number, std::string_view to, MessageType type = MessageType::withdrawal) {
        must(store->duties().insert({.id = message(number),
                                     .from_office = OfficeId("datip"),
                                     .to = {node(to), OfficeId("office")},
                                     .type = type,
                                     .purpose = Purpose::referral,
                                     .subject = subject(1),
                                     .agreement = digest("agreement"),
                                     .code = {},
                                     .answer = {},
                                     .owed_at = at(number),
                                     .settled_at = {}},
                                    Json::object()));
    }
    void set_state(std::int64_t number, DutyState state) {
        auto row = must(store->duties().find(message(number)));
        row->state = state;
        must(store->duties().update(*row));
    }
    /// The next one behind `number`; 0: none.
    std::int64_t next(std::int64_t number, std::set<NodeId> const& except = {}) {
        auto const row = must(store->duties().owed_after(number, except));
        return row ? row->number : 0;
    }
    /// Whether something waits for an erasure receipt.
    bool waits() { return must(store->duties().oldest_open()).has_value(); }
};

}  // namespace
}  // namespace table_of_duties

BOOST_FIXTURE_TEST_SUITE(table_of_duties, Duties)

BOOST_AUTO_TEST_CASE(whom_nothing_can_be_sealed_to_is_passed_over) {
    owe(1, "kh-mosvy");
    owe(2, "la-mlsw");
    owe(3, "kh-mosvy");
    owe(4, "vn-molisa");
    BOOST_CHECK_EQUAL(next(0), 1);
    BOOST_CHECK_EQUAL(next(0, {node("kh-mosvy")}), 2);
    BOOST_CHECK_EQUAL(next(2, {node("kh-mosvy")}), 4);
    BOOST_CHECK_EQUAL(next(0, {node("kh-mosvy"), node("la-mlsw")}), 4);
    BOOST_CHECK_EQUAL(next(0, {node("kh-mosvy"), node("la-mlsw"), node("vn-molisa")}), 0);
    BOOST_CHECK_EQUAL(next(4), 0);
}

BOOST_AUTO_TEST_CASE(a_withdrawal_and_a_retraction_wait_for_their_receipt_and_a_receipt_for_nothing) {
    for (auto const type : {MessageType::withdrawal, MessageType::retraction}) {
        auto const number = 1 + static_cast<std::int64_t>(type);
        owe(number, "kh-mosvy", type);
        for (auto const state : {DutyState::queued, DutyState::delivered, DutyState::rejected}) {
            set_state(number, state);
            BOOST_CHECK_MESSAGE(waits(), to_text(type) << " " << to_text(state));
        }
        set_state(number, DutyState::answered);
        BOOST_CHECK(!waits());
    }
    owe(9, "kh-mosvy", MessageType::erasure_receipt);
    set_state(9, DutyState::delivered);
    BOOST_CHECK(!waits());
}

BOOST_AUTO_TEST_SUITE_END()
