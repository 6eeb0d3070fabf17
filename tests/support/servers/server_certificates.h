// Certificates for a server of the tests: a root, the server's own under it, and a root that has nothing to do with it.
#pragma once

#include "tests/support/servers/server_process.h"

namespace casebridge::test {

/// Writes root.pem, other.pem, server.pem and server.key (for `host`, and 127.0.0.1 if that is "localhost") into
/// `directory`. Throws std::runtime_error.
void make_server_certificates(ServerDirectory const& directory, std::string const& host);

/// Writes <file>.pem and <file>.key (0600, ours) for a client of this name, under the authority "root" or "other" of
/// such a directory. Throws std::runtime_error.
void make_client_certificate(ServerDirectory const& directory, std::string const& file, std::string const& name,
                             std::string const& authority);

}  // namespace casebridge::test
