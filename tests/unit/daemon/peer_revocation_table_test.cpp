#include "daemon/peer_revocation_table.h"

#include "crypto/authority.h"
#include "tests/support/ministry.h"
#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace peer_revocations {
namespace {

struct Fixture : StoreFixture {
    Ministry ministry = Ministry::create("kh-mosvy", Suite::p256_sha256);
    NodeId const partner = node("kh-mosvy");

    [[nodiscard]] RevocationList list(std::int64_t number_before, std::vector<Certificate> const& revoked = {}) const {
        std::map<std::string, RevokedEntry> entries;
        for (auto const& each : revoked) entries[serial_of(each)] = {noon(), {}};
        return must(issue_revocation_list(ministry.issuing, entries, at(0), std::chrono::hours(24), number_before));
    }
    static std::int64_t far() { return std::int64_t{1} << 50; }  // numbers are the time otherwise
};

}  // namespace
}  // namespace peer_revocations

BOOST_FIXTURE_TEST_SUITE(peer_revocations, Fixture)

BOOST_AUTO_TEST_CASE(the_newest_list_of_each_authority_is_kept_and_its_first_and_last_sight) {
    auto const store = open();
    auto& table = store->peer_revocations();
    auto const first = list(far()), second = list(far() + 5, {ministry.tls.certificate});
    must(table.put(partner, first, at(1)));
    must(table.put(partner, first, at(2)));
    auto rows = must(table.all());
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    BOOST_CHECK(rows[0].first_seen == at(1) && rows[0].confirmed_at == at(2));
    must(table.put(partner, second, at(3)));
    rows = must(table.of(partner));
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    BOOST_CHECK(rows[0].list.der() == second.der() && rows[0].first_seen == at(3) && rows[0].confirmed_at == at(3));
    auto const by_root =
        must(RevocationList::from_der(must(issue_crl(ministry.root, {}, noon(), std::chrono::hours(1)))));
    must(table.put(partner, by_root, at(4)));
    BOOST_CHECK_EQUAL(must(table.of(partner)).size(), 2U);
    BOOST_CHECK(must(table.of(node("la-mlsw"))).empty());
    must(table.forget(partner));
    BOOST_CHECK(must(table.all()).empty());
}

BOOST_AUTO_TEST_CASE(numbers_never_go_back_and_never_name_another_list) {
    auto const store = open();
    auto& table = store->peer_revocations();
    auto const old = list(far()), newer = list(far() + 1, {ministry.tls.certificate});
    must(table.put(partner, newer, at(1)));
    CHECK_CODE(table.put(partner, old, at(2)), "crl.number_went_back");
    CHECK_CODE(table.put(partner, list(far() + 1), at(2)), "crl.number_reused");
    auto const rows = must(table.all());
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    BOOST_CHECK(rows[0].list.der() == newer.der() && rows[0].confirmed_at == at(1));
}

BOOST_AUTO_TEST_SUITE_END()
