// Log desk: checkpoints of the audit log under the node's log key, and proofs about it; daemon/LOG.md.
//
// Everything is read in one work of the engine, so that a proof and its checkpoint belong together. Calls block until
// the engine has answered: for worker threads. Signing is outside the engine. Nothing is written. A log that is frozen
// (AuditLog::freeze) signs nothing.
#pragma once

#include "daemon/note_keys.h"

namespace casebridge {

class LogDesk {
public:
    /// `former`: the logs that this one goes on with, by other names (own_succession.h).
    LogDesk(Engine& engine, NoteKeys const& keys, std::vector<KeyChain> former = {})
        : engine_(engine), keys_(keys), former_(std::move(former)) {}

    /// What partners verify with; empty: there is no key.
    [[nodiscard]] std::string vkey() const { return keys_.vkey(NoteKeyRole::log); }
    /// Under which keys what this log has ever signed verifies; none: there is no key.
    [[nodiscard]] std::optional<KeyChain> chain() const { return keys_.chain(NoteKeyRole::log); }
    /// A head that this log has signed, by this name or a former one. Errors: `log.no_key`, and those of
    /// open_checkpoint().
    [[nodiscard]] Result<Checkpoint> open_own(std::string const& note) const;
    /// How its keys followed each other, as text; empty: there was one only.
    [[nodiscard]] std::string rotations() const;

    /// `size`: as of so many leaves; none: now. Errors: `log.no_key`, and those of AuditLog::head_at.
    struct SignedHead {
        LogHead head;
        std::string note;
    };
    Result<SignedHead> checkpoint(std::optional<std::uint64_t> size);
    /// Errors: `log.no_key`, and those of AuditLog::prove_inclusion.
    struct LeafProof {
        LogHead head;
        std::string data;
        std::string text;  ///< InclusionText
    };
    Result<LeafProof> prove_leaf(std::uint64_t index, std::optional<std::uint64_t> size);
    /// Errors: `log.no_key`, and those of AuditLog::prove_consistency.
    struct GrowthProof {
        LogHead old_head, head;
        std::string text;  ///< ConsistencyText
    };
    Result<GrowthProof> prove_growth(std::uint64_t old_size, std::optional<std::uint64_t> size);

private:
    /// While it lives, the log's key is not rotated: what is read is signed with the key of that moment.
    class Signing;
    [[nodiscard]] Result<Signing> begin() const;
    Engine& engine_;
    NoteKeys const& keys_;
    std::vector<KeyChain> const former_;
};

}  // namespace casebridge
