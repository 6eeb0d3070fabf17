// The certificate cases that were tried against OpenSSL, those it accepts wrongly first of all.
#include "crypto/trust.h"

#include "crypto/openssl.h"
#include "tests/support/check_code.h"
#include "tests/support/ministry.h"

namespace casebridge::test {
namespace trust {
namespace {

using std::chrono::hours;

struct Thailand {
    Ministry ministry = Ministry::create("th-msdhs", Suite::p256_sha256);
    openssl::Key key{EVP_EC_gen("P-256")};

    /// What the pin says to a leaf below the ministry's own issuing authority.
    [[nodiscard]] std::string verdict(Forgery const& forgery, Role role, EVP_PKEY* leaf_key = nullptr) const {
        auto const leaf = forge(forgery, leaf_key != nullptr ? leaf_key : key.get(), &ministry.issuing.certificate,
                                ministry.issuing.key.raw());
        return code_of(ministry.pin.verify({leaf, ministry.issuing.certificate}, role, noon()));
    }

    [[nodiscard]] static Forgery leaf(Role role) {
        Forgery forgery;
        forgery.extended_usage = usage_text(role);
        if (role == Role::encryption) forgery.usage = "critical,keyAgreement";
        return forgery;
    }

    [[nodiscard]] Status verify(KeyAndCertificate const& what, Role role, Timestamp now = noon(),
                                std::vector<Bytes> const& crls = {}) const {
        return ministry.pin.verify(ministry.chain(what), role, now, crls);
    }
};

constexpr Role kRoles[] = {Role::tls, Role::signing, Role::encryption};

/// A root that is right in everything, to be made wrong.
Forgery root_forgery() {
    Forgery forgery;
    forgery.common_name = "root";
    forgery.names = "";
    forgery.usage = "critical,keyCertSign,cRLSign";
    forgery.constraints = "critical,CA:TRUE,pathlen:1";
    forgery.name_constraints = "critical,permitted;DNS:th-msdhs.casebridge.internal,permitted;URI:th-msdhs";
    return forgery;
}

std::string pinned(Certificate const& root) {
    return code_of(PinnedRoot::pin(must(NodeId::parse("th-msdhs")), root, root.fingerprint()));
}

}  // namespace
}  // namespace trust

BOOST_FIXTURE_TEST_SUITE(trust, Thailand)

BOOST_AUTO_TEST_CASE(each_leaf_is_accepted_in_its_role_and_in_no_other) {
    KeyAndCertificate const* const leaves[] = {&ministry.tls, &ministry.signing, &ministry.encryption};
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t k = 0; k < 3; ++k)
            CHECK_CODE(verify(*leaves[i], kRoles[k]), i == k ? "(accepted)" : "trust.wrong_role");
}

BOOST_AUTO_TEST_CASE(the_forge_makes_good_leaves_so_that_only_the_flaw_is_tested) {
    for (auto const role : kRoles) BOOST_CHECK_EQUAL(verdict(leaf(role), role), "(accepted)");
}

BOOST_AUTO_TEST_CASE(the_root_may_stand_in_the_chain) {
    CHECK_ACCEPTED(ministry.pin.verify(
        {ministry.tls.certificate, ministry.issuing.certificate, ministry.root.certificate}, Role::tls, noon()));
}

BOOST_AUTO_TEST_CASE(other_names_than_exactly_the_nodes_two_are_refused) {
    for (char const* names :
         {"",
          "DNS:th-msdhs.casebridge.internal",
          "URI:casebridge://th-msdhs/",
          "URI:urn:fed:ministry:th",
          "DNS:kh-mosvy.casebridge.internal,URI:casebridge://kh-mosvy/",
          "DNS:th-msdhs.casebridge.internal,URI:casebridge://kh-mosvy/",
          "DNS:kh-mosvy.casebridge.internal,URI:casebridge://th-msdhs/",
          "DNS:th-msdhs.casebridge.internal,DNS:th-msdhs.casebridge.internal",
          "URI:casebridge://th-msdhs/,URI:casebridge://th-msdhs/",
          "DNS:th-msdhs.casebridge.internal,URI:casebridge://th-msdhs/,DNS:kh-mosvy.casebridge.internal",
          "DNS:th-msdhs.casebridge.internal,URI:casebridge://th-msdhs/,IP:10.0.0.1",
          "DNS:th-msdhs.casebridge.internal,URI:casebridge://th-msdhs/,email:a@b.c",
          "DNS:*.casebridge.internal,URI:casebridge://th-msdhs/",
          "DNS:TH-MSDHS.casebridge.internal,URI:casebridge://th-msdhs/",
          "DNS:th-msdhs.casebridge.internal.,URI:casebridge://th-msdhs/",
          "DNS:a.th-msdhs.casebridge.internal,URI:casebridge://th-msdhs/",
          "DNS:th-msdhs.example.org,URI:casebridge://th-msdhs/",
          "DNS:th-msdhs.casebridge.internal,URI:casebridge://th-msdhs",
          "DNS:th-msdhs.casebridge.internal,URI:casebridge://th-msdhs/x",
          "DNS:th-msdhs.casebridge.internal,URI:https://th-msdhs/"}) {
        BOOST_TEST_CONTEXT(names) {
            auto forgery = leaf(Role::tls);
            forgery.names = names;
            BOOST_CHECK_EQUAL(verdict(forgery, Role::tls), "trust.wrong_node");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_leaf_below_our_root_that_claims_to_be_another_node_fits_no_pin) {
    auto const cambodia = Ministry::create("kh-mosvy", Suite::p256_sha256);
    auto forgery = leaf(Role::tls);
    forgery.organisation = "kh-mosvy";
    forgery.names = "DNS:kh-mosvy.casebridge.internal,URI:casebridge://kh-mosvy/";
    auto const impostor = forge(forgery, key.get(), &ministry.issuing.certificate, ministry.issuing.key.raw());
    BOOST_CHECK_EQUAL(must(claimed_node(impostor)).text(), "kh-mosvy");
    std::vector<Certificate> const chain{impostor, ministry.issuing.certificate};
    CHECK_CODE(ministry.pin.verify(chain, Role::tls, noon()), "trust.wrong_node");
    CHECK_CODE(cambodia.pin.verify(chain, Role::tls, noon()), "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(a_subject_outside_the_root_s_directory_name_is_refused) {
    auto forgery = leaf(Role::tls);
    forgery.organisation = "kh-mosvy";
    BOOST_CHECK_EQUAL(verdict(forgery, Role::tls), "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(extended_key_usage_must_be_there_and_be_the_roles) {
    std::pair<char const*, Role> const cases[] = {{"", Role::tls},
                                                  {"", Role::signing},
                                                  {"", Role::encryption},
                                                  {"serverAuth", Role::tls},
                                                  {"clientAuth", Role::tls},
                                                  {"anyExtendedKeyUsage", Role::tls},
                                                  {"serverAuth,clientAuth,anyExtendedKeyUsage", Role::tls},
                                                  {"emailProtection", Role::signing},
                                                  {"codeSigning", Role::signing},
                                                  {"emailProtection", Role::encryption}};
    for (auto const& [usage, role] : cases) {
        BOOST_TEST_CONTEXT(usage << " as " << to_text(role)) {
            auto forgery = leaf(role);
            forgery.extended_usage = usage;
            BOOST_CHECK_EQUAL(verdict(forgery, role), "trust.wrong_role");
        }
    }
    auto both = leaf(Role::signing);
    both.extended_usage += "," + usage_text(Role::encryption);
    BOOST_CHECK_EQUAL(verdict(both, Role::signing), "trust.wrong_role");
}

BOOST_AUTO_TEST_CASE(key_usage_must_be_there_and_be_the_roles) {
    for (auto const role : kRoles) {
        for (char const* usage : {"", "critical,keyEncipherment", "critical,digitalSignature,keyAgreement,keyCertSign",
                                  "critical,digitalSignature,keyAgreement,cRLSign"}) {
            BOOST_TEST_CONTEXT(usage << " as " << to_text(role)) {
                auto forgery = leaf(role);
                forgery.usage = usage;
                BOOST_CHECK_EQUAL(verdict(forgery, role), "trust.wrong_role");
            }
        }
    }
    auto agreement = leaf(Role::signing);
    agreement.usage = "critical,keyAgreement";
    BOOST_CHECK_EQUAL(verdict(agreement, Role::signing), "trust.wrong_role");
    auto signature = leaf(Role::encryption);
    signature.usage = "critical,digitalSignature";
    BOOST_CHECK_EQUAL(verdict(signature, Role::encryption), "trust.wrong_role");
}

BOOST_AUTO_TEST_CASE(a_leaf_signed_by_a_leaf_is_refused) {
    auto const below = forge(leaf(Role::signing), key.get(), &ministry.signing.certificate, ministry.signing.key.raw());
    CHECK_CODE(
        ministry.pin.verify({below, ministry.signing.certificate, ministry.issuing.certificate}, Role::signing, noon()),
        "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(an_authority_below_the_issuing_one_is_refused) {
    auto const lower = must(create_issuing_authority(ministry.node, ministry.issuing, ministry.suite, noon()));
    auto const below = must(issue_leaf(ministry.node, Role::tls, lower, ministry.suite, noon()));
    CHECK_CODE(
        ministry.pin.verify({below.certificate, lower.certificate, ministry.issuing.certificate}, Role::tls, noon()),
        "trust.chain_invalid");
    auto forgery = root_forgery();
    forgery.common_name = "another name";
    auto const other = forge(forgery, key.get(), &ministry.issuing.certificate, ministry.issuing.key.raw());
    auto const leaf_below = forge(leaf(Role::tls), key.get(), &other, key.get());
    CHECK_CODE(ministry.pin.verify({leaf_below, other, ministry.issuing.certificate}, Role::tls, noon()),
               "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(a_chain_that_is_empty_broken_or_too_long_is_refused) {
    auto const& leaf_certificate = ministry.tls.certificate;
    CHECK_CODE(ministry.pin.verify({}, Role::tls, noon()), "trust.chain_invalid");
    CHECK_CODE(ministry.pin.verify({leaf_certificate}, Role::tls, noon()), "trust.chain_invalid");
    CHECK_CODE(ministry.pin.verify(std::vector<Certificate>(5, leaf_certificate), Role::tls, noon()),
               "trust.chain_invalid");
    auto self_signed = forge(leaf(Role::tls), key.get(), nullptr, nullptr);
    CHECK_CODE(ministry.pin.verify({self_signed}, Role::tls, noon()), "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_in_a_certificate_s_signature_is_refused) {
    auto der = ministry.tls.certificate.der();
    der.back() ^= 1;
    CHECK_CODE(ministry.pin.verify({must(Certificate::from_der(der)), ministry.issuing.certificate}, Role::tls, noon()),
               "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(another_root_of_the_same_name_is_refused) {
    auto const twin = Ministry::create("th-msdhs", Suite::p256_sha256);
    CHECK_CODE(ministry.pin.verify(twin.chain(twin.tls), Role::tls, noon()), "trust.chain_invalid");
    CHECK_CODE(
        ministry.pin.verify({twin.tls.certificate, twin.issuing.certificate, twin.root.certificate}, Role::tls, noon()),
        "trust.chain_invalid");
    CHECK_CODE(ministry.pin.verify({ministry.tls.certificate, twin.issuing.certificate}, Role::tls, noon()),
               "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(every_certificate_is_in_its_validity) {
    CHECK_ACCEPTED(verify(ministry.tls, Role::tls, ministry.tls.certificate.not_before()));
    CHECK_ACCEPTED(verify(ministry.tls, Role::tls, ministry.tls.certificate.not_after() - std::chrono::seconds(1)));
    CHECK_CODE(verify(ministry.tls, Role::tls, ministry.tls.certificate.not_before() - std::chrono::seconds(1)),
               "trust.not_yet_valid");
    CHECK_CODE(verify(ministry.tls, Role::tls, ministry.tls.certificate.not_after() + std::chrono::seconds(1)),
               "trust.expired");
    auto forgery = leaf(Role::tls);  // outlives its issuer
    forgery.not_after = noon() + kRootLifetime;
    auto const survivor = forge(forgery, key.get(), &ministry.issuing.certificate, ministry.issuing.key.raw());
    CHECK_CODE(
        ministry.pin.verify({survivor, ministry.issuing.certificate}, Role::tls, noon() + kIssuingLifetime + hours(1)),
        "trust.expired");
}

BOOST_AUTO_TEST_CASE(weak_keys_and_signatures_are_refused) {
    auto const with_key = [&](EVP_PKEY* raw) {
        openssl::Key const weak(raw);
        return verdict(leaf(Role::tls), Role::tls, weak.get());
    };
    BOOST_CHECK_EQUAL(with_key(EVP_EC_gen("P-224")), "trust.weak_key");
    BOOST_CHECK_EQUAL(with_key(EVP_RSA_gen(1024)), "trust.weak_key");
    BOOST_CHECK_EQUAL(with_key(EVP_RSA_gen(2048)), "trust.weak_key");
    BOOST_CHECK_EQUAL(with_key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")), "trust.weak_key");
    auto forgery = leaf(Role::tls);
    forgery.hash = EVP_sha1();
    BOOST_CHECK_EQUAL(verdict(forgery, Role::tls), "trust.weak_key");
}

BOOST_AUTO_TEST_CASE(an_intermediate_with_a_weak_key_is_refused) {
    openssl::Key const weak(EVP_RSA_gen(1024));
    auto forgery = root_forgery();
    forgery.common_name = "issuing";
    forgery.constraints = "critical,CA:TRUE,pathlen:0";
    auto const issuing = forge(forgery, weak.get(), &ministry.root.certificate, ministry.root.key.raw());
    auto const below = forge(leaf(Role::tls), key.get(), &issuing, weak.get());
    CHECK_CODE(ministry.pin.verify({below, issuing}, Role::tls, noon()), "trust.weak_key");
}

BOOST_AUTO_TEST_CASE(a_revoked_leaf_or_authority_is_refused) {
    CHECK_ACCEPTED(verify(ministry.tls, Role::tls, noon(), crls_of(ministry, noon())));
    CHECK_CODE(verify(ministry.tls, Role::tls, noon(), crls_of(ministry, noon(), {ministry.tls.certificate})),
               "trust.revoked");
    CHECK_ACCEPTED(
        verify(ministry.signing, Role::signing, noon(), crls_of(ministry, noon(), {ministry.tls.certificate})));
    auto crls = crls_of(ministry, noon());
    crls[0] = must(issue_crl(ministry.root, {ministry.issuing.certificate}, noon(), hours(24)));
    CHECK_CODE(verify(ministry.tls, Role::tls, noon(), crls), "trust.revoked");
}

BOOST_AUTO_TEST_CASE(where_crls_are_given_a_missing_old_or_foreign_one_is_refused) {
    auto const all = crls_of(ministry, noon());
    auto const judged = [&](std::vector<Bytes> const& crls, Timestamp now) {
        return code_of(verify(ministry.tls, Role::tls, now, crls));
    };
    BOOST_CHECK_EQUAL(judged({all[0]}, noon()), "trust.no_current_crl");
    BOOST_CHECK_EQUAL(judged({all[1]}, noon()), "trust.no_current_crl");
    BOOST_CHECK_EQUAL(judged(all, noon() + hours(25)), "trust.no_current_crl");
    BOOST_CHECK_EQUAL(judged(crls_of(ministry, noon() + hours(1)), noon()), "trust.no_current_crl");
    auto const twin = Ministry::create("th-msdhs", Suite::p256_sha256);
    BOOST_CHECK_EQUAL(judged(crls_of(twin, noon()), noon()), "trust.no_current_crl");
    BOOST_CHECK_EQUAL(judged({all[0], to_bytes("no CRL")}, noon()), "trust.no_current_crl");
    auto longer = all;
    longer[1].push_back(0);
    BOOST_CHECK_EQUAL(judged(longer, noon()), "trust.no_current_crl");
    auto changed = all;
    changed[1].back() ^= 1;
    BOOST_CHECK_EQUAL(judged(changed, noon()), "trust.no_current_crl");
}

// What a pin remembers of a chain it has accepted must never outlive the reason for the yes.

BOOST_AUTO_TEST_CASE(a_remembered_chain_is_refused_from_the_second_a_certificate_of_it_expires) {
    auto forgery = leaf(Role::signing);
    forgery.not_after = noon() + std::chrono::minutes(2);
    auto const signer = forge(forgery, key.get(), &ministry.issuing.certificate, ministry.issuing.key.raw());
    std::vector<Certificate> const chain{signer, ministry.issuing.certificate};
    CHECK_ACCEPTED(ministry.pin.verify(chain, Role::signing, noon()));
    CHECK_ACCEPTED(ministry.pin.verify(chain, Role::signing, noon() + std::chrono::seconds(119)));
    CHECK_CODE(ministry.pin.verify(chain, Role::signing, noon() + std::chrono::minutes(2)), "trust.expired");
    CHECK_CODE(ministry.pin.verify(chain, Role::signing, noon() - hours(2)), "trust.not_yet_valid");
}

BOOST_AUTO_TEST_CASE(a_crl_acts_at_once_on_a_remembered_chain) {
    CHECK_ACCEPTED(verify(ministry.signing, Role::signing));
    CHECK_CODE(
        verify(ministry.signing, Role::signing, noon(), crls_of(ministry, noon(), {ministry.signing.certificate})),
        "trust.revoked");
    auto const good = crls_of(ministry, noon());
    CHECK_ACCEPTED(verify(ministry.signing, Role::signing, noon(), good));
    CHECK_CODE(verify(ministry.signing, Role::signing, noon() + hours(25), good), "trust.no_current_crl");
}

BOOST_AUTO_TEST_CASE(a_chain_remembered_in_one_role_is_refused_in_another) {
    CHECK_ACCEPTED(verify(ministry.signing, Role::signing));
    CHECK_CODE(verify(ministry.signing, Role::tls), "trust.wrong_role");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_not_remembered) {
    auto const early = noon() - hours(2);
    CHECK_CODE(verify(ministry.signing, Role::signing, early), "trust.not_yet_valid");
    CHECK_ACCEPTED(verify(ministry.signing, Role::signing));
}

BOOST_AUTO_TEST_CASE(another_pin_of_the_same_name_remembers_nothing_of_this_one) {
    CHECK_ACCEPTED(verify(ministry.signing, Role::signing));
    auto const other = Ministry::create("th-msdhs", Suite::p256_sha256);
    CHECK_CODE(other.pin.verify(ministry.chain(ministry.signing), Role::signing, noon()), "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(what_is_remembered_is_every_certificate_of_the_chain) {
    CHECK_ACCEPTED(verify(ministry.signing, Role::signing));
    CHECK_CODE(ministry.pin.verify({ministry.signing.certificate}, Role::signing, noon()), "trust.chain_invalid");
}

BOOST_AUTO_TEST_CASE(a_root_is_pinned_by_its_fingerprint) {
    auto const& root = ministry.root.certificate;
    CHECK_ACCEPTED(PinnedRoot::pin(ministry.node, root, root.fingerprint()));
    CHECK_CODE(PinnedRoot::pin(ministry.node, root, ministry.issuing.certificate.fingerprint()),
               "trust.fingerprint_mismatch");
}

BOOST_AUTO_TEST_CASE(what_is_no_root_of_this_node_is_not_pinned) {
    BOOST_CHECK_EQUAL(pinned(forge(root_forgery(), key.get(), nullptr, nullptr)), "(accepted)");
    BOOST_CHECK_EQUAL(pinned(ministry.issuing.certificate), "trust.not_a_root");
    BOOST_CHECK_EQUAL(pinned(ministry.tls.certificate), "trust.not_a_root");
    auto const cambodia = must(NodeId::parse("kh-mosvy"));
    CHECK_CODE(PinnedRoot::pin(cambodia, ministry.root.certificate, ministry.root.certificate.fingerprint()),
               "trust.not_a_root");
    auto const with = [&](auto change) {
        auto forgery = root_forgery();
        change(forgery);
        return pinned(forge(forgery, key.get(), nullptr, nullptr));
    };
    BOOST_CHECK_EQUAL(with([](Forgery& f) { f.constraints = "critical,CA:FALSE"; }), "trust.not_a_root");
    BOOST_CHECK_EQUAL(with([](Forgery& f) { f.constraints = ""; }), "trust.not_a_root");
    BOOST_CHECK_EQUAL(with([](Forgery& f) { f.usage = "critical,digitalSignature"; }), "trust.not_a_root");
    for (char const* constraints :
         {"", "permitted;DNS:th-msdhs.casebridge.internal,permitted;URI:th-msdhs",
          "critical,permitted;DNS:th-msdhs.casebridge.internal", "critical,permitted;URI:th-msdhs",
          "critical,permitted;DNS:casebridge.internal,permitted;URI:th-msdhs",
          "critical,permitted;DNS:th-msdhs.casebridge.internal,permitted;URI:.th-msdhs",
          "critical,permitted;DNS:th-msdhs.casebridge.internal,permitted;DNS:kh-mosvy.casebridge.internal,"
          "permitted;URI:th-msdhs",
          "critical,excluded;DNS:th-msdhs.casebridge.internal,excluded;URI:th-msdhs"})
        BOOST_TEST_CONTEXT(constraints)
    BOOST_CHECK_EQUAL(with([&](Forgery& f) { f.name_constraints = constraints; }), "trust.not_a_root");
    openssl::Key const weak(EVP_RSA_gen(2048));
    BOOST_CHECK_EQUAL(pinned(forge(root_forgery(), weak.get(), nullptr, nullptr)), "trust.not_a_root");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
