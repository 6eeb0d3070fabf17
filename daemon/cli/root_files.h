// Roots and what they sign, as the commands for the machine that is never online take them from files.
#pragma once

#include "crypto/authority.h"
#include "daemon/cli/command.h"

namespace casebridge::cli {

inline constexpr std::size_t most_root_bytes = 64 * 1024;

/// Errors: `file.*`, `certificate.malformed`.
Result<Certificate> certificate_at(std::string const& path);

/// A root by --root and --root-key, whose passphrase is asked for or read from --passphrase-file. Errors: `file.*`,
/// `certificate.malformed`, `private_key.*`, `identity.key_mismatch`, those of passphrase_of().
Result<KeyAndCertificate> root_by_options(Invocation const& in);

/// A number of days by `option`, or what it is if that is not given. Errors: `usage.bad_lifetime`.
struct Days {
    char const* option;
    int fewest, most;
    std::chrono::hours otherwise;
};
Result<std::chrono::hours> days_by_option(Invocation const& in, Days const& days);

}  // namespace casebridge::cli
