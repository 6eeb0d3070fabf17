// Private keys in a PKCS #11 token (a smart card, an HSM, SoftHSM): made there, used where they are, never seen.
//
// SPEC PKCS #11 2.40, by the token's own driver. OpenSSL is given a key whose two operations, ECDSA and ECDH, are done
// in the token; neither libp11's engine nor a provider stands in between. (Tried: once a token was taken out, the
// engine of Debian 12, libp11 0.4.12, never logs in again, also with the token back and the key loaded anew.)
//
// A token that is taken out and put back is found again at the next use. Calls into one token come one after the other.
#pragma once

#include "crypto/certificate.h"
#include "crypto/token_uri.h"

#include <memory>

namespace casebridge {

/// Gives the PIN when a token asks for it. Thread-safe.
class PinSource {
public:
    virtual ~PinSource() = default;
    virtual Result<Secret> pin() = 0;
    /// The token refused what pin() gave. SECURITY: from here on pin() fails until a person has seen to it, because a
    /// token locks after a few; where that cannot be remembered (an error), this process does not ask again.
    virtual Status refused(Error const& why) = 0;
};

// Errors of all below, also of signing and opening with such a key (kind `unavailable`):
//   `token.no_module` (the driver cannot be loaded), `token.not_there` (no such token is in), `token.ambiguous`
//   (several tokens, or several keys, are named), `token.key_not_found`, `token.wrong_pin`, `token.pin_locked`,
//   `token.final_try` (one more wrong PIN would lock it: a person has to log in first), `token.failed` (the driver's
//   code is in the detail), and what the PinSource says.

/// Errors: also `token.bad_uri` (names no key), `token.wrong_kind` (not on a suite's curve, or without public half).
Result<PrivateKey> load_token_key(TokenUri const& uri, std::shared_ptr<PinSource> pins);

enum class TokenKeyUse { signing, agreement };
struct MadeTokenKey {
    TokenUri uri;  ///< with the token's serial number and an id of the key's own
    PrivateKey key;
};
/// Makes a key that never leaves the token and can do nothing but `use`. Errors: also `token.cannot_make`.
Result<MadeTokenKey> make_token_key(TokenUri const& token, std::string const& label, TokenKeyUse use, Suite suite,
                                    std::shared_ptr<PinSource> pins);

/// The same key named by its token's serial number, too, so that another token is not taken for it.
Result<TokenUri> with_serial(TokenUri const& uri, std::shared_ptr<PinSource> const& pins);

/// Whether it is in the token, which was asked and answered.
Result<bool> is_in_token(TokenUri const& uri, std::shared_ptr<PinSource> const& pins);

/// Both halves; when it returns without an error the token has been asked and has them no more. One that is not there
/// is done already. Errors: also `token.cannot_destroy`.
Status destroy_token_key(TokenUri const& uri, std::shared_ptr<PinSource> const& pins);

/// Whether a key in a token could be used now. Any other key can.
Status require_usable(PrivateKey const& key);

// SECURITY: a token may hand out the public half of another key (two without an id, one object removed): the halves are
// compared by use, so that nothing is certified or sealed that the private half does not fit.

/// Whether the key can agree on a secret with another of its curve, as an encryption key must, and it is that of its
/// public half. Errors: also `token.cannot_derive`, `token.halves_differ`.
Status require_derives(PrivateKey const& key);
/// Whether it can sign, and its public half verifies that. Errors: also `token.cannot_sign`, `token.halves_differ`.
Status require_signs(PrivateKey const& key);

}  // namespace casebridge
