// The passphrase of a root key: from a private file, or from a person. Never from the command line.
#pragma once

#include "crypto/secret.h"
#include "daemon/cli/invocation.h"

namespace casebridge::cli {

/// What --passphrase-file names, without the line feed editors leave at the end; otherwise the person is asked, twice
/// if it is a new one. Errors: `file.*`, `passphrase.no_terminal`, `passphrase.mismatch`.
enum class Passphrase { existing, made_now };
Result<Secret> passphrase_of(Invocation const& in, Passphrase which, std::string const& question);

}  // namespace casebridge::cli
