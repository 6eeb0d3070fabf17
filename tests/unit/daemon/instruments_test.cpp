#include "daemon/instruments.h"

#include "tests/support/check_code.h"
#include "tests/support/ministry.h"
#include "tests/support/release_situation.h"
#include "tests/support/temporary_directory.h"

#include <fstream>

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(instruments)

namespace {

/// Thailand's two directories, with one agreement and one policy.
struct Shelf {
    TemporaryDirectory directory;
    Ministry thailand = Ministry::create("th-msdhs", Suite::p256_sha256);
    Ministry cambodia = Ministry::create("kh-mosvy", Suite::p256_sha256);
    std::shared_ptr<PeerSnapshot const> peers = must(PeerSnapshot::build({row()}));
    AgreementSketch agreement;
    Timestamp now = noon();
    SignatureMemory seen;

    Shelf() {
        agreement.parties = {{"th-msdhs", NodeKind::welfare, {"datip"}}, {"kh-mosvy", NodeKind::welfare, {"poipet"}}};
        agreement.purposes[Purpose::return_and_handover] = {{"sex", Form::exact}};
        write("agreements/a.yaml", agreement.yaml());
        PolicySketch policy;
        policy.rules = {{.recipients = {"kh-mosvy"}, .fields = {{"sex", Form::exact}}}};
        write("policies/p.yaml", policy.yaml());
    }

    [[nodiscard]] PeerRow row() const {
        return {.node = cambodia.node,
                .kind = NodeKind::welfare,
                .name = {},
                .host = {},
                .root_pem = cambodia.root.certificate.pem(),
                .offices = {},
                .encryption_chain_pem = {},
                .refreshed_at = {},
                .added_at = noon(),
                .removed_at = {}};
    }

    void write(std::string const& name, std::string_view text) const { directory.write(name, text); }

    void sign(Ministry const& signer, std::string const& content, std::string const& name,
              Timestamp at = noon()) const {
        auto const bytes =
            must(casebridge::sign(as_bytes(content), ContentKind::agreement, Payload::detached, signer.signer(), at));
        write("agreements/" + name, to_text(bytes.bytes()));
    }

    void sign_by_both() const {
        sign(thailand, agreement.yaml(), "a.yaml.th-msdhs.p7s");
        sign(cambodia, agreement.yaml(), "a.yaml.kh-mosvy.p7s");
    }

    [[nodiscard]] Result<std::shared_ptr<Instruments const>> loaded() const {
        return Instruments::load(directory.path() / "agreements", directory.path() / "policies", thailand.pin, *peers,
                                 now, seen);
    }
    /// Cambodia revokes what is given, and Thailand has seen the list.
    void revoke(Certificate const& certificate) {
        auto const list = must(
            issue_revocation_list(cambodia.issuing, {{serial_of(certificate), {now, RevocationReason::key_compromise}}},
                                  now, std::chrono::hours(24), 0));
        peers = must(PeerSnapshot::build({row()}, {{cambodia.node, list, now, now}}, std::chrono::hours(1)));
    }

    /// Who signed the only agreement, and what is wrong with it: "kh-mosvy th-msdhs | problem".
    [[nodiscard]] std::string signatures() const {
        auto const instruments = must(loaded());
        BOOST_REQUIRE_EQUAL(instruments->agreements().size(), 1U);
        auto const& only = instruments->agreements().front();
        std::string text;
        for (auto const& node : only.signed_agreement.signed_by) text += node.text() + " ";
        text += "|";
        for (auto const& problem : only.problems) text += " " + problem;
        return text;
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(an_unsigned_agreement_is_signed_by_nobody) {
    BOOST_CHECK_EQUAL(Shelf().signatures(), "|");
}

BOOST_AUTO_TEST_CASE(one_signature_is_one_signature) {
    Shelf const shelf;
    shelf.sign(shelf.thailand, shelf.agreement.yaml(), "a.yaml.th-msdhs.p7s");
    BOOST_CHECK_EQUAL(shelf.signatures(), "th-msdhs |");
}

BOOST_AUTO_TEST_CASE(both_signatures_are_found_by_the_digest) {
    Shelf const shelf;
    shelf.sign_by_both();
    BOOST_CHECK_EQUAL(shelf.signatures(), "kh-mosvy th-msdhs |");
    auto const instruments = must(shelf.loaded());
    auto const* found = instruments->find(sha256(as_bytes(shelf.agreement.yaml())));
    BOOST_REQUIRE(found != nullptr);
    BOOST_CHECK_EQUAL(found->signed_by.size(), 2U);
    BOOST_CHECK(instruments->find(sha256(as_bytes("other"))) == nullptr);
    BOOST_CHECK_EQUAL(instruments->policies().size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_signature_of_one_ministry_in_the_others_file_does_not_count) {
    Shelf const shelf;
    shelf.sign(shelf.thailand, shelf.agreement.yaml(), "a.yaml.kh-mosvy.p7s");
    BOOST_CHECK_EQUAL(shelf.signatures(), "| a.yaml.kh-mosvy.p7s: trust.wrong_node");
}

BOOST_AUTO_TEST_CASE(a_file_of_a_node_that_is_no_party_is_not_looked_at) {
    Shelf const shelf;
    shelf.sign(Ministry::create("la-mlsw", Suite::p256_sha256), shelf.agreement.yaml(), "a.yaml.la-mlsw.p7s");
    BOOST_CHECK_EQUAL(shelf.signatures(), "|");
}

BOOST_AUTO_TEST_CASE(a_signature_by_a_revoked_key_counts_only_if_it_was_seen_before_whatever_time_it_bears) {
    Shelf shelf;
    shelf.sign(shelf.thailand, shelf.agreement.yaml(), "a.yaml.th-msdhs.p7s");
    shelf.sign(shelf.cambodia, shelf.agreement.yaml(), "a.yaml.kh-mosvy.p7s", noon() - std::chrono::minutes(4));
    auto const before = must(shelf.loaded())->agreements().front().counted;
    BOOST_CHECK_EQUAL(before.size(), 2U);
    shelf.now += std::chrono::hours(2);
    shelf.revoke(shelf.cambodia.signing.certificate);
    BOOST_CHECK_EQUAL(shelf.signatures(), "th-msdhs | a.yaml.kh-mosvy.p7s: trust.revoked");
    shelf.seen = [&](Digest const& signature) { return signature == before.at(shelf.cambodia.node); };
    BOOST_CHECK_EQUAL(shelf.signatures(), "kh-mosvy th-msdhs |");
    shelf.sign(shelf.cambodia, shelf.agreement.yaml(), "a.yaml.kh-mosvy.p7s", noon() - std::chrono::minutes(3));
    BOOST_CHECK_EQUAL(shelf.signatures(), "th-msdhs | a.yaml.kh-mosvy.p7s: trust.revoked");
}

BOOST_AUTO_TEST_CASE(
    a_signature_that_is_first_seen_when_its_certificate_is_over_counts_unless_that_may_hide_a_revocation) {
    Shelf shelf;
    shelf.sign_by_both();
    shelf.now += kSigningLifetime + std::chrono::hours(1);
    BOOST_CHECK_EQUAL(shelf.signatures(), "kh-mosvy th-msdhs |");
    shelf.revoke(shelf.cambodia.tls.certificate);
    BOOST_CHECK_EQUAL(shelf.signatures(), "th-msdhs | a.yaml.kh-mosvy.p7s: trust.expired");
}

BOOST_AUTO_TEST_CASE(a_list_that_is_too_old_does_not_end_an_agreement) {
    Shelf shelf;
    shelf.sign_by_both();
    shelf.revoke(shelf.cambodia.tls.certificate);
    shelf.now += std::chrono::hours(48);
    BOOST_CHECK_EQUAL(shelf.signatures(), "kh-mosvy th-msdhs |");
}

BOOST_AUTO_TEST_CASE(a_signature_of_a_party_that_is_no_peer_does_not_count) {
    Shelf shelf;
    shelf.sign_by_both();
    shelf.peers = must(PeerSnapshot::build({}));
    BOOST_CHECK_EQUAL(shelf.signatures(), "th-msdhs |");
}

BOOST_AUTO_TEST_CASE(an_agreement_altered_after_signing_is_not_signed) {
    Shelf const shelf;
    shelf.sign_by_both();
    shelf.write("agreements/a.yaml", shelf.agreement.yaml() + "# one remark more\n");
    BOOST_CHECK_EQUAL(shelf.signatures(),
                      "| a.yaml.th-msdhs.p7s: envelope.bad_signature a.yaml.kh-mosvy.p7s: envelope.bad_signature");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_signature_do_not_count) {
    Shelf const shelf;
    shelf.write("agreements/a.yaml.th-msdhs.p7s", "no signature");
    BOOST_CHECK_EQUAL(shelf.signatures(), "| a.yaml.th-msdhs.p7s: gate.inner_structure");
    shelf.write("agreements/a.yaml.th-msdhs.p7s", std::string(65 * 1024, 'x'));
    BOOST_CHECK_EQUAL(shelf.signatures(), "| a.yaml.th-msdhs.p7s: file.too_large");
}

BOOST_AUTO_TEST_CASE(one_wrong_file_refuses_the_whole_with_every_complaint) {
    Shelf const shelf;
    shelf.write("agreements/b.yaml", shelf.agreement.yaml() + "colour: red\n");
    shelf.write("policies/q.yaml", "id: q\nversion: none\nrules: []\n");
    auto const loaded = shelf.loaded();
    CHECK_CODE(loaded, "instruments.invalid");
    BOOST_REQUIRE(!loaded);
    for (auto const* part : {"b.yaml", "colour", "[agreement.invalid]", "q.yaml", "version", "[policy.invalid]"})
        BOOST_CHECK_MESSAGE(loaded.error().detail.find(part) != std::string::npos, part << " is not in\n"
                                                                                        << loaded.error().detail);
}

BOOST_AUTO_TEST_CASE(two_agreements_with_one_id_are_refused) {
    Shelf shelf;
    shelf.agreement.until = "2030-01-01";
    shelf.write("agreements/b.yaml", shelf.agreement.yaml());
    CHECK_CODE(shelf.loaded(), "instruments.duplicate");
}

BOOST_AUTO_TEST_CASE(a_template_is_no_agreement) {
    Shelf const shelf;
    shelf.write("agreements/t.yaml", "template: true\n" + shelf.agreement.yaml());
    auto const loaded = shelf.loaded();
    CHECK_CODE(loaded, "instruments.invalid");
    BOOST_REQUIRE(!loaded);
    BOOST_CHECK(loaded.error().detail.find("[agreement.is_template]") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_not_there_is_refused) {
    Shelf const shelf;
    std::filesystem::remove_all(shelf.directory.path() / "policies");
    CHECK_CODE(shelf.loaded(), "file.unreadable");
}

BOOST_AUTO_TEST_CASE(the_version_changes_with_every_byte_and_every_signature_and_with_nothing_else) {
    Shelf const shelf;
    auto const version = [&shelf] { return must(shelf.loaded())->version().hex(); };
    auto const unsigned_version = version();
    BOOST_CHECK_EQUAL(unsigned_version, version());
    shelf.sign(shelf.thailand, shelf.agreement.yaml(), "a.yaml.th-msdhs.p7s");
    auto const signed_version = version();
    BOOST_CHECK_NE(signed_version, unsigned_version);
    PolicySketch policy;
    policy.rules = {{.recipients = {"kh-mosvy"}, .fields = {{"sex", Form::exact}}}};
    shelf.write("policies/p.yaml", policy.yaml() + "# a remark\n");
    BOOST_CHECK_NE(version(), signed_version);
}

BOOST_AUTO_TEST_SUITE_END()
