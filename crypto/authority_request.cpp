#include "crypto/authority_request.h"

#include "crypto/names.h"
#include "crypto/openssl.h"
#include "crypto/pem.h"
#include "crypto/suite.h"

#include <algorithm>

namespace casebridge {
namespace {

using Request = openssl::Handle<X509_REQ, X509_REQ_free>;

constexpr std::string_view kLabel = "CERTIFICATE REQUEST", kBadRequest = "authority.bad_request";
constexpr std::size_t kMostBytes = 8 * 1024;

Error bad(std::string detail) {
    return {ErrorKind::invalid, kBadRequest, std::move(detail)};
}

Bytes subject_der(NodeId const& node) {
    openssl::Handle<X509_NAME, X509_NAME_free> const name(openssl::require(X509_NAME_new(), "X509_NAME"));
    set_subject(name.get(), node, "issuing");
    return openssl::to_der<X509_NAME>(name.get(), i2d_X509_NAME);
}

/// Whose the subject says it is.
Result<NodeId> node_of(X509_NAME const* subject) {
    std::array<char, 80> text{};
    int const length =
        X509_NAME_get_text_by_NID(subject, NID_organizationName, text.data(), static_cast<int>(text.size()));
    if (length <= 0) return bad("no organization in the subject");
    auto node = NodeId::parse({text.data(), static_cast<std::size_t>(length)});
    if (!node || !std::ranges::equal(openssl::to_der<X509_NAME>(subject, i2d_X509_NAME), subject_der(*node)))
        return bad("the subject is not O=<node>, CN=issuing");
    return node;
}

}  // namespace

Result<AuthorityRequest> AuthorityRequest::make(NodeId const& node, PrivateKey const& key) {
    openssl::ErrorScope const errors;
    auto const suite = suite_of(key.raw());
    if (!suite) return bad("the key is on no suite's curve");
    Request const request(openssl::require(X509_REQ_new(), "X509_REQ_new"));
    openssl::require(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1, "version");
    set_subject(X509_REQ_get_subject_name(request.get()), node, "issuing");
    openssl::require(X509_REQ_set_pubkey(request.get(), key.raw()) == 1, "public key");
    if (X509_REQ_sign(request.get(), key.raw(), hash_of(*suite)) <= 0)
        return errors.error(ErrorKind::internal, kBadRequest);
    return from_der(openssl::to_der<X509_REQ>(request.get(), i2d_X509_REQ));
}

Result<AuthorityRequest> AuthorityRequest::from_pem(std::string_view pem) {
    ASSIGN_OR_RETURN(auto const blocks, pem_blocks(pem, kLabel, kBadRequest));
    if (blocks.size() != 1) return bad("more than one request");
    ASSIGN_OR_RETURN(auto der, decode_pem_block(blocks.front(), kBadRequest));
    return from_der(std::move(der));
}

Result<AuthorityRequest> AuthorityRequest::from_der(Bytes der) {
    openssl::ErrorScope const errors;
    if (der.size() > kMostBytes) return bad("too large");
    unsigned char const* position = der.data();
    Request const request(d2i_X509_REQ(nullptr, &position, static_cast<long>(der.size())));
    if (!request || position != der.data() + der.size()) return bad("not one PKCS #10 request");
    // What we do not read must not look as if it were granted.
    if (X509_REQ_get_attr_count(request.get()) != 0) return bad("it has attributes");
    auto* const key = X509_REQ_get0_pubkey(request.get());
    if (key == nullptr || !suite_of(key)) return bad("its key is on no suite's curve");
    if (X509_REQ_verify(request.get(), key) != 1) return bad("it is not signed by its own key");
    ASSIGN_OR_RETURN(auto node, node_of(X509_REQ_get_subject_name(request.get())));
    return AuthorityRequest(std::move(der), std::move(node));
}

std::string AuthorityRequest::pem() const {
    return write_pem(der_, kLabel);
}

Digest AuthorityRequest::key_digest() const {
    unsigned char const* position = der_.data();
    Request const request(
        openssl::require(d2i_X509_REQ(nullptr, &position, static_cast<long>(der_.size())), "request"));
    return sha256(openssl::to_der<X509_PUBKEY>(X509_REQ_get_X509_PUBKEY(request.get()), i2d_X509_PUBKEY));
}

}  // namespace casebridge
