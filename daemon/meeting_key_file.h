// The file in which the keys of one pair of nodes are handed over: text, a key a line.
//
//   casebridge meeting keys 1
//   kh-mosvy th-msdhs
//   <id: 32 hex> 2026-12-01 2026-12-02 <key: 64 hex>
//   …
//
// The pair in the order of the alphabet; a day is one of UTC, the second of a line is the first on which the key is no
// longer used; lines in the order of their days, which do not overlap; every line ends with a newline.
#pragma once

#include "crypto/node_id.h"
#include "daemon/meeting_keys.h"

namespace casebridge {

inline constexpr std::size_t most_meeting_keys = 1000;
inline constexpr std::size_t meeting_key_file_bytes = 160 * 1024;

struct MeetingKeyFile {
    std::array<NodeId, 2> pair;
    std::vector<MeetingKeys::Key> keys;  ///< at least one

    /// New random keys, each for `days_each` days, from `first` on. Errors: `meeting_key.bad_count` (0, or more than
    /// most_meeting_keys, or days_each below 1 or above 366), `meeting_key.same_node`.
    static Result<MeetingKeyFile> make(NodeId const& one, NodeId const& other, Date first, std::size_t count,
                                       int days_each);
    /// Errors: `meeting_key.bad_file`; the detail names the line, never what stands in it.
    static Result<MeetingKeyFile> parse(std::string_view text);
    [[nodiscard]] Secret text() const;
    /// Six groups of four digits that name these keys, for two people to compare aloud. They are a digest, cut to 80
    /// bits: nobody finds other keys with the same digits, and from them nobody finds the keys.
    [[nodiscard]] std::string check_number() const;
    [[nodiscard]] bool is_of(NodeId const& one, NodeId const& other) const;
};

}  // namespace casebridge
