// Log desk: checkpoints of the audit log under the node's log key, and proofs about it; daemon/LOG.md.
//
// Everything is read in one work of the engine, so that a proof and its checkpoint belong together. Calls block until
// the engine has answered: for worker threads. Signing is outside the engine. Nothing is written. A log that is frozen
// (AuditLog::freeze) signs nothing.
#pragma once

#include "crypto/log_proof.h"
#include "daemon/engine.h"

namespace casebridge {

class LogDesk {
public:
    /// `key`: none in an identity directory of an older casebridge.
    LogDesk(Engine& engine, std::optional<NoteSigner> key);

    /// What partners verify with; empty: there is no key.
    [[nodiscard]] std::string vkey() const;

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
    [[nodiscard]] Status require_key() const;
    [[nodiscard]] std::string sign(LogHead const& head) const;
    Engine& engine_;
    std::optional<NoteSigner> const key_;
};

}  // namespace casebridge
