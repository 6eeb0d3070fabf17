// The node's own certificates and key in a TLS context, of a server or a client. Private to daemon/: includes OpenSSL's
// headers.
#pragma once

#include "crypto/certificate.h"

#include <vector>

#include <openssl/ssl.h>

namespace casebridge {

/// Leaf first, and the key, wherever that is. False: they do not belong together.
[[nodiscard]] bool set_own_chain(SSL_CTX* context, std::vector<Certificate> const& chain, PrivateKey const& key);

}  // namespace casebridge
