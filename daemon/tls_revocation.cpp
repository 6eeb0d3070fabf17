#include "daemon/tls_revocation.h"

#include <algorithm>

namespace casebridge {
namespace {

using Lists = std::vector<std::shared_ptr<KnownRevocations const>>;  ///< owners: see tls_revocation.h

void free_lists(void*, void* lists, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<Lists*>(lists);
}

/// Where a context keeps its lists.
int place() {
    static int const index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &free_lists);
    return index;
}

std::vector<Certificate> chain_of(X509_STORE_CTX* verification) {
    std::vector<Certificate> chain;
    STACK_OF(X509)* const verified = X509_STORE_CTX_get0_chain(verification);
    for (int at = 0; at < sk_X509_num(verified); ++at) chain.emplace_back(sk_X509_value(verified, at));
    return chain;
}

int verify(X509_STORE_CTX* verification, void*) {
    int const verified = X509_verify_cert(verification);
    if (verified != 1) return verified;
    auto const* const connection =
        static_cast<SSL const*>(X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto const* const lists = static_cast<Lists const*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), place()));
    auto const chain = chain_of(verification);
    bool const revoked =
        lists != nullptr && std::ranges::any_of(*lists, [&](auto const& known) { return known->revokes(chain); });
    if (!revoked) return 1;
    X509_STORE_CTX_set_error(verification, X509_V_ERR_CERT_REVOKED);
    return 0;
}

}  // namespace

bool refuse_revoked(SSL_CTX* context, Lists known) {
    if (known.empty()) return true;
    auto lists = std::make_unique<Lists>(std::move(known));
    if (SSL_CTX_set_ex_data(context, place(), lists.get()) != 1) return false;
    static_cast<void>(lists.release());  // the context frees it
    SSL_CTX_set_cert_verify_callback(context, &verify, nullptr);
    return true;
}

}  // namespace casebridge
