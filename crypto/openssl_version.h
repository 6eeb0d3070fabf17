// The oldest OpenSSL this program runs with.
#pragma once

#include "crypto/result.h"

namespace casebridge {

/// Checks the library that is loaded, not the one compiled against. Errors: `openssl.too_old`.
/// A distribution's backported fixes are invisible here: the number alone counts.
Status require_safe_openssl();

struct OpenSslVersion {
    unsigned major;
    unsigned minor;
    unsigned patch;
};

/// The rule itself. 3.0: from 3.0.22, the first with all fixes in CMS (among them CVE-2026-34182, forged
/// AuthEnvelopedData, and CVE-2026-63072, heap overflow in key unwrap). 3.1 to 3.4: never, they are no longer
/// maintained. 3.5 and newer: accepted. Errors: `openssl.too_old`.
Status check_openssl_version(OpenSslVersion version);

}  // namespace casebridge
