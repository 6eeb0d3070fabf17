#include "crypto/merkle_proof.h"

#include <algorithm>
#include <bit>

namespace casebridge {
namespace {

/// The root of leaves [from, to). INVARIANT: `from` is a multiple of the smallest power of two that is not below
/// to - from, as it is for every part of a tree that RFC 6962 splits.
Result<Digest> range_root(std::uint64_t from, std::uint64_t to, SubtreeReader const& read) {
    std::vector<Digest> subtrees;
    while (from < to) {
        auto const level = static_cast<unsigned>(std::bit_width(to - from) - 1);
        ASSIGN_OR_RETURN(auto const root, read(level, from >> level));
        subtrees.push_back(root);
        from += std::uint64_t{1} << level;
    }
    Digest root = subtrees.back();
    for (auto i = subtrees.size() - 1; i-- > 0;) root = node_hash(subtrees[i], root);
    return root;
}

/// SPEC RFC 6962 2.1: the largest power of two below `size`, which is at least 2.
std::uint64_t split_of(std::uint64_t size) {
    return std::bit_floor(size - 1);
}

Error wrong_length() {
    return {ErrorKind::invalid, "merkle.proof_length"};
}

Status same(Digest const& computed, Digest const& expected, std::string_view code) {
    if (computed != expected) return Error{ErrorKind::unauthentic, code};
    return Done{};
}

}  // namespace

Result<Digest> root_at(std::uint64_t size, SubtreeReader const& read) {
    if (size == 0) return sha256({});
    return range_root(0, size, read);
}

Result<std::vector<Digest>> inclusion_proof(std::uint64_t index, std::uint64_t size, SubtreeReader const& read) {
    if (index >= size) return Error{ErrorKind::invalid, "merkle.bad_index"};
    std::vector<Digest> proof;
    std::uint64_t from = 0;
    std::uint64_t to = size;
    while (to - from > 1) {
        auto const middle = from + split_of(to - from);
        bool const left = index < middle;
        ASSIGN_OR_RETURN(auto const other, left ? range_root(middle, to, read) : range_root(from, middle, read));
        proof.push_back(other);
        (left ? to : from) = middle;
    }
    std::ranges::reverse(proof);  // from the leaf upwards
    return proof;
}

Result<std::vector<Digest>> consistency_proof(std::uint64_t old_size, std::uint64_t size, SubtreeReader const& read) {
    if (old_size > size) return Error{ErrorKind::invalid, "merkle.bad_sizes"};
    std::vector<Digest> proof;
    if (old_size == 0 || old_size == size) return proof;
    std::uint64_t from = 0;
    std::uint64_t to = size;
    while (to != old_size) {
        auto const middle = from + split_of(to - from);
        bool const left = old_size <= middle;
        ASSIGN_OR_RETURN(auto const other, left ? range_root(middle, to, read) : range_root(from, middle, read));
        proof.push_back(other);
        (left ? to : from) = middle;
    }
    // SPEC RFC 6962 2.1.2: the old tree itself is known to who asks; a part of it is not.
    if (from != 0) {
        ASSIGN_OR_RETURN(auto const common, range_root(from, to, read));
        proof.push_back(common);
    }
    std::ranges::reverse(proof);
    return proof;
}

Status verify_inclusion(Digest const& leaf, std::uint64_t index, std::uint64_t size, std::vector<Digest> const& proof,
                        Digest const& root) {
    if (index >= size) return Error{ErrorKind::invalid, "merkle.bad_index"};
    auto position = index;
    auto last = size - 1;
    Digest computed = leaf;
    for (auto const& element : proof) {
        if (last == 0) return wrong_length();
        if ((position & 1) != 0 || position == last) {
            computed = node_hash(element, computed);
            // SPEC RFC 9162 2.1.3.2: up to where the right edge has a sibling.
            while ((position & 1) == 0 && position != 0) {
                position >>= 1;
                last >>= 1;
            }
        } else {
            computed = node_hash(computed, element);
        }
        position >>= 1;
        last >>= 1;
    }
    if (last != 0) return wrong_length();
    return same(computed, root, "merkle.wrong_root");
}

Status verify_consistency(std::uint64_t old_size, Digest const& old_root, std::uint64_t size, Digest const& root,
                          std::vector<Digest> const& proof) {
    if (old_size > size) return Error{ErrorKind::invalid, "merkle.bad_sizes"};
    if (size == 0 || old_size == 0) RETURN_IF_ERROR(same(sha256({}), old_root, "merkle.wrong_old_root"));
    if (old_size == size || old_size == 0) {
        if (!proof.empty()) return wrong_length();
        return old_size == size ? same(old_root, root, "merkle.wrong_root") : Status(Done{});
    }
    auto position = old_size - 1;
    auto last = size - 1;
    while ((position & 1) != 0) {
        position >>= 1;
        last >>= 1;
    }
    // A perfect old tree is its own first element: it is not in the proof.
    bool const perfect = position == 0;
    if (!perfect && proof.empty()) return wrong_length();
    Digest old_computed = perfect ? old_root : proof.front();
    Digest computed = old_computed;
    for (auto element = proof.begin() + (perfect ? 0 : 1); element != proof.end(); ++element) {
        if (last == 0) return wrong_length();
        if ((position & 1) != 0 || position == last) {
            old_computed = node_hash(*element, old_computed);
            computed = node_hash(*element, computed);
            while ((position & 1) == 0 && position != 0) {
                position >>= 1;
                last >>= 1;
            }
        } else {
            computed = node_hash(computed, *element);
        }
        position >>= 1;
        last >>= 1;
    }
    if (last != 0) return wrong_length();
    RETURN_IF_ERROR(same(old_computed, old_root, "merkle.wrong_old_root"));
    return same(computed, root, "merkle.wrong_root");
}

}  // namespace casebridge
