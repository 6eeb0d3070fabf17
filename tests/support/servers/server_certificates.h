// Certificates for a server of the tests: a root, the server's own under it, and a root that has nothing to do with it.
#pragma once

#include "tests/support/servers/server_process.h"

namespace casebridge::test {

/// Writes root.pem, other.pem, server.pem and server.key (for `host`, and 127.0.0.1 if that is "localhost") into
/// `directory`. Throws std::runtime_error.
void make_server_certificates(ServerDirectory const& directory, std::string const& host);

}  // namespace casebridge::test
