#include "crypto/openssl_version.h"

#include <openssl/crypto.h>

namespace casebridge {

Status check_openssl_version(OpenSslVersion version) {
    bool const branch_3_0 = version.major == 3 && version.minor == 0 && version.patch >= 22;
    bool const branch_3_5_on = (version.major == 3 && version.minor >= 5) || version.major > 3;
    if (branch_3_0 || branch_3_5_on) return Done{};
    return Error{ErrorKind::unavailable, "openssl.too_old",
                 "OpenSSL " + std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
                     std::to_string(version.patch) + " is loaded; install 3.0.22 or newer in 3.0, or 3.5 or newer"};
}

Status require_safe_openssl() {
    return check_openssl_version({OPENSSL_version_major(), OPENSSL_version_minor(), OPENSSL_version_patch()});
}

}  // namespace casebridge
