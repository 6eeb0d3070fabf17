// Revoked certificates in TLS handshakes, of clients and of servers. Private to daemon/: includes OpenSSL's headers.
#pragma once

#include "crypto/revocation.h"

#include <openssl/ssl.h>

namespace casebridge {

/// From now on a handshake of this context verifies as OpenSSL does by itself, and is refused (alert
/// certificate_revoked) if a certificate of the verified chain stands on one of the lists, however old these are. The
/// context keeps them. False: no memory.
[[nodiscard]] bool refuse_revoked(SSL_CTX* context, std::vector<std::shared_ptr<KnownRevocations const>> known);

}  // namespace casebridge
