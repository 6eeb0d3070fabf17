// Addresses of tiles: C2SP tlog-tiles. A tile holds up to 256 hashes of perfect subtrees of 256^level leaves.
//
//   tile/<level>/<number>          a whole tile         tile/0/x001/234   number 1234
//   tile/<level>/<number>.p/<W>    its first W hashes   tile/0/005.p/17
#pragma once

#include "crypto/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace casebridge {

struct LogTile {
    static constexpr std::size_t width = 256;

    unsigned level = 0;  ///< at most 7
    std::uint64_t number = 0;
    std::size_t hashes = width;  ///< 1 to 256

    bool operator==(LogTile const&) const = default;
    /// `tile/…`
    [[nodiscard]] std::string path() const;
    /// None if it is no such address, written as path() writes it.
    static std::optional<LogTile> parse(std::string_view path);
};

}  // namespace casebridge
