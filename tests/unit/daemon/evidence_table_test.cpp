#include "daemon/evidence_table.h"

#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace kept_evidence {
namespace {

using Kind = EvidenceTable::Kind;

std::uint64_t append(Store& store, Json facts) {
    return must(store.log().append("release", at(1), Actor{OfficerId("somchai"), "data_officer", "asked"},
                                   std::move(facts), Json::object()));
}

}  // namespace
}  // namespace kept_evidence

BOOST_FIXTURE_TEST_SUITE(kept_evidence, StoreFixture)

BOOST_AUTO_TEST_CASE(the_first_signature_of_a_message_stays) {
    auto const store = open();
    auto& evidence = store->evidence();
    must(evidence.keep(message(1), node("th-msdhs"), Kind::message, Bytes{1, 2}));
    must(evidence.keep(message(1), node("th-msdhs"), Kind::message, Bytes{3}));
    must(evidence.keep(message(1), node("th-msdhs"), Kind::receipt, Bytes{4}));
    BOOST_CHECK(must(evidence.signature(message(1), node("th-msdhs"), Kind::message)) == Bytes({1, 2}));
    BOOST_CHECK(must(evidence.signature(message(1), node("th-msdhs"), Kind::receipt)) == Bytes({4}));
    BOOST_CHECK(!must(evidence.signature(message(1), node("kh-mosvy"), Kind::message)));
    BOOST_CHECK(!must(evidence.signature(message(2), node("th-msdhs"), Kind::message)));
}

BOOST_AUTO_TEST_CASE(leaves_that_name_a_message_are_found_in_order_and_no_others) {
    auto const store = open();
    auto const named = Json::object().set("message", message(1).text());
    auto const first = append(*store, named);
    append(*store, Json::object().set("message", message(2).text()));
    append(*store, Json::object().set("messages", 3));
    auto const second = append(*store, named);
    BOOST_CHECK(must(store->evidence().leaves(message(1))) == std::vector<std::uint64_t>({first, second}));
    BOOST_CHECK(must(store->evidence().leaves(message(3))).empty());
}

BOOST_AUTO_TEST_CASE(a_leaf_that_is_rolled_back_is_not_found) {
    auto const store = open();
    must(store->begin());
    append(*store, Json::object().set("message", message(1).text()));
    must(store->rollback());
    BOOST_CHECK(must(store->evidence().leaves(message(1))).empty());
}

BOOST_AUTO_TEST_CASE(leaves_written_by_an_older_casebridge_are_found_after_the_migration) {
    std::uint64_t leaf = 0;
    {
        auto const store = open();
        append(*store, Json::object().set("messages", 3));
        leaf = append(*store, Json::object().set("message", message(1).text()));
    }
    must(open_database().execute(
        "DROP TABLE log_messages; DROP TABLE kept_signatures; DROP TABLE retired_keys; "
        "DROP TABLE meeting_keys; DROP TABLE meeting_key_required; "
        "DROP TABLE peer_rotations; DROP TABLE former_roots; DROP TABLE successions; DROP TABLE former_names; "
        "UPDATE schema_version SET version = 18"));
    BOOST_CHECK(must(open()->evidence().leaves(message(1))) == std::vector<std::uint64_t>({leaf}));
}

BOOST_AUTO_TEST_SUITE_END()
