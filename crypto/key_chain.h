// Key chain: a note key and those before it, each linked to the next by a statement that both have signed.
//
// Whoever trusts one key of a chain can trust all: the older says who follows it, the newer whom it follows. Each but
// the newest is bounded: a log's old key vouches for heads of at most the size it was given up at.
// SECURITY: a thief of an old key can make another chain from it. Two statements by one old key are the proof of that
// (`rotation.branches`), whoever sees both; who has seen one takes no other.
#pragma once

#include "crypto/key_rotation.h"
#include "crypto/log_proof.h"

namespace casebridge {

class KeyChain {
public:
    struct Term {
        NoteVerifier key;
        std::optional<SignedRotation> ended_by;  ///< none: the newest
    };

    /// Of a key that took the place of no other, as far as is known.
    static KeyChain of(NoteVerifier key);
    /// Of the statements about this key of the node, in the order they are given in. Errors: `rotation.none`;
    /// `rotation.other_node`; `rotation.branches` (two about one old key), `rotation.not_a_chain`, `rotation.loop` (a
    /// key that was given up comes back), `rotation.shrinks` (the log has fewer leaves than before, or time ran back).
    static Result<KeyChain> link(NodeId const& node, NoteKeyRole role, std::span<SignedRotation const> rotations);
    /// link() if the statements lead to this key, otherwise of() it.
    static KeyChain to(NoteVerifier key, NodeId const& node, NoteKeyRole role,
                       std::span<SignedRotation const> rotations);

    [[nodiscard]] NoteVerifier const& newest() const { return terms_.back().key; }
    /// The oldest first; never empty.
    [[nodiscard]] std::vector<Term> const& terms() const noexcept { return terms_; }
    [[nodiscard]] Term const* find(NoteVerifier const& key) const;
    /// The newest of the keys that a line of this note names; nullptr: none. Nothing is verified.
    [[nodiscard]] Term const* named_in(SignedNote const& note) const;

private:
    std::vector<Term> terms_;
};

/// As with one key. Errors: also `checkpoint.retired_key` (unauthentic; signed by a key that was given up at a smaller
/// size, and by no newer one).
Result<SignedCheckpoint> open_checkpoint(std::string_view note, KeyChain const& log,
                                         std::span<NoteVerifier const> witnesses = {});
Result<ProvenLeaf> verify_inclusion_text(std::string_view text, KeyChain const& log);
Result<SignedCheckpoint> verify_consistency_text(std::string_view text, KeyChain const& log,
                                                 Checkpoint const& old_head);

/// What a note signed by the log says of it: a checkpoint, or a statement by one of its keys. Errors: as
/// open_checkpoint and open_rotation; `note.no_known_key`.
Result<Checkpoint> open_head(std::string_view note, KeyChain const& log);

}  // namespace casebridge
