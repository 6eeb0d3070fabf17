// Keys of signed notes: C2SP signed-note v1.0.0 (Ed25519, type 0x01) and tlog-cosignature (timestamped Ed25519, 0x04).
//
// A verifier key as text ("vkey") is what partners exchange out of band: `<name>+<key id, 8 hex digits>+<base64 of type
// and public key>`. Name and key id pick the key a signature line is for; the id is no fingerprint to compare.
// SECURITY: the message of a cosignature does not name the cosigner: each role has a key of its own.
#pragma once

#include "crypto/certificate.h"

#include <array>
#include <cstdint>
#include <optional>

namespace casebridge {

enum class NoteKeyType : std::uint8_t { signature = 0x01, cosignature = 0x04 };

/// SPEC signed-note: not empty, no Unicode space, no plus; well-formed UTF-8 without control characters; at most 255
/// bytes (ours).
bool is_note_name(std::string_view name);
/// SPEC signed-note: well-formed UTF-8 in which the only character below U+0020 is the line feed.
bool is_note_text(std::string_view text);

/// What may check signatures of one key.
class NoteVerifier {
public:
    static constexpr std::size_t public_key_bytes = 32;

    /// Errors: `note.bad_name`, `note.bad_public_key`.
    static Result<NoteVerifier> make(std::string name, NoteKeyType type, ByteView public_key);
    /// Errors: `note.bad_vkey` (form, or an id that is not that of name, type and key), `note.key_type` (another
    /// algorithm), `note.bad_name`.
    static Result<NoteVerifier> parse(std::string_view vkey);

    [[nodiscard]] std::string const& name() const noexcept { return name_; }
    [[nodiscard]] NoteKeyType type() const noexcept { return type_; }
    /// SPEC signed-note: SHA-256(name || 0x0A || type || public key)[:4], big endian.
    [[nodiscard]] std::uint32_t key_id() const noexcept { return key_id_; }
    [[nodiscard]] ByteView public_key() const noexcept { return public_key_; }
    /// The vkey; parse() gives the same verifier again.
    [[nodiscard]] std::string text() const;

    /// `signature`: what follows the key id in a signature line. For a cosignature the time it names, in seconds since
    /// 1970; whether that is plausible is for the caller to say. Errors: `note.bad_signature` (unauthentic).
    [[nodiscard]] Result<std::optional<std::uint64_t>> verify(std::string_view text, ByteView signature) const;

private:
    NoteVerifier() = default;
    std::string name_;
    NoteKeyType type_ = NoteKeyType::signature;
    std::uint32_t key_id_ = 0;
    std::array<std::uint8_t, public_key_bytes> public_key_{};
};

/// What signs notes under one name. The private key is PKCS #8, as the `openssl` command has it.
class NoteSigner {
public:
    /// Errors: `note.bad_name`, `note.bad_private_key` (not Ed25519).
    static Result<NoteSigner> make(std::string name, NoteKeyType type, PrivateKey key);

    [[nodiscard]] NoteVerifier const& verifier() const noexcept { return verifier_; }
    /// A signature line, with its line feed. `text` ends in a line feed; `seconds` since 1970 (below 2^63) is what a
    /// cosignature names, and not used otherwise. Throws std::logic_error if `text` is no text of a note.
    [[nodiscard]] std::string sign(std::string_view text, std::uint64_t seconds = 0) const;

private:
    NoteSigner(NoteVerifier verifier, PrivateKey key) : verifier_(std::move(verifier)), key_(std::move(key)) {}
    NoteVerifier verifier_;
    PrivateKey key_;
};

}  // namespace casebridge
