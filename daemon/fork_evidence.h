// Evidence that a log was rewritten: two heads that the log's own key has signed and that cannot both be true. Whoever
// has the log's vkey can check it, with no trust in whoever shows it.
//
//   fork      the larger head follows from a tree of the smaller's size with another root (`other_root`), as the
//             consistency proof shows; of equal sizes the roots differ and the proof is empty
//   unproven  the log signed the larger head and could not prove that it grew from the smaller: an alarm, no proof
#pragma once

#include "crypto/checkpoint.h"
#include "policies/json.h"

namespace casebridge {

struct ForkEvidence {
    std::string smaller;               ///< signed note
    std::string larger;                ///< signed note
    std::optional<Digest> other_root;  ///< none: unproven
    std::vector<Digest> proof;

    [[nodiscard]] std::string_view kind() const { return other_root ? "fork" : "unproven"; }
    [[nodiscard]] Json to_json() const;
    /// Errors: `evidence.*` of a wrong shape, `digest.malformed`.
    static Result<ForkEvidence> parse(std::string_view text);
};

/// What was proved against the log: its two heads.
struct ProvenFork {
    Checkpoint smaller, larger;
};
/// Errors: those of open_checkpoint and verify_consistency; `fork.unproven` (it has no proof), `fork.consistent` (the
/// heads fit each other: nothing is proved), `fork.sizes_reversed`.
Result<ProvenFork> verify_fork(ForkEvidence const& evidence, NoteVerifier const& log);

}  // namespace casebridge
