// The hash tree of RFC 6962 word for word, over a list of leaf hashes: slow, and independent of what is tested.
#pragma once

#include "crypto/merkle.h"

#include <map>
#include <utility>

namespace casebridge::test {

class TreeByDefinition {
public:
    explicit TreeByDefinition(std::size_t leaves) {
        for (std::size_t i = 0; i < leaves; ++i) leaves_.push_back(leaf_hash(as_bytes("leaf " + std::to_string(i))));
    }

    void add(Digest const& leaf) { leaves_.push_back(leaf); }
    [[nodiscard]] std::vector<Digest> const& leaves() const { return leaves_; }

    /// SPEC RFC 6962 2.1: MTH(D[from:to])
    Digest root(std::size_t from, std::size_t to) {
        if (from == to) return sha256({});
        if (to - from == 1) return leaves_[from];
        auto const known = roots_.find({from, to});
        if (known != roots_.end()) return known->second;
        auto const k = from + split(to - from);
        auto const made = node_hash(root(from, k), root(k, to));
        roots_.emplace(std::pair(from, to), made);
        return made;
    }

    /// SPEC RFC 6962 2.1.1: PATH(m, D[from:to])
    std::vector<Digest> path(std::size_t m, std::size_t from, std::size_t to) {
        if (to - from == 1) return {};
        auto const k = split(to - from);
        bool const left = m < k;
        auto made = left ? path(m, from, from + k) : path(m - k, from + k, to);
        made.push_back(left ? root(from + k, to) : root(from, from + k));
        return made;
    }

    /// SPEC RFC 6962 2.1.2: SUBPROOF(m, D[from:to], whole)
    std::vector<Digest> subproof(std::size_t m, std::size_t from, std::size_t to, bool whole = true) {
        if (m == to - from) return whole ? std::vector<Digest>{} : std::vector<Digest>{root(from, to)};
        auto const k = split(to - from);
        bool const left = m <= k;
        auto made = left ? subproof(m, from, from + k, whole) : subproof(m - k, from + k, to, false);
        made.push_back(left ? root(from + k, to) : root(from, from + k));
        return made;
    }

private:
    /// The largest power of two below n.
    static std::size_t split(std::size_t n) {
        std::size_t k = 1;
        while (k * 2 < n) k *= 2;
        return k;
    }
    std::vector<Digest> leaves_;
    std::map<std::pair<std::size_t, std::size_t>, Digest> roots_;
};

}  // namespace casebridge::test
