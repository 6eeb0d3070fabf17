// --token and --files: where a command makes keys.
#pragma once

#include "daemon/cli/command.h"
#include "daemon/key_source.h"

namespace casebridge::cli {

inline constexpr OptionSpec token_option{
    "--token", "URI",
    "Make the keys in this PKCS #11 token: pkcs11:token=NAME?module-path=DRIVER&pin-source=FILE; the PIN stands in a "
    "file",
    OptionSpec::Count::optional};
inline constexpr OptionSpec files_option{
    "--files", "", "Make the keys as files of the identity directory, also where a token has them now",
    OptionSpec::Count::optional};

/// Of the token that --token names, of --files; neither: as before. Errors: `token.bad_uri` (also one that names a
/// key), `token.pin_in_uri`, `usage.two_places`.
Result<KeySource> key_source(Invocation const& in);

}  // namespace casebridge::cli
