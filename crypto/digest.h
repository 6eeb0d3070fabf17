// SHA-256 digests as a type.
#pragma once

#include "crypto/bytes.h"

#include <array>
#include <compare>
#include <memory>

namespace casebridge {

struct Digest {
    std::array<std::uint8_t, 32> bytes{};

    auto operator<=>(Digest const&) const = default;
    [[nodiscard]] ByteView view() const noexcept { return bytes; }
    [[nodiscard]] std::string hex() const { return to_hex(bytes); }
    /// 64 lower-case hexadecimal characters. Errors: `encoding.bad_digest`.
    static Result<Digest> from_hex(std::string_view text);
    /// Exactly 32 bytes. Errors: `encoding.bad_digest`.
    static Result<Digest> from_bytes(ByteView bytes);
};

/// FIPS 180-4 SHA-256. Throws only if OpenSSL itself is broken.
Digest sha256(ByteView data);

/// The same over data that comes in pieces.
class DigestBuilder {
public:
    DigestBuilder();
    DigestBuilder(DigestBuilder&&) noexcept;
    DigestBuilder& operator=(DigestBuilder&&) noexcept;
    ~DigestBuilder();

    void add(ByteView data);
    /// Once, at the end.
    Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace casebridge
