// Which groups a TLS key may be agreed in, of what the OpenSSL we run with knows: a hybrid with ML-KEM (FIPS 203)
// first, so that a handshake that was recorded stays closed even if elliptic curves fall. Both sides of every
// connection. Private to daemon/: includes OpenSSL's headers.
#pragma once

#include <string_view>

#include <openssl/ssl.h>

namespace casebridge {

/// As OpenSSL reads a list; chosen once, at run time. With OpenSSL 3.5: X25519MLKEM768, else curves alone.
std::string_view tls_groups();

/// Whether the hybrid is among them.
bool has_hybrid_group();

[[nodiscard]] bool set_tls_groups(SSL_CTX* context);

}  // namespace casebridge
