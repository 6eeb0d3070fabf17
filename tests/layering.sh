#!/usr/bin/env bash
# The one rule about folders: crypto <- policies <- adapters <- daemon. An #include may only point left.
# Third-party headers with heavy or unsafe interfaces stay in the files named here.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0
complain() { printf '%s\n' "$1" >&2; failed=1; }

forbid() { # folder, pattern, why
  local hits
  if hits=$(grep -rnE --include='*.h' --include='*.cpp' "^[[:space:]]*#[[:space:]]*include [\"<]($2)" "$1"); then
    complain "$3:"
    complain "$hits"
  fi
}

forbid crypto   '(policies|adapters|daemon|tests)/' 'crypto/ may include only crypto/'
forbid policies '(adapters|daemon|tests)/'          'policies/ may include only crypto/ and policies/'
forbid adapters '(daemon|tests)/'                   'adapters/ may include only crypto/, policies/ and adapters/'
forbid daemon   'tests/'                            'daemon/ may not include tests/'
forbid policies '(openssl|curl|boost|sqlite3|sqlcipher)' 'policies/ does no input or output'

forbid daemon/verify '(adapters/|daemon/([a-uw-z]|v[^e]))' 'daemon/verify/ judges evidence: crypto/, policies/ and itself'

# policies decides; it reads no clock and opens no socket.
if grep -rnE 'system_clock::now|steady_clock::now|std::time\(' policies; then complain 'policies/ reads a clock'; fi

# Heavy third-party headers only in .cpp files, or in the private headers named here, which only the files of the same
# wrapper include.
private='^daemon/(http_connection|http_listener|http_stream|peer_transfer|peer_pool|tls_context)\.h'
third_party='#include <(boost/(beast|asio)|nlohmann|yaml-cpp|spdlog|CLI|curl|sqlite3|sqlcipher|prometheus|libpq-fe|sqlext|sql\.h|sqltypes|sqlucode)'
if grep -rnE --include='*.h' "$third_party" crypto policies adapters daemon | grep -vE "$private"; then
  complain 'third-party headers belong into .cpp files'
fi
if grep -rnE --include='*.cpp' --include='*.h' '#include "daemon/(http_connection|http_listener|http_stream|tls_context)\.h"' daemon |
     grep -vE '^daemon/(http_|tls_)'; then
  complain 'private headers of the HTTP server are for its own files'
fi
if grep -rnE --include='*.cpp' --include='*.h' '#include "daemon/(peer_transfer|peer_pool)\.h"' daemon | grep -vE '^daemon/peer_(client|pool|transfer)'; then
  complain 'private headers of the peer client are for its own files'
fi

# cpprestsdk is one file's business.
if grep -rnE --include='*.cpp' --include='*.h' '#include <(cpprest|pplx)' crypto policies adapters daemon |
     grep -v '^adapters/rest_case_source.cpp:'; then
  complain 'cpprestsdk belongs into adapters/rest_case_source.cpp'
fi

# Drivers of PKCS #11 tokens are called in one place.
if grep -rnE '#include (<p11-kit|"crypto/token_(session|objects)\.h")|\bdlopen\(' --include='*.cpp' --include='*.h' crypto policies adapters daemon |
     grep -v '^crypto/token_'; then
  complain 'the driver of a token is for crypto/token_*'
fi

# PKCS7_* is never called; secrets are revealed only where the audit list says.
if grep -rnE '\bPKCS7_[a-z]' --include='*.cpp' crypto policies adapters daemon; then complain 'PKCS7_* is not to be used'; fi

((failed == 0)) && echo "layering holds"
exit $failed
