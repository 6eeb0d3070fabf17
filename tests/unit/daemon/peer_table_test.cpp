#include "daemon/peer_table.h"

#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace peers {
namespace {

PeerRow peer(std::string_view id) {
    return {.node = node(id),
            .kind = NodeKind::organisation,
            .name = "Ministry of Social Affairs, “កម្ពុជា”",
            .host = "10.0.0.1",
            .port = 8443,
            .root_pem = "-----BEGIN CERTIFICATE-----",
            .offices = {OfficeId("poipet-transit-centre"), OfficeId("phnom-penh")},
            .schema = 2,
            .encryption_chain_pem = "chain",
            .refreshed_at = at(1),
            .added_at = at(2),
            .removed_at = at(3)};
}

}  // namespace
}  // namespace peers

BOOST_FIXTURE_TEST_SUITE(peers, StoreFixture)

BOOST_AUTO_TEST_CASE(a_peer_comes_back_complete) {
    auto const store = open();
    auto const want = peer("kh-mosvy");
    must(store->peers().put(want));
    auto const got = must(store->peers().find(want.node)).value();
    BOOST_CHECK(got.node == want.node);
    BOOST_CHECK(got.kind == want.kind);
    BOOST_CHECK_EQUAL(got.name, want.name);
    BOOST_CHECK_EQUAL(got.host, want.host);
    BOOST_CHECK_EQUAL(got.port, want.port);
    BOOST_CHECK_EQUAL(got.root_pem, want.root_pem);
    BOOST_CHECK(got.offices == want.offices);
    BOOST_CHECK_EQUAL(got.schema, want.schema);
    BOOST_CHECK_EQUAL(got.encryption_chain_pem, want.encryption_chain_pem);
    BOOST_CHECK(got.refreshed_at == want.refreshed_at);
    BOOST_CHECK(got.added_at == want.added_at);
    BOOST_CHECK(got.removed_at == want.removed_at);
    BOOST_CHECK(!must(store->peers().find(node("la-mlsw"))));
}

BOOST_AUTO_TEST_CASE(putting_a_peer_again_replaces_it) {
    auto const store = open();
    must(store->peers().put(peer("la-mlsw")));
    must(store->peers().put(peer("kh-mosvy")));
    auto fresh = peer("kh-mosvy");
    fresh.offices.clear();
    fresh.refreshed_at = std::nullopt;
    fresh.removed_at = std::nullopt;
    must(store->peers().put(fresh));
    auto const all = must(store->peers().all());
    BOOST_REQUIRE_EQUAL(all.size(), 2U);
    BOOST_CHECK(all[0].node == node("kh-mosvy"));
    BOOST_CHECK(all[0].offices.empty());
    BOOST_CHECK(!all[0].refreshed_at && !all[0].removed_at);
    BOOST_CHECK(all[1].removed_at);
}

BOOST_AUTO_TEST_CASE(a_damaged_row_is_a_failure_of_the_store) {
    auto const store = open();
    must(store->peers().put(peer("kh-mosvy")));
    raw().run("UPDATE peers SET kind = 'nonsense'");
    CHECK_CODE(store->peers().all(), "store.failed");
    raw().run("UPDATE peers SET kind = 'welfare', offices = '[1]'");
    CHECK_CODE(store->peers().find(node("kh-mosvy")), "store.failed");
}

BOOST_AUTO_TEST_SUITE_END()
