// Key rotation: the statement by which a node gives up one note key for another, signed by both (daemon/LOG.md).
//
//   casebridge key rotation v1
//   node th-msdhs
//   role log
//   old <vkey>
//   new <vkey>
//   size 20852163
//   root <base64>
//   time 2026-11-29T10:18:54.000Z
//
// A signed note. Its first line has spaces, so that it is no checkpoint's origin: no statement can be taken for a head,
// and no head for a statement.
// SECURITY: of a `log` statement the old key says that it signs no head of more than `size` leaves.
#pragma once

#include "crypto/checkpoint.h"
#include "crypto/node_id.h"
#include "crypto/time.h"

namespace casebridge {

enum class NoteKeyRole { log, witness };
std::string_view to_text(NoteKeyRole role);
NoteKeyType key_type_of(NoteKeyRole role);
/// The name of a node's key, and for `log` the origin of its log: `casebridge.internal/<node>/log`, `…/witness`.
std::string note_key_name(NodeId const& node, NoteKeyRole role);

struct KeyRotation {
    NodeId node;
    NoteKeyRole role = NoteKeyRole::log;
    NoteVerifier old_key, new_key;
    std::uint64_t size = 0;  ///< leaves of the node's log at that moment; the statement is recorded behind them
    Digest root;             ///< at that size
    Timestamp at;

    /// As it is signed.
    [[nodiscard]] std::string text() const;
    /// What it says of the node's log: a head like any other.
    [[nodiscard]] Checkpoint head() const;
    /// Errors: `rotation.malformed`; `rotation.wrong_key` (not keys of this node and role); `rotation.same_key`;
    /// `note.*` of the keys.
    static Result<KeyRotation> parse(std::string_view text);
};

/// As it is kept and shown.
struct SignedRotation {
    std::string note;
    KeyRotation rotation;
};

/// Throws std::logic_error if these are not the keys the statement names.
SignedRotation sign_rotation(KeyRotation const& rotation, NoteSigner const& old_key, NoteSigner const& new_key);
/// Errors: those of SignedNote::parse, verify_note and KeyRotation::parse; `rotation.not_signed_by_both` (unauthentic).
Result<SignedRotation> open_rotation(std::string_view note);
/// Whether this is a statement's note, judged by its first line alone.
bool is_rotation(std::string_view note);

inline constexpr std::size_t maximum_rotations = 64;  ///< of both keys of one node
inline constexpr std::size_t maximum_rotations_bytes = 64 * 1024;
/// Statements one behind the other, as files and answers hold them; empty: none.
std::string rotations_text(std::span<SignedRotation const> rotations);
/// Each is verified; how they follow each other is for KeyChain to say. Errors: `rotation.too_many`, and those of
/// open_rotation.
Result<std::vector<SignedRotation>> parse_rotations(std::string_view text);

}  // namespace casebridge
