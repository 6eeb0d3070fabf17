// TokenUri: names a PKCS #11 token (a smart card, an HSM, SoftHSM) and perhaps a key in it, and where driver and PIN
// are.
//
//   pkcs11:token=casebridge;object=tls?module-path=/usr/lib/…/libsofthsm2.so&pin-source=/etc/casebridge/pin
//
// SPEC RFC 7512.
#pragma once

#include "crypto/bytes.h"

namespace casebridge {

struct TokenUri {
    std::string token, serial, model, manufacturer;  ///< empty: any
    std::string object;                              ///< the key's label; empty: any
    Bytes id;                                        ///< the key's CKA_ID; empty: any
    std::string module_path;                         ///< of the driver, absolute
    std::string pin_source;                          ///< file with the PIN, absolute; empty: not named
    /// `x-made-by=casebridge`: made by this program for this node alone, which may therefore renew and destroy it.
    bool made_here = false;

    /// Of a token; whether it names a key, names_key() tells. Errors: `token.bad_uri` (also without token or serial, or
    /// without `module-path`), `token.pin_in_uri` (whoever sees the file or a list of processes would have the PIN).
    static Result<TokenUri> parse(std::string_view text);
    [[nodiscard]] bool names_key() const { return !object.empty() || !id.empty(); }

    [[nodiscard]] std::string text() const;
    /// What it names, without driver and PIN: for people.
    [[nodiscard]] std::string name() const;
    /// The same token, and no key in it.
    [[nodiscard]] TokenUri token_alone() const;
    friend bool operator==(TokenUri const&, TokenUri const&) = default;
};

}  // namespace casebridge
