// A ministry for tests: its authority, its leaves, its pin, and tools to forge what it would never make.
#pragma once

#include "crypto/envelope.h"

#include <optional>

struct evp_md_st;

namespace casebridge::test {

/// 2026-11-23T12:00:00Z
Timestamp noon();

PrivateKey copy(PrivateKey const& key);

struct Ministry {
    NodeId node;
    Suite suite;
    KeyAndCertificate root;
    KeyAndCertificate issuing;
    KeyAndCertificate tls;
    KeyAndCertificate signing;
    KeyAndCertificate encryption;
    PinnedRoot pin;

    static Ministry create(std::string_view node, Suite suite, Timestamp now = noon());

    [[nodiscard]] Signer signer() const;
    [[nodiscard]] Opener opener() const;
    /// Knows this ministry and no other.
    [[nodiscard]] PinLookup pins() const;
    [[nodiscard]] std::vector<Certificate> chain(KeyAndCertificate const& leaf) const {
        return {leaf.certificate, issuing.certificate};
    }
};

/// Encrypts anything, also what `seal` would not.
Bytes seal_raw(ByteView inner, Certificate const& recipient);

/// A certificate as wrong as a test needs it. Extensions are in OpenSSL's configuration syntax; empty: left out.
struct Forgery {
    std::string organisation = "th-msdhs";
    std::string common_name = "leaf";
    std::string names = "DNS:th-msdhs.casebridge.internal,URI:casebridge://th-msdhs/";
    std::string usage = "critical,digitalSignature";
    std::string extended_usage;
    std::string constraints = "critical,CA:FALSE";
    std::string name_constraints;
    Timestamp not_before = noon() - std::chrono::hours(1);
    Timestamp not_after = noon() + std::chrono::hours(24);
    evp_md_st const* hash = nullptr;  ///< SHA-256 if null
};
std::string usage_text(Role role);
/// `issuer` null: self-signed.
Certificate forge(Forgery const& forgery, evp_pkey_st* key, Certificate const* issuer, evp_pkey_st* issuer_key);

/// The current CRLs of the root and of the issuing authority, the latter listing `revoked`.
inline std::vector<Bytes> crls_of(Ministry const& ministry, Timestamp now, std::vector<Certificate> const& revoked = {},
                                  std::chrono::hours lifetime = std::chrono::hours(24)) {
    auto root = issue_crl(ministry.root, {}, now, lifetime);
    auto issuing = issue_crl(ministry.issuing, revoked, now, lifetime);
    return {*root, *issuing};
}

}  // namespace casebridge::test
