// The hash tree of RFC 6962 section 2.1 (SHA-256): leaf and node hashes, and a root that grows in O(log n).
#pragma once

#include "crypto/digest.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace casebridge {

/// SPEC RFC 6962 2.1: SHA-256(0x00 || data)
Digest leaf_hash(ByteView data);
/// SPEC RFC 6962 2.1: SHA-256(0x01 || left || right)
Digest node_hash(Digest const& left, Digest const& right);

/// The right edge of the tree: the roots of its perfect subtrees, largest first. Enough to append and to know the root.
class MerkleFrontier {
public:
    MerkleFrontier() = default;
    /// Restores a frontier. Errors: `merkle.bad_frontier` (`subtrees` is not one per set bit of `size`).
    static Result<MerkleFrontier> restore(std::uint64_t size, std::vector<Digest> subtrees);

    void append(Digest const& leaf);
    /// Is told of each perfect subtree that a leaf completes: 2^`level` leaves from leaf `position` * 2^`level` on.
    using OnSubtree = std::function<void(unsigned level, std::uint64_t position, Digest const& root)>;
    /// The same; the leaf itself, of level 0, is told first, then what it completes, smallest first.
    void append(Digest const& leaf, OnSubtree const& on_subtree);
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] std::vector<Digest> const& subtrees() const noexcept { return subtrees_; }
    /// The root of an empty tree is SHA-256 of nothing.
    [[nodiscard]] Digest root() const;

private:
    std::uint64_t size_ = 0;
    std::vector<Digest> subtrees_;
};

}  // namespace casebridge
