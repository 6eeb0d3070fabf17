#include "crypto/authority.h"

#include "crypto/authority_request.h"
#include "crypto/names.h"
#include "crypto/oids.h"
#include "crypto/openssl.h"
#include "crypto/suite.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::string_view kFailed = "authority.openssl";
constexpr int kSerialBits = 159;  // SPEC RFC 5280 4.1.2.2: positive and at most 20 octets

openssl::Asn1Time to_asn1(Timestamp time) {
    auto const seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    return openssl::Asn1Time(openssl::require(ASN1_TIME_set(nullptr, seconds), "ASN1_TIME_set"));
}

void set_random_serial(X509* certificate) {
    openssl::BigNumber const number(openssl::require(BN_new(), "BN_new"));
    openssl::require(BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1, "BN_rand");
    openssl::require(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr, "serial number");
}

void set_validity(X509* certificate, Timestamp from, Timestamp until) {
    openssl::require(X509_set1_notBefore(certificate, to_asn1(from).get()) == 1, "notBefore");
    openssl::require(X509_set1_notAfter(certificate, to_asn1(until).get()) == 1, "notAfter");
}

/// What distinguishes the certificates of a ministry from each other.
struct Profile {
    std::string common_name;
    std::chrono::hours lifetime;
    char const* basic_constraints;
    char const* key_usage;
    std::optional<Role> role{};        ///< none for an authority
    std::string extended_key_usage{};  ///< of what is neither: no names, no constraints
};

Profile leaf_profile(Role role) {
    switch (role) {
        case Role::tls:
            return {"tls", kTlsLifetime, "critical,CA:FALSE", "critical,digitalSignature", role};
        case Role::signing:
            return {"signing", kSigningLifetime, "critical,CA:FALSE", "critical,digitalSignature", role};
        case Role::encryption:
            break;
    }
    return {"encryption", kEncryptionLifetime, "critical,CA:FALSE", "critical,keyAgreement", Role::encryption};
}

Profile issuing_profile() {
    return {"issuing", kIssuingLifetime, "critical,CA:TRUE,pathlen:0", "critical,keyCertSign,cRLSign", {}};
}

void add_text_extension(X509* certificate, X509V3_CTX* context, int nid, char const* value) {
    openssl::Extension const extension(
        openssl::require(X509V3_EXT_conf_nid(nullptr, context, nid, value), "X509V3_EXT_conf_nid"));
    openssl::require(X509_add_ext(certificate, extension.get(), -1) == 1, "X509_add_ext");
}

void add_usages(X509* certificate, Role role) {
    openssl::ExtendedKeyUsage const usages(openssl::require(EXTENDED_KEY_USAGE_new(), "EXTENDED_KEY_USAGE"));
    for (char const* dotted : usages_of(role)) {
        auto usage = object(dotted);
        openssl::require(sk_ASN1_OBJECT_push(usages.get(), usage.get()) > 0, "usage");
        static_cast<void>(usage.release());
    }
    openssl::require(X509_add1_ext_i2d(certificate, NID_ext_key_usage, usages.get(), 0, X509V3_ADD_DEFAULT) == 1,
                     "extended key usage");
}

void add_extensions(X509* certificate, X509* issuer, NodeId const& node, Profile const& profile) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    add_text_extension(certificate, &context, NID_basic_constraints, profile.basic_constraints);
    add_text_extension(certificate, &context, NID_key_usage, profile.key_usage);
    add_text_extension(certificate, &context, NID_subject_key_identifier, "hash");
    if (issuer != certificate) add_text_extension(certificate, &context, NID_authority_key_identifier, "keyid:always");
    if (!profile.extended_key_usage.empty())
        return add_text_extension(certificate, &context, NID_ext_key_usage, profile.extended_key_usage.c_str());
    if (profile.role) {
        add_usages(certificate, *profile.role);
        std::string const names = "DNS:" + node.dns_name() + ",URI:" + node.uri();
        add_text_extension(certificate, &context, NID_subject_alt_name, names.c_str());
        return;
    }
    auto const constraints = name_constraints(node);
    openssl::require(
        X509_add1_ext_i2d(certificate, NID_name_constraints, constraints.get(), 1, X509V3_ADD_DEFAULT) == 1,
        "name constraints");
}

/// For a key of which the public half is enough, unless `issuer` is null: self-signed.
Result<Certificate> issue(NodeId const& node, Profile const& profile, EVP_PKEY* key, KeyAndCertificate const* issuer,
                          Timestamp now) {
    openssl::ErrorScope const errors;
    auto const suite = suite_of(issuer != nullptr ? issuer->key.raw() : key);
    if (!suite || !suite_of(key)) return Error{ErrorKind::invalid, kFailed, "the key is on no suite's curve"};
    if (issuer != nullptr && !issuer->key.matches(issuer->certificate))
        return Error{ErrorKind::invalid, kFailed, "the issuer's key and certificate do not belong together"};
    openssl::X509Handle const certificate(openssl::require(X509_new(), "X509_new"));
    X509* const issuing = issuer != nullptr ? issuer->certificate.raw() : certificate.get();
    openssl::require(X509_set_version(certificate.get(), X509_VERSION_3) == 1, "version");
    set_random_serial(certificate.get());
    Timestamp until = now + profile.lifetime;
    if (issuer != nullptr) until = std::min(until, issuer->certificate.not_after());
    set_validity(certificate.get(), now - kClockSkew, until);
    set_subject(X509_get_subject_name(certificate.get()), node, profile.common_name);
    openssl::require(X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuing)) == 1, "issuer");
    openssl::require(X509_set_pubkey(certificate.get(), key) == 1, "public key");
    add_extensions(certificate.get(), issuing, node, profile);
    EVP_PKEY* const signing_key = issuer != nullptr ? issuer->key.raw() : key;
    if (X509_sign(certificate.get(), signing_key, hash_of(*suite)) <= 0)
        return errors.error(ErrorKind::internal, kFailed);
    // Read back, so that the object in memory is the one everybody else will parse.
    return Certificate::from_der(openssl::to_der<X509>(certificate.get(), i2d_X509));
}

Result<KeyAndCertificate> issue_with_new_key(NodeId const& node, Profile const& profile, Suite suite,
                                             KeyAndCertificate const* issuer, Timestamp now) {
    ASSIGN_OR_RETURN(auto key, PrivateKey::generate(suite));
    ASSIGN_OR_RETURN(auto certificate, issue(node, profile, key.raw(), issuer, now));
    return KeyAndCertificate{std::move(key), std::move(certificate)};
}

Result<openssl::Asn1Integer> serial_from(std::string_view hex) {
    ASSIGN_OR_RETURN(auto const bytes, from_hex(hex));
    openssl::BigNumber const number(
        openssl::require(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), "BN_bin2bn"));
    return openssl::Asn1Integer(openssl::require(BN_to_ASN1_INTEGER(number.get(), nullptr), "serial number"));
}

Status add_revoked(X509_CRL* crl, std::string const& serial, RevokedEntry const& revoked) {
    openssl::RevokedEntry entry(openssl::require(X509_REVOKED_new(), "X509_REVOKED"));
    ASSIGN_OR_RETURN(auto const number, serial_from(serial));
    openssl::require(X509_REVOKED_set_serialNumber(entry.get(), number.get()) == 1, "serial number");
    openssl::require(X509_REVOKED_set_revocationDate(entry.get(), to_asn1(revoked.at).get()) == 1, "revocation date");
    if (revoked.reason != RevocationReason::unspecified) {  // SPEC RFC 5280 5.3.1: then it should be left out
        openssl::Handle<ASN1_ENUMERATED, ASN1_ENUMERATED_free> const reason(
            openssl::require(ASN1_ENUMERATED_new(), "ASN1_ENUMERATED"));
        openssl::require(ASN1_ENUMERATED_set(reason.get(), static_cast<long>(revoked.reason)) == 1, "reason");
        openssl::require(X509_REVOKED_add1_ext_i2d(entry.get(), NID_crl_reason, reason.get(), 0, 0) == 1, "reason");
    }
    openssl::require(X509_CRL_add0_revoked(crl, entry.get()) == 1, "revoked entry");
    static_cast<void>(entry.release());
    return Done{};
}

/// SPEC RFC 5280 5.2.1, 5.2.3: authority key identifier and a number that only grows.
void add_crl_extensions(X509_CRL* crl, X509* issuer, std::int64_t count) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, nullptr, nullptr, crl, 0);
    openssl::Extension const authority(
        openssl::require(X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always"), "AKI"));
    openssl::require(X509_CRL_add_ext(crl, authority.get(), -1) == 1, "X509_CRL_add_ext");
    openssl::Asn1Integer const number(openssl::require(ASN1_INTEGER_new(), "ASN1_INTEGER"));
    openssl::require(ASN1_INTEGER_set_int64(number.get(), count) == 1, "CRL number");
    openssl::require(X509_CRL_add1_ext_i2d(crl, NID_crl_number, number.get(), 0, 0) == 1, "CRL number");
}

}  // namespace

Result<KeyAndCertificate> create_root(NodeId const& node, Suite suite, Timestamp now) {
    Profile const profile{"root", kRootLifetime, "critical,CA:TRUE,pathlen:1", "critical,keyCertSign,cRLSign", {}};
    return issue_with_new_key(node, profile, suite, nullptr, now);
}

Result<KeyAndCertificate> create_issuing_authority(NodeId const& node, KeyAndCertificate const& root, Suite suite,
                                                   Timestamp now) {
    return issue_with_new_key(node, issuing_profile(), suite, &root, now);
}

Result<Certificate> issue_authority_for(KeyAndCertificate const& root, AuthorityRequest const& request, Timestamp now) {
    openssl::ErrorScope const errors;
    Error const bad{ErrorKind::invalid, "authority.bad_request", "of another node than the root's"};
    if (!is_constrained_to(root.certificate.raw(), request.node())) return bad;
    unsigned char const* position = request.der().data();
    openssl::Handle<X509_REQ, X509_REQ_free> const parsed(openssl::require(
        d2i_X509_REQ(nullptr, &position, static_cast<long>(request.der().size())), "a request that was read before"));
    return issue(request.node(), issuing_profile(), X509_REQ_get0_pubkey(parsed.get()), &root, now);
}

Result<KeyAndCertificate> issue_leaf(NodeId const& node, Role role, KeyAndCertificate const& issuing, Suite suite,
                                     Timestamp now) {
    return issue_with_new_key(node, leaf_profile(role), suite, &issuing, now);
}

Result<Certificate> issue_leaf_for(NodeId const& node, Role role, KeyAndCertificate const& issuing,
                                   PrivateKey const& key, Timestamp now) {
    return issue(node, leaf_profile(role), key.raw(), &issuing, now);
}

Result<Certificate> issue_root_statement(NodeId const& node, KeyAndCertificate const& root, Certificate const& about,
                                         RootStatementKind const& kind, Timestamp now) {
    Profile const profile{.common_name = kind.common_name,
                          .lifetime = kind.lifetime,
                          .basic_constraints = "critical,CA:FALSE",
                          .key_usage = "critical,digitalSignature",
                          .extended_key_usage = std::string("critical,") + kind.usage};
    return issue(node, profile, X509_get0_pubkey(about.raw()), &root, now);
}

Result<Bytes> issue_crl(KeyAndCertificate const& issuer, std::vector<Certificate> const& revoked, Timestamp now,
                        std::chrono::hours lifetime) {
    std::map<std::string, RevokedEntry> entries;
    for (auto const& certificate : revoked) entries[serial_of(certificate)] = {now, {}};
    ASSIGN_OR_RETURN(auto const list, issue_revocation_list(issuer, entries, now, lifetime, 0));
    return list.der();
}

Result<RevocationList> issue_revocation_list(KeyAndCertificate const& issuer,
                                             std::map<std::string, RevokedEntry> const& entries, Timestamp now,
                                             std::chrono::hours lifetime, std::int64_t number_before) {
    openssl::ErrorScope const errors;
    auto const suite = suite_of(issuer.key.raw());
    if (!suite) return Error{ErrorKind::invalid, kFailed, "the key is on no suite's curve"};
    if (!issuer.key.matches(issuer.certificate))
        return Error{ErrorKind::invalid, kFailed, "the issuer's key and certificate do not belong together"};
    openssl::Crl const crl(openssl::require(X509_CRL_new(), "X509_CRL_new"));
    openssl::require(X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2) == 1, "version");
    openssl::require(X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.certificate.raw())) == 1,
                     "issuer");
    openssl::require(X509_CRL_set1_lastUpdate(crl.get(), to_asn1(now - kClockSkew).get()) == 1, "lastUpdate");
    openssl::require(X509_CRL_set1_nextUpdate(crl.get(), to_asn1(now + lifetime).get()) == 1, "nextUpdate");
    for (auto const& [serial, entry] : entries) RETURN_IF_ERROR(add_revoked(crl.get(), serial, entry));
    // Milliseconds of issue, so that a list whose predecessor was lost goes on from it.
    auto const number = std::max<std::int64_t>(now.time_since_epoch().count(), number_before + 1);
    add_crl_extensions(crl.get(), issuer.certificate.raw(), number);
    openssl::require(X509_CRL_sort(crl.get()) == 1, "X509_CRL_sort");
    if (X509_CRL_sign(crl.get(), issuer.key.raw(), hash_of(*suite)) <= 0)
        return errors.error(ErrorKind::internal, kFailed);
    return RevocationList::from_der(openssl::to_der<X509_CRL>(crl.get(), i2d_X509_CRL));
}

}  // namespace casebridge
