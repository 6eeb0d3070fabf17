// The node's own revocation lists, identity/crl.pem: issued by `casebridge identity crl` and `identity revoke`, which
// need the issuing authority's key; the daemon only shows the file to partners.
//
// The file is the whole memory of what was revoked: each new list takes over the entries of the one before.
#pragma once

#include "crypto/authority.h"
#include "daemon/revocation_bundle.h"

#include <filesystem>

namespace casebridge {

/// How long a list is current. Whoever stole a TLS key can hold back a newer one for so long, so it is short; it must
/// be issued anew within it, or partners stop sending and taking.
inline constexpr std::chrono::hours default_list_lifetime{24}, longest_list_lifetime{24 * 7};

/// Lists and authorities as partners get them. Errors: `crl.none` (not_found: never issued), `crl.malformed`,
/// `identity.missing`, `file.*`.
Result<RevocationBundle> own_revocations(std::filesystem::path const& directory);

/// Issues the issuing authority's list anew, with `added` on it. Errors: `identity.*`, `crl.malformed`,
/// `crl.bad_signature` (crl.pem is not what this authority has signed), `crl.busy` (another command is at it),
/// `file.*`.
Result<RevocationList> issue_own_list(std::filesystem::path const& directory,
                                      std::map<std::string, RevokedEntry> const& added, Timestamp now,
                                      std::chrono::hours lifetime);

/// The same for an authority whose files may not be in their place yet; lists of former authorities are issued anew as
/// well, and those of whom nothing is left here are dropped. The caller holds the lock on root.pem.
Result<RevocationList> issue_lists(std::filesystem::path const& directory, KeyAndCertificate const& issuing,
                                   std::map<std::string, RevokedEntry> const& added, Timestamp now,
                                   std::chrono::hours lifetime);

/// Takes in what the offline root has revoked (`identity revoke-authority`): partners are shown it from then on.
/// Errors: `crl.not_of_this_authority`, `crl.bad_signature`, `crl.number_went_back`, `crl.busy`, `file.*`.
Status install_root_list(std::filesystem::path const& directory, RevocationList const& list);

/// The serial number of what a person names: a role (its certificate now), a certificate's PEM file, or hexadecimal
/// digits. Errors: `crl.unknown_certificate` (also one of another authority), `identity.*`, `certificate.malformed`.
Result<std::string> serial_named(std::filesystem::path const& directory, std::string const& what);

/// Which of these roles' certificates in the directory stand on its lists. Errors: as `own_revocations`.
Result<std::vector<Role>> revoked_roles(std::filesystem::path const& directory);

}  // namespace casebridge
