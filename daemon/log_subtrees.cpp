#include "daemon/log_subtrees.h"

#include "crypto/merkle.h"
#include "daemon/stored.h"

namespace casebridge {
namespace {

Error inconsistent(std::string detail) {
    return {ErrorKind::internal, "log.inconsistent", std::move(detail)};
}

std::string named(unsigned level, std::uint64_t position) {
    return "subtree " + std::to_string(position) + " of level " + std::to_string(level);
}

}  // namespace

Result<Digest> LogSubtrees::read(unsigned level, std::uint64_t position) const {
    unsigned const above = level % step;
    ASSIGN_OR_RETURN(auto const hashes, read_row(level - above, position << above, std::size_t{1} << above));
    MerkleFrontier subtree;
    for (auto const& hash : hashes) subtree.append(hash);
    return subtree.root();
}

Result<std::vector<Digest>> LogSubtrees::read_row(unsigned level, std::uint64_t first, std::size_t count) const {
    auto rows = database_->prepare(
        level == 0 ? "SELECT position, hash FROM log_hashes WHERE position >= ?2 AND ?1 = 0 ORDER BY position LIMIT ?3"
                   : "SELECT position, hash FROM log_subtrees WHERE level = ?1 AND position >= ?2 ORDER BY position "
                     "LIMIT ?3");
    rows.bind(1, std::int64_t{level}).bind(2, stored::integer(first)).bind(3, stored::integer(count));
    std::vector<Digest> hashes;
    while (hashes.size() < count) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found || stored::count(rows, 0) != first + hashes.size())
            return inconsistent(named(level, first + hashes.size()) + " is missing");
        ASSIGN_OR_RETURN(auto const hash, stored::digest(rows, 1));
        hashes.push_back(hash);
    }
    return hashes;
}

Status LogSubtrees::write(unsigned level, std::uint64_t position, Digest const& root) {
    return database_->prepare("INSERT INTO log_subtrees(level, position, hash) VALUES(?1, ?2, ?3)")
        .bind(1, std::int64_t{level})
        .bind(2, stored::integer(position))
        .bind_blob(3, root.view())
        .run();
}

Status LogSubtrees::truncate(std::uint64_t leaves) {
    constexpr unsigned levels = 63;
    for (unsigned level = step; level < levels; level += step)
        RETURN_IF_ERROR(database_->prepare("DELETE FROM log_subtrees WHERE level = ?1 AND position >= ?2")
                            .bind(1, std::int64_t{level})
                            .bind(2, stored::integer(leaves >> level))
                            .run());
    return Done{};
}

Status LogSubtrees::check_end(std::uint64_t leaves) const {
    auto row = database_->prepare("SELECT max(position) FROM log_subtrees WHERE level = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, std::int64_t{step}).step());
    auto const kept = !found || row.is_null(0) ? 0 : row.integer(0) + 1;
    if (kept != stored::integer(leaves >> step)) return inconsistent("subtrees are missing or left over");
    return Done{};
}

Status LogSubtrees::fill(Database& database) {
    LogSubtrees subtrees(database);
    MerkleFrontier walked;
    auto rows = database.prepare("SELECT position, hash FROM log_hashes ORDER BY position");
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return Done{};
        if (stored::count(rows, 0) != walked.size())
            return inconsistent("the hash of leaf " + std::to_string(walked.size()) + " is missing");
        ASSIGN_OR_RETURN(auto const hash, stored::digest(rows, 1));
        Status written = Done{};
        walked.append(hash, [&](unsigned level, std::uint64_t position, Digest const& root) {
            if (keeps(level) && written) written = subtrees.write(level, position, root);
        });
        RETURN_IF_ERROR(written);
    }
}

}  // namespace casebridge
