// Log subtrees: the roots of the audit log's perfect subtrees as the store keeps them.
//
// Leaf hashes are in `log_hashes`; of the levels above, every fourth is in `log_subtrees`, and what lies between is
// hashed from at most eight rows below. So a leaf costs a fifteenth of a row more, whatever the log's length, and a
// proof reads a few rows for each of its hashes.
#pragma once

#include "crypto/digest.h"
#include "daemon/database.h"

namespace casebridge {

class LogSubtrees {
public:
    explicit LogSubtrees(Database& database) : database_(&database) {}

    static constexpr bool keeps(unsigned level) noexcept { return level > 0 && level % step == 0; }
    /// The root of 2^`level` leaves from leaf `position` * 2^`level` on. Errors: `log.inconsistent` (not all there).
    [[nodiscard]] Result<Digest> read(unsigned level, std::uint64_t position) const;
    /// Several of one kept level (or of 0, the leaves), one after the other. Errors: `log.inconsistent`.
    [[nodiscard]] Result<std::vector<Digest>> read_row(unsigned level, std::uint64_t first, std::size_t count) const;
    /// Only for levels that are kept; in the transaction of the leaf that completes the subtree.
    Status write(unsigned level, std::uint64_t position, Digest const& root);
    /// Those that hold a leaf from `leaves` on are dropped.
    Status truncate(std::uint64_t leaves);
    /// Whether there are as many as `leaves` leaves complete. Looks at the lowest kept level alone. Errors:
    /// `log.inconsistent`.
    [[nodiscard]] Status check_end(std::uint64_t leaves) const;

    /// For the migration: all of them, from the leaf hashes, in one walk that holds one hash a level. Errors:
    /// `log.inconsistent` (a leaf hash is missing).
    static Status fill(Database& database);

private:
    static constexpr unsigned step = 4;
    Database* database_;
};

}  // namespace casebridge
