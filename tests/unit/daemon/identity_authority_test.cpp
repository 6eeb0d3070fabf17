#include "daemon/identity_authority.h"

#include "daemon/files.h"
#include "daemon/identity_directory.h"
#include "daemon/identity_revocation.h"
#include "tests/support/check_code.h"
#include "tests/support/temporary_directory.h"

#include <boost/test/unit_test.hpp>

namespace identity_authority {
namespace {

using namespace casebridge;
using namespace std::chrono_literals;
using casebridge::test::must;
namespace fs = std::filesystem;

constexpr Timestamp now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 12h;

/// A node whose root key is elsewhere, and that elsewhere.
struct OnlineAndOffline {
    OnlineAndOffline() {
        must(create_identity(path, node, Suite::p256_sha256, passphrase, now));
        fs::rename(path / "root.key.pem", directory.path() / "root.key.pem");
    }
    [[nodiscard]] std::string text(fs::path const& file) const { return to_text(must(read_file(file, 1 << 16))); }
    [[nodiscard]] KeyAndCertificate root() const {
        return {must(PrivateKey::from_encrypted_pem(text(directory.path() / "root.key.pem"), passphrase)),
                must(Certificate::from_pem(text(path / "root.pem")))};
    }
    [[nodiscard]] AuthorityRequest request() const { return must(request_authority(path, node, Suite::p256_sha256)); }
    [[nodiscard]] Certificate signed_authority() const { return must(issue_authority_for(root(), request(), now)); }
    [[nodiscard]] Status install(Certificate const& certificate) const {
        return install_authority(path, node, Suite::p256_sha256, certificate, now, 24h);
    }
    [[nodiscard]] NodeIdentity load() const { return must(load_identity(path, node, now)); }
    [[nodiscard]] PinnedRoot pin() const { return must(PinnedRoot::pin(node, load().root, load().root.fingerprint())); }
    /// What a partner knows that was shown the node's lists.
    [[nodiscard]] PinnedRoot partner_pin() const {
        auto const bundle = must(own_revocations(path));
        std::vector<KnownRevocations::Known> known;
        for (auto const& list : bundle.lists) {
            CHECK_ACCEPTED(pin().accept(list, bundle.authorities, now));
            known.push_back({list, now, now, now + 1h});
        }
        return pin().with(std::make_shared<KnownRevocations const>(std::move(known)));
    }

    test::TemporaryDirectory directory;
    fs::path const path = directory.path() / "identity";
    NodeId const node = must(NodeId::parse("th-msdhs"));
    Secret const passphrase = Secret::from_text("correct horse battery");
};

}  // namespace
}  // namespace identity_authority

BOOST_FIXTURE_TEST_SUITE(identity_authority, OnlineAndOffline)

BOOST_AUTO_TEST_CASE(a_new_authority_is_requested_certified_offline_and_installed) {
    auto const before = load();
    auto const asked = request();
    BOOST_CHECK_EQUAL(asked.pem(), must(AuthorityRequest::from_pem(asked.pem())).pem());
    BOOST_CHECK(request().key_digest() == asked.key_digest());  // asked again: the same key
    auto const certificate = must(issue_authority_for(root(), asked, now));
    CHECK_ACCEPTED(install(certificate));
    auto const after = load();
    BOOST_CHECK(after.tls_chain.back() == certificate && after.root == before.root);
    BOOST_CHECK(must(load_issuing_authority(path)).certificate == certificate);
    CHECK_ACCEPTED(pin().verify(before.signer.chain, Role::signing, now));  // what it had issued stays good
    BOOST_CHECK(!fs::exists(path / "issuing-next.key.pem"));
    auto const former = "issuing." + before.tls_chain.back().fingerprint().hex();
    BOOST_CHECK(fs::exists(path / (former + ".key.pem")));
    CHECK_CODE(install(certificate), "identity.no_request");
}

BOOST_AUTO_TEST_CASE(a_certificate_that_is_not_the_root_s_or_of_another_request_changes_nothing) {
    auto const before = text(path / "issuing.pem");
    OnlineAndOffline const other;
    CHECK_CODE(install(must(issue_authority_for(other.root(), request(), now))), "trust.chain_invalid");
    CHECK_CODE(install(other.signed_authority()), "identity.key_mismatch");
    CHECK_CODE(install(load().tls_chain.front()), "identity.key_mismatch");
    BOOST_CHECK_EQUAL(text(path / "issuing.pem"), before);
}

BOOST_AUTO_TEST_CASE(a_request_is_read_strictly) {
    auto const good = request().pem();
    CHECK_CODE(AuthorityRequest::from_pem(good + good), "authority.bad_request");
    CHECK_CODE(AuthorityRequest::from_pem("nothing"), "authority.bad_request");
    CHECK_CODE(AuthorityRequest::from_pem(text(path / "issuing.pem")), "authority.bad_request");
    auto altered = good;
    altered[200] = altered[200] == 'A' ? 'B' : 'A';
    CHECK_CODE(AuthorityRequest::from_pem(altered), "authority.bad_request");
    auto const stranger = must(NodeId::parse("kh-mosvy"));
    auto const key = must(PrivateKey::generate(Suite::p256_sha256));
    CHECK_CODE(issue_authority_for(root(), must(AuthorityRequest::make(stranger, key)), now), "authority.bad_request");
}

BOOST_AUTO_TEST_CASE(lists_of_the_former_authority_are_kept_current_with_what_is_on_them) {
    auto const old_leaf = load().signer.chain;
    must(issue_own_list(path, {{serial_of(old_leaf.front()), {now, RevocationReason::key_compromise}}}, now, 24h));
    CHECK_ACCEPTED(install(signed_authority()));
    BOOST_CHECK_EQUAL(must(own_revocations(path)).lists.size(), 2U);
    must(issue_own_list(path, {}, now, 24h));
    auto const partner = partner_pin();
    CHECK_CODE(partner.verify(old_leaf, Role::signing, now), "trust.revoked");
    CHECK_ACCEPTED(partner.verify(load().signer.chain, Role::signing, now));

    auto const names = must(retired_names(path));
    for (auto const& name : names)
        if (name.starts_with("issuing.")) CHECK_ACCEPTED(destroy_retired(path, name));
    BOOST_CHECK_EQUAL(must(own_revocations(path)).lists.size(), 1U);  // or partners would refuse the whole
}

BOOST_AUTO_TEST_CASE(what_a_revoked_authority_has_signed_is_refused_and_the_new_one_s_is_taken) {
    auto const compromised = must(load_issuing_authority(path));
    auto const old_leaf = load().tls_chain;
    must(issue_own_list(path, {}, now, 24h));
    auto const thief = must(issue_leaf(node, Role::signing, compromised, Suite::p256_sha256, now));
    CHECK_ACCEPTED(install(signed_authority()));
    auto const list = must(issue_revocation_list(
        root(), {{serial_of(compromised.certificate), {now, RevocationReason::key_compromise}}}, now, 24h * 365, 0));
    CHECK_ACCEPTED(install_root_list(path, list));
    must(issue_own_list(path, {}, now, 24h));

    auto const partner = partner_pin();
    CHECK_CODE(partner.verify(old_leaf, Role::tls, now), "trust.revoked");
    CHECK_CODE(partner.verify({thief.certificate, compromised.certificate}, Role::signing, now), "trust.revoked");
    CHECK_ACCEPTED(partner.verify(load().tls_chain, Role::tls, now));
    CHECK_ACCEPTED(partner.verify(load().signer.chain, Role::signing, now));
    // Nor does anybody take a list of its.
    auto const forged = must(issue_revocation_list(compromised, {}, now, 24h, 99));
    CHECK_CODE(partner.accept(forged, {compromised.certificate}, now), "trust.revoked");
    BOOST_CHECK(must(revoked_roles(path)).empty());
}

BOOST_AUTO_TEST_CASE(a_list_of_the_root_is_its_own_and_never_goes_back) {
    auto const issuing = must(load_issuing_authority(path));
    auto const of_issuing = must(issue_revocation_list(issuing, {}, now, 24h, 0));
    CHECK_CODE(install_root_list(path, of_issuing), "crl.not_of_this_authority");
    auto const older = must(issue_revocation_list(root(), {}, now, 24h * 365, 0));
    auto const newer = must(issue_revocation_list(root(), {}, now, 24h * 365, older.number()));
    CHECK_ACCEPTED(install_root_list(path, newer));
    CHECK_CODE(install_root_list(path, older), "crl.number_went_back");
}

BOOST_AUTO_TEST_SUITE_END()
