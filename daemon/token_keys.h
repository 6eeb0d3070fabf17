// Keys of the identity directory that are in a PKCS #11 token: `<name>.key.uri` stands where `<name>.key.pem` would,
// and holds one line, the key's URI (crypto/token_uri.h).
//
// SECURITY: the PIN comes from a file of its owner's alone that the URI names (`pin-source`), or from the systemd
// credential `token-pin`, each time it is needed; it is not kept. One that was refused is not tried again, not by a
// restart either, until a person removes `token.pin-refused` from the directory: a token locks after a few.
#pragma once

#include "crypto/token_key.h"

#include <filesystem>

namespace casebridge {

/// For the identity directory, where a refusal is remembered. Errors of pin(): `token.no_pin` (nothing names one),
/// `token.pin_refused_before`, `file.*`.
std::shared_ptr<PinSource> pins_of(std::filesystem::path const& directory, TokenUri const& uri);
/// Whether a PIN was refused, so that none is tried.
bool pin_was_refused(std::filesystem::path const& directory);

/// The URI in a file. Errors: `file.*`, `token.bad_uri`, `token.pin_in_uri`.
Result<TokenUri> read_uri(std::filesystem::path const& uri_file);
/// Errors: also those of load_token_key() and pins_of().
Result<PrivateKey> read_token_key(std::filesystem::path const& uri_file);

}  // namespace casebridge
