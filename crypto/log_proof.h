// Proofs as texts that carry their checkpoint, so that they can be verified offline with the log's vkey alone.
//
//   inclusion: C2SP tlog-proof               consistency: the request of C2SP tlog-witness
//     c2sp.org/tlog-proof@v1                   old <size>
//     extra <base64>       optional            <base64>            at most 63
//     index <number>
//     <base64>             at most 63          <the checkpoint, a signed note>
//
//     <the checkpoint, a signed note>
#pragma once

#include "crypto/checkpoint.h"

namespace casebridge {

/// What both have: the hashes, and the note with its signatures, neither of them verified.
struct InclusionText {
    std::optional<Bytes> extra;  ///< here: the leaf's data; it proves nothing until its hash is found in the tree
    std::uint64_t index = 0;
    std::vector<Digest> proof;
    std::string checkpoint;

    [[nodiscard]] std::string text() const;
    /// Errors: `log_proof.too_large`, `log_proof.malformed`, `log_proof.too_long` (over 63 hashes).
    static Result<InclusionText> parse(std::string_view text);
};

struct ConsistencyText {
    std::uint64_t old_size = 0;
    std::vector<Digest> proof;
    std::string checkpoint;

    [[nodiscard]] std::string text() const;
    /// Errors: as InclusionText.
    static Result<ConsistencyText> parse(std::string_view text);
};

/// What was proved: that the data is leaf `index` of the log at its checkpoint.
struct ProvenLeaf {
    SignedCheckpoint head;
    std::uint64_t index = 0;
    Bytes data;
};
/// Errors: as InclusionText::parse, open_checkpoint and verify_inclusion; `log_proof.no_data` (no leaf data in it).
Result<ProvenLeaf> verify_inclusion_text(std::string_view text, NoteVerifier const& log);

/// That the log of `old_head`, whose signature was verified before, only grew. Errors: as ConsistencyText::parse,
/// open_checkpoint and verify_consistency; `log_proof.other_head` (the proof is for another old size).
Result<SignedCheckpoint> verify_consistency_text(std::string_view text, NoteVerifier const& log,
                                                 Checkpoint const& old_head);

}  // namespace casebridge
