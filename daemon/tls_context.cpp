#include "daemon/tls_context.h"

#include "daemon/tls_chain.h"
#include "daemon/tls_groups.h"
#include "daemon/tls_revocation.h"

namespace casebridge {

namespace {

constexpr std::string_view bad_identity = "http.bad_identity";

bool set_protocol(SSL_CTX* context) {
    // SECURITY: on resumption OpenSSL gives no verified chain, so nothing may be resumed.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(
        context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_security_level(context, 2);
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 && SSL_CTX_set_num_tickets(context, 0) == 1 &&
           SSL_CTX_set_max_early_data(context, 0) == 1 && set_tls_groups(context);
}

bool set_trust(SSL_CTX* context, std::vector<Certificate> const& roots) {
    openssl::Store const store(X509_STORE_new());
    if (!store) return false;
    for (auto const& root : roots) {
        if (X509_STORE_add_cert(store.get(), root.raw()) != 1) return false;
    }
    SSL_CTX_set1_cert_store(context, store.get());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_verify_depth(context, 2);
    auto* const parameters = SSL_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_auth_level(parameters, 2);
    return X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT) == 1 &&
           X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT) == 1;
}

}  // namespace

Result<TlsContext> make_server_context(TlsServerIdentity const& identity) {
    openssl::ErrorScope const errors;
    TlsContext context(SSL_CTX_new(TLS_server_method()));
    bool const made =
        context && set_protocol(context.get()) && set_own_chain(context.get(), identity.chain, identity.key) &&
        set_trust(context.get(), identity.peer_roots) && refuse_revoked(context.get(), identity.revocations);
    if (!made) return errors.error(ErrorKind::invalid, bad_identity);
    return context;
}

std::vector<Certificate> verified_chain(SSL const* connection) {
    std::vector<Certificate> chain;
    STACK_OF(X509)* const verified = SSL_get0_verified_chain(connection);
    if (verified == nullptr || SSL_get_verify_result(connection) != X509_V_OK) return chain;
    for (int index = 0; index < sk_X509_num(verified); ++index) chain.emplace_back(sk_X509_value(verified, index));
    return chain;
}

}  // namespace casebridge
