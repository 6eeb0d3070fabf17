// Renewal of the node's leaves, and what becomes of encryption and issuing keys that others have taken the place of.
//
// `encryption.<fingerprint>.pem/.key.pem` opens what partners sealed before they knew the new certificate;
// `issuing.<fingerprint>.*` signs revocation lists for the leaves it has issued. `tls.<fingerprint>.*` and
// `signing.<fingerprint>.*` are there only of keys in a token, which a running daemon uses until it has taken the new
// ones up. The daemon destroys all in time (key_ring.h). The last name of a key's bytes is removed only after they were
// overwritten.
#pragma once

#include "crypto/envelope.h"
#include "daemon/identity_files.h"
#include "daemon/key_source.h"
#include "policies/message.h"

namespace casebridge {

inline constexpr Role all_roles[] = {Role::tls, Role::signing, Role::encryption};

/// How long a partner that we can reach goes by a node document before it fetches another (peer_contact.h).
inline constexpr std::chrono::hours longest_document_age{24};
/// The most that `clock_skew_minutes` allows.
inline constexpr std::chrono::minutes longest_clock_skew{15};
/// From when partners are shown another encryption certificate until nothing sealed to the old one can be admitted: the
/// last message is sealed when the last partner fetches the document, it lives no longer than any message may, and two
/// clocks, theirs and ours, are off by the most that is allowed. Whoever comes even later is told
/// `envelope.unknown_recipient` and seals the same message anew, so that nothing is lost then, either.
inline constexpr std::chrono::milliseconds kept_after_retirement =
    longest_message_life + longest_document_age + 2 * longest_clock_skew;

/// The same of a TLS or signing key in a token: until what has begun with it has ended. A key in a file goes at once;
/// the daemon has it in memory.
inline constexpr std::chrono::hours kept_after_replacement{1};
/// By its name, how long a pair that was put aside is kept.
std::chrono::milliseconds kept_after(std::string_view retired_name);

/// A leaf with its new key, not yet written.
struct NewLeaf {
    Role role;
    identity_files::PlacedKey placed;
    Certificate certificate;
};
/// All are issued, and checked under the node's own root. What was made in a token is taken back if one fails.
Result<std::vector<NewLeaf>> issue_leaves(std::filesystem::path const& directory, NodeId const& node,
                                          KeyAndCertificate const& issuing, PinnedRoot const& pin, Suite suite,
                                          std::span<Role const> roles, Timestamp now, KeySource const& source = {});
Status write_leaves(std::filesystem::path const& directory, std::vector<NewLeaf> const& leaves,
                    Certificate const& issuing);

/// Issues new leaves (and keys) of these roles from the issuing authority. A running daemon takes them up by itself
/// (key_ring.h). The old encryption key is kept as encryption.<fingerprint>.*; those of a node whose daemon does not
/// run are removed once their certificates have been over for `kept_after_retirement`. A renewal that was cut off is
/// repaired by the next one. Errors: as load_identity, `identity.missing` if issuing.key.pem is offline,
/// `identity.busy` (another command is at it), `file.unwritable`, `token.*`.
Status renew_leaves(std::filesystem::path const& directory, NodeId const& node, Suite suite, Timestamp now,
                    std::span<Role const> roles = all_roles, KeySource const& source = {});

/// The leaves of whose life a third or less is left, unless a new one would hardly live longer because the issuing
/// authority itself ends. Errors: `identity.missing`, `certificate.malformed`.
Result<std::vector<Role>> roles_due(std::filesystem::path const& directory, Timestamp now);

/// Names ("encryption.<fingerprint>", "issuing.<fingerprint>" …) of the pairs that were put aside. Errors:
/// `file.unreadable`.
Result<std::vector<std::string>> retired_names(std::filesystem::path const& directory);
/// The encryption keys among them; one that cannot be read (its destruction was cut off, its token is away) is left
/// out.
struct RetiredKeys {
    std::vector<KeyAndCertificate> keys;
    int out_of_reach = 0;  ///< in a token that is away
};
Result<RetiredKeys> load_retired_encryption_keys(std::filesystem::path const& directory);
/// Puts a pair aside under its own certificate's name. A pair that does not match is the trace of a renewal that was
/// cut off: it was put aside then.
Status retire_pair(std::filesystem::path const& directory, std::string_view name);
/// Key and certificate; a key file's bytes are overwritten. Of a key in a token only what names it is removed: what
/// became of the key, end_in_token() has said. Errors: `file.unwritable`.
Status destroy_retired(std::filesystem::path const& directory, std::string_view retired_name);

}  // namespace casebridge
