// Secret: key material that is wiped when it goes, compared in constant time, and cannot be copied or printed.
//
// The bytes come out through `reveal()` alone: a search for `reveal(` is the audit of every exposure.
#pragma once

#include "crypto/bytes.h"

#include <cstddef>
#include <iosfwd>

namespace casebridge {

class Secret {
public:
    Secret() = default;
    /// Takes over `bytes`; the caller's buffer is emptied.
    explicit Secret(Bytes&& bytes) noexcept : bytes_(std::move(bytes)) {}
    /// Copies `text` (e.g. a passphrase just read); wiping the source is the caller's duty.
    static Secret from_text(std::string_view text);
    /// `size` bytes of the operating system's generator, by OpenSSL. Throws if the generator fails.
    static Secret random(std::size_t size);

    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(Secret const&) = delete;
    Secret& operator=(Secret const&) = delete;
    ~Secret();

    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
    [[nodiscard]] ByteView reveal() const noexcept { return bytes_; }
    /// An explicit second owner, for the rare case that needs one.
    [[nodiscard]] Secret duplicate() const;

    /// Constant time for equal sizes.
    friend bool operator==(Secret const& left, Secret const& right) noexcept;
    friend std::ostream& operator<<(std::ostream&, Secret const&) = delete;

private:
    void wipe() noexcept;
    Bytes bytes_;
};

/// `size` random bytes that are no secret (salts, identifiers). Throws if the generator fails.
Bytes random_bytes(std::size_t size);

}  // namespace casebridge
