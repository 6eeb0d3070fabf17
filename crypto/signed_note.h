// Signed notes: C2SP signed-note v1.0.0. A text with one or more signature lines after its last empty line.
//
// SECURITY: the text means nothing until verify_note() has said who signed it.
#pragma once

#include "crypto/note_key.h"

#include <span>

namespace casebridge {

struct NoteSignature {
    std::string name;
    std::uint32_t key_id = 0;
    Bytes signature;  ///< what follows the key id
};

class SignedNote {
public:
    static constexpr std::size_t maximum_bytes = 128 * 1024;
    static constexpr std::size_t maximum_signatures = 32;

    /// Errors: `note.too_large`, `note.characters` (not UTF-8, or control characters), `note.no_signature`,
    /// `note.malformed` (no line feed at the end, no empty line before the signatures), `note.bad_signature_line`,
    /// `note.too_many_signatures`.
    static Result<SignedNote> parse(std::string_view note);

    /// With its last line feed; as it was signed.
    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    [[nodiscard]] std::vector<NoteSignature> const& signatures() const noexcept { return signatures_; }

private:
    std::string text_;
    std::vector<NoteSignature> signatures_;
};

/// As it stands in a note, with its line feed.
std::string signature_line(NoteSignature const& signature);

/// `text` and the lines its signers gave. Throws std::logic_error as NoteSigner::sign.
std::string write_note(std::string_view text, std::span<std::string const> signature_lines);

/// Who signed, and when (cosignatures, in seconds since 1970).
struct VerifiedSignature {
    NoteVerifier key;
    std::optional<std::uint64_t> seconds;
};

/// Every signature of a known key, each key once, in the order of the note; those of unknown keys are ignored.
/// Errors: `note.bad_signature` (of a known key: the whole note is refused), `note.no_known_key` (unauthentic both).
Result<std::vector<VerifiedSignature>> verify_note(SignedNote const& note, std::span<NoteVerifier const> known);

}  // namespace casebridge
