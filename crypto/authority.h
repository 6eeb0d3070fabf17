// A ministry's own certificate authority: a root kept offline, an issuing CA kept online, leaves below it.
//
// SPEC RFC 5280. Root: pathlen 1, name constraints for every name type it may issue (DNS and URI) so that no other
// node's name fits below it. Issuing CA: pathlen 0, same constraints. Leaves: DNS and URI name of the node, the role's
// key usage and extended key usage; an EKU is always present.
#pragma once

#include "crypto/revocation.h"

namespace casebridge {

/// Lifetimes. A leaf never outlives its issuer. Every certificate and CRL begins a little before `now`, because the
/// clocks of two ministries differ.
inline constexpr std::chrono::hours kRootLifetime{24 * 3652};
inline constexpr std::chrono::hours kIssuingLifetime{24 * 1095};
inline constexpr std::chrono::hours kTlsLifetime{24 * 365};
inline constexpr std::chrono::hours kSigningLifetime{24 * 365};
inline constexpr std::chrono::hours kEncryptionLifetime{24 * 90};
inline constexpr std::chrono::minutes kClockSkew{5};

struct KeyAndCertificate {
    PrivateKey key;
    Certificate certificate;
};

/// Serial numbers are 159 random bits. Errors of all: `authority.openssl`.
Result<KeyAndCertificate> create_root(NodeId const& node, Suite suite, Timestamp now);
Result<KeyAndCertificate> create_issuing_authority(NodeId const& node, KeyAndCertificate const& root, Suite suite,
                                                   Timestamp now);
Result<KeyAndCertificate> issue_leaf(NodeId const& node, Role role, KeyAndCertificate const& issuing, Suite suite,
                                     Timestamp now);

/// The same for a key made elsewhere, e.g. to renew a leaf without a new key, or a key that never leaves its process.
Result<Certificate> issue_leaf_for(NodeId const& node, Role role, KeyAndCertificate const& issuing,
                                   PrivateKey const& key, Timestamp now);

/// What a root says of another root's key; root_statement.h says what it is.
struct RootStatementKind {
    char const* usage;        ///< dotted
    std::string common_name;  ///< of its subject, beside the signing root's node
    std::chrono::hours lifetime;
};
/// A certificate over `about`'s key that has no authority, valid for the kind's lifetime, at most as long as the root.
Result<Certificate> issue_root_statement(NodeId const& node, KeyAndCertificate const& root, Certificate const& about,
                                         RootStatementKind const& kind, Timestamp now);

/// A CRL (RFC 5280 section 5) of `issuer` listing `revoked` (leaves by serial number), valid for `lifetime`.
Result<Bytes> issue_crl(KeyAndCertificate const& issuer, std::vector<Certificate> const& revoked, Timestamp now,
                        std::chrono::hours lifetime);
/// The same with the entries as they stand on an earlier list; its number is greater than `number_before`.
Result<RevocationList> issue_revocation_list(KeyAndCertificate const& issuer,
                                             std::map<std::string, RevokedEntry> const& entries, Timestamp now,
                                             std::chrono::hours lifetime, std::int64_t number_before);

}  // namespace casebridge
