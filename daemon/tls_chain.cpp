#include "daemon/tls_chain.h"

namespace casebridge {

bool set_own_chain(SSL_CTX* context, std::vector<Certificate> const& chain, PrivateKey const& key) {
    if (chain.empty() || SSL_CTX_use_certificate(context, chain.front().raw()) != 1) return false;
    for (std::size_t index = 1; index < chain.size(); ++index) {
        if (SSL_CTX_add1_chain_cert(context, chain[index].raw()) != 1) return false;
    }
    return SSL_CTX_use_PrivateKey(context, key.raw()) == 1 && SSL_CTX_check_private_key(context) == 1;
}

}  // namespace casebridge
