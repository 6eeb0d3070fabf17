// Evidence that a log was rewritten, or its keys misused: two texts that its own keys have signed and that cannot both
// be true. Whoever has one of its vkeys can check it, with no trust in whoever shows it.
//
//   fork      the larger head follows from a tree of the smaller's size with another root (`other_root`), as the
//             consistency proof shows; of equal sizes the roots differ and the proof is empty
//   unproven  the log signed the larger head and could not prove that it grew from the smaller: an alarm, no proof
//   branch    two statements of rotation by one old key
//   retired_key  a head signed with a key that was given up at a smaller size, as the statement says (`smaller`)
//
// A statement of rotation (crypto/key_rotation.h) says what the log's head was: in a fork it can stand for one.
#pragma once

#include "crypto/key_chain.h"
#include "policies/json.h"

namespace casebridge {

enum class KeyMisuse { branch, retired_key };

struct ForkEvidence {
    std::string smaller;               ///< signed note
    std::string larger;                ///< signed note
    std::optional<Digest> other_root;  ///< none: not a fork
    std::vector<Digest> proof;
    std::optional<KeyMisuse> misuse{};
    std::string rotations{};  ///< how the keys follow each other, for those who know another of them

    [[nodiscard]] std::string_view kind() const;
    [[nodiscard]] Json to_json() const;
    /// Errors: `evidence.*` of a wrong shape, `digest.malformed`.
    static Result<ForkEvidence> parse(std::string_view text);
};

/// What was proved against the log: its two heads.
struct ProvenFork {
    Checkpoint smaller, larger;
};
/// `key`: of the log, or for a branch also of the witness. Errors: those of open_head and verify_consistency;
/// `fork.unproven` (it has no proof), `fork.consistent` (the two fit each other: nothing is proved),
/// `fork.sizes_reversed`.
Result<ProvenFork> verify_fork(ForkEvidence const& evidence, NoteVerifier const& key);

}  // namespace casebridge
