// AuthorityRequest: what a node asks its offline root to certify, so that neither the root's key comes to the machine
// that is online nor the issuing authority's key leaves it.
//
// SPEC RFC 2986 (PKCS #10): subject "O=<node>, CN=issuing", a key of a suite, no attributes, signed by that key.
#pragma once

#include "crypto/authority.h"

namespace casebridge {

class AuthorityRequest {
public:
    static Result<AuthorityRequest> make(NodeId const& node, PrivateKey const& key);
    /// One PEM block and nothing else. Errors: `authority.bad_request` (form, subject, attributes, key, signature).
    static Result<AuthorityRequest> from_pem(std::string_view pem);

    [[nodiscard]] std::string pem() const;
    [[nodiscard]] NodeId const& node() const noexcept { return node_; }
    /// SHA-256 of the SubjectPublicKeyInfo: what the two who carry the file compare.
    [[nodiscard]] Digest key_digest() const;
    [[nodiscard]] Bytes const& der() const noexcept { return der_; }

private:
    AuthorityRequest(Bytes der, NodeId node) : der_(std::move(der)), node_(std::move(node)) {}
    static Result<AuthorityRequest> from_der(Bytes der);
    Bytes der_;
    NodeId node_;
};

/// An issuing authority for the key of the request. Errors: `authority.bad_request` (of another node than the root's),
/// `authority.openssl`.
Result<Certificate> issue_authority_for(KeyAndCertificate const& root, AuthorityRequest const& request, Timestamp now);

}  // namespace casebridge
