#include "crypto/merkle.h"

#include <algorithm>
#include <bit>

namespace casebridge {

Digest leaf_hash(ByteView data) {
    Bytes prefixed(data.size() + 1);  // SPEC RFC 6962 2.1: 0x00 before a leaf, 0x01 before a node
    std::copy(data.begin(), data.end(), prefixed.begin() + 1);
    return sha256(prefixed);
}

Digest node_hash(Digest const& left, Digest const& right) {
    std::array<std::uint8_t, 65> prefixed{0x01};
    std::copy(left.bytes.begin(), left.bytes.end(), prefixed.begin() + 1);
    std::copy(right.bytes.begin(), right.bytes.end(), prefixed.begin() + 33);
    return sha256(prefixed);
}

Result<MerkleFrontier> MerkleFrontier::restore(std::uint64_t size, std::vector<Digest> subtrees) {
    if (static_cast<std::size_t>(std::popcount(size)) != subtrees.size())
        return Error{ErrorKind::invalid, "merkle.bad_frontier"};
    MerkleFrontier frontier;
    frontier.size_ = size;
    frontier.subtrees_ = std::move(subtrees);
    return frontier;
}

void MerkleFrontier::append(Digest const& leaf) {
    // INVARIANT: one subtree per set bit of size_, largest first. Adding one carries like a binary counter.
    Digest carried = leaf;
    for (std::uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
        carried = node_hash(subtrees_.back(), carried);
        subtrees_.pop_back();
    }
    subtrees_.push_back(carried);
    ++size_;
}

void MerkleFrontier::append(Digest const& leaf, OnSubtree const& on_subtree) {
    Digest carried = leaf;
    auto left = subtrees_.rbegin();
    unsigned level = 0;
    on_subtree(level, size_, carried);
    for (std::uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
        carried = node_hash(*left++, carried);
        on_subtree(++level, rest >> 1, carried);
    }
    subtrees_.resize(subtrees_.size() - level);
    subtrees_.push_back(carried);
    ++size_;
}

Digest MerkleFrontier::root() const {
    if (subtrees_.empty()) return sha256({});
    // SPEC RFC 6962 2.1: the left subtree is the largest power of two below n, so smaller ones fold in from the right.
    Digest root = subtrees_.back();
    for (auto i = subtrees_.size() - 1; i-- > 0;) root = node_hash(subtrees_[i], root);
    return root;
}

}  // namespace casebridge
