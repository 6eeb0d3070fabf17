#include "daemon/peer_registry.h"

#include "tests/support/check_code.h"
#include "tests/support/ministry.h"

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(peer_registry)

namespace {

PeerRow row_of(Ministry const& ministry) {
    return {.node = ministry.node,
            .kind = NodeKind::welfare,
            .name = "Example ministry",
            .host = "127.0.0.1",
            .port = 8443,
            .root_pem = ministry.root.certificate.pem(),
            .offices = {},
            .encryption_chain_pem = {},
            .refreshed_at = {},
            .added_at = noon(),
            .removed_at = {}};
}

/// As the TLS server hands it out: leaf, issuing authority, root.
std::vector<Certificate> presented(Ministry const& ministry, Certificate const& leaf) {
    return {leaf, ministry.issuing.certificate, ministry.root.certificate};
}

std::string identified(PeerSnapshot const& snapshot, std::vector<Certificate> const& chain, Timestamp now = noon()) {
    auto const peer = snapshot.identify(chain, now);
    return peer ? (*peer)->row.node.text() : std::string(peer.error().code);
}

struct Neighbours {
    Ministry cambodia = Ministry::create("kh-mosvy", Suite::p256_sha256);
    Ministry laos = Ministry::create("la-mlsw", Suite::p256_sha256);
    std::vector<PeerRow> rows{row_of(cambodia), row_of(laos)};
    [[nodiscard]] std::shared_ptr<PeerSnapshot const> snapshot() const { return must(PeerSnapshot::build(rows)); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_peer_is_known_by_the_leaf_below_its_own_pin) {
    Neighbours const neighbours;
    auto const snapshot = neighbours.snapshot();
    auto const& [cambodia, laos, rows] = neighbours;
    BOOST_CHECK_EQUAL(identified(*snapshot, presented(cambodia, cambodia.tls.certificate)), "kh-mosvy");
    BOOST_CHECK_EQUAL(identified(*snapshot, presented(laos, laos.tls.certificate)), "la-mlsw");
}

BOOST_AUTO_TEST_CASE(a_leaf_of_one_peer_that_claims_to_be_another_is_refused) {
    Neighbours const neighbours;
    auto const snapshot = neighbours.snapshot();
    auto const& laos = neighbours.laos;
    Forgery forgery;
    forgery.organisation = "kh-mosvy";
    forgery.names = "DNS:kh-mosvy.casebridge.internal,URI:casebridge://kh-mosvy/";
    forgery.extended_usage = usage_text(Role::tls);
    auto const key = copy(laos.tls.key);
    auto const issuing_key = copy(laos.issuing.key);
    auto const leaf = forge(forgery, key.raw(), &laos.issuing.certificate, issuing_key.raw());
    BOOST_CHECK_EQUAL(identified(*snapshot, presented(laos, leaf)), "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(a_leaf_for_another_use_opens_no_connection) {
    Neighbours const neighbours;
    auto const snapshot = neighbours.snapshot();
    auto const& cambodia = neighbours.cambodia;
    BOOST_CHECK_EQUAL(identified(*snapshot, presented(cambodia, cambodia.signing.certificate)), "trust.wrong_role");
}

BOOST_AUTO_TEST_CASE(an_expired_leaf_is_refused) {
    Neighbours const neighbours;
    auto const& cambodia = neighbours.cambodia;
    auto const later = noon() + kTlsLifetime + std::chrono::hours(24);
    BOOST_CHECK_EQUAL(identified(*neighbours.snapshot(), presented(cambodia, cambodia.tls.certificate), later),
                      "trust.expired");
}

BOOST_AUTO_TEST_CASE(a_removed_peer_is_refused_and_its_root_no_longer_trusted) {
    Neighbours neighbours;
    BOOST_CHECK_EQUAL(neighbours.snapshot()->roots().size(), 2U);
    neighbours.rows[0].removed_at = noon();
    auto const snapshot = neighbours.snapshot();
    auto const& cambodia = neighbours.cambodia;
    BOOST_CHECK_EQUAL(identified(*snapshot, presented(cambodia, cambodia.tls.certificate)), "peer.removed");
    BOOST_REQUIRE_EQUAL(snapshot->roots().size(), 1U);
    BOOST_CHECK(snapshot->roots().front().fingerprint() == neighbours.laos.root.certificate.fingerprint());
    BOOST_REQUIRE(snapshot->find(cambodia.node) != nullptr);
    BOOST_CHECK(snapshot->find(cambodia.node)->removed());
}

BOOST_AUTO_TEST_CASE(a_node_that_was_never_a_peer_is_refused) {
    Neighbours const neighbours;
    auto const stranger = Ministry::create("vn-molisa", Suite::p256_sha256);
    auto const snapshot = neighbours.snapshot();
    BOOST_CHECK_EQUAL(identified(*snapshot, presented(stranger, stranger.tls.certificate)), "peer.unknown");
    BOOST_CHECK(snapshot->find(stranger.node) == nullptr);
}

BOOST_AUTO_TEST_CASE(no_certificate_or_a_lone_leaf_is_nobody) {
    Neighbours const neighbours;
    auto const snapshot = neighbours.snapshot();
    BOOST_CHECK_EQUAL(identified(*snapshot, {}), "peer.unknown");
    BOOST_CHECK_EQUAL(identified(*snapshot, {neighbours.cambodia.tls.certificate}), "peer.unknown");
}

BOOST_AUTO_TEST_CASE(a_stored_row_that_no_longer_pins_is_reported) {
    Neighbours neighbours;
    neighbours.rows[0].root_pem = neighbours.rows[1].root_pem;
    CHECK_CODE(PeerSnapshot::build(neighbours.rows), "peer.corrupt");
    neighbours.rows[0].root_pem = "no certificate";
    CHECK_CODE(PeerSnapshot::build(neighbours.rows), "peer.corrupt");
    neighbours = Neighbours();
    neighbours.rows[1].encryption_chain_pem = "no certificate";
    CHECK_CODE(PeerSnapshot::build(neighbours.rows), "peer.corrupt");
}

BOOST_AUTO_TEST_CASE(a_snapshot_outlives_its_replacement) {
    Neighbours const neighbours;
    PeerRegistry registry;
    BOOST_CHECK(registry.snapshot()->all().empty());
    registry.replace(neighbours.snapshot());
    auto const held = registry.snapshot();
    registry.replace(must(PeerSnapshot::build({})));
    BOOST_CHECK_EQUAL(held->all().size(), 2U);
    BOOST_CHECK(registry.snapshot()->all().empty());
}

BOOST_AUTO_TEST_SUITE_END()
