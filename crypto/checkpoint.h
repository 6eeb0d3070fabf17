// Checkpoints: C2SP tlog-checkpoint v1.0.0. What a log says about itself: its name, how many leaves, which root.
//
//   <origin>\n<size>\n<base64 of the root>\n
//
// Extension lines are refused: nobody can audit what they say.
#pragma once

#include "crypto/digest.h"
#include "crypto/signed_note.h"

namespace casebridge {

struct Checkpoint {
    std::string origin;      ///< a name as of note keys
    std::uint64_t size = 0;  ///< below 2^63
    Digest root;             ///< RFC 6962 2.1; of no leaves: SHA-256 of nothing

    bool operator==(Checkpoint const&) const = default;
    /// As it is signed.
    [[nodiscard]] std::string text() const;
    /// Errors: `checkpoint.lines` (not three whole lines), `checkpoint.bad_origin`, `checkpoint.bad_size`,
    /// `checkpoint.bad_root`.
    static Result<Checkpoint> parse(std::string_view text);
};

/// Decimal, no sign, no leading zeros, below 2^63; what sizes and indexes are written in. None if it is anything else.
std::optional<std::uint64_t> parse_log_number(std::string_view text);

/// A checkpoint with who vouches for it: the log first.
struct SignedCheckpoint {
    Checkpoint checkpoint;
    std::vector<VerifiedSignature> cosignatures;  ///< of the known witnesses
};

/// A signed note by `log`. Throws std::logic_error if the checkpoint has another origin than the key's name.
std::string sign_checkpoint(Checkpoint const& checkpoint, NoteSigner const& log);
/// Errors: those of SignedNote::parse, verify_note and Checkpoint::parse; `checkpoint.not_signed_by_log` (witnesses
/// alone), `checkpoint.wrong_origin` (unauthentic both).
Result<SignedCheckpoint> open_checkpoint(std::string_view note, NoteVerifier const& log,
                                         std::span<NoteVerifier const> witnesses = {});

}  // namespace casebridge
