// The server side of TLS as an OpenSSL context: 1.3 only, client certificate required, nothing resumable.
// Private to daemon/: includes OpenSSL's headers.
#pragma once

#include "crypto/openssl.h"
#include "daemon/http_server.h"

#include <openssl/ssl.h>

namespace casebridge {

using TlsContext = openssl::Handle<SSL_CTX, SSL_CTX_free>;

/// A client is let in if its chain verifies for client authentication up to one of `peer_roots`, by the system's
/// clock, and none of it is known to be revoked. Which node it is, and whether that root is *its* pin, is for the
/// handler to decide. Errors: `http.bad_identity`.
Result<TlsContext> make_server_context(TlsServerIdentity const& identity);

/// The verified chain of a finished handshake, leaf first, root last; empty if there is none.
std::vector<Certificate> verified_chain(SSL const* connection);

}  // namespace casebridge
