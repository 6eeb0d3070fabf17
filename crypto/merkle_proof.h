// Proofs about the hash tree of RFC 6962 section 2.1: that a leaf is in it, and that a larger tree began as a smaller
// one.
//
// What verifies trusts nothing but the roots it is given. What makes proofs reads the roots of perfect subtrees, at
// most 2 log2(size) of them for each proof.
#pragma once

#include "crypto/merkle.h"

namespace casebridge {

/// The roots of perfect subtrees, wherever they are kept: those of 2^`level` leaves from leaf `position` * 2^`level`
/// on. Level 0 are the leaf hashes. It is asked for whole subtrees only.
using SubtreeReader = std::function<Result<Digest>(unsigned level, std::uint64_t position)>;

/// The root of the first `size` leaves. Errors: those of `read`.
Result<Digest> root_at(std::uint64_t size, SubtreeReader const& read);

/// SPEC RFC 6962 2.1.1: the audit path of leaf `index` in the tree of the first `size` leaves, from the leaf upwards.
/// Errors: `merkle.bad_index` (no such leaf in it), those of `read`.
Result<std::vector<Digest>> inclusion_proof(std::uint64_t index, std::uint64_t size, SubtreeReader const& read);

/// SPEC RFC 6962 2.1.2. Empty if `old_size` is 0 or `size`. Errors: `merkle.bad_sizes` (`old_size` is larger), those of
/// `read`.
Result<std::vector<Digest>> consistency_proof(std::uint64_t old_size, std::uint64_t size, SubtreeReader const& read);

/// SPEC RFC 9162 2.1.3.2. Errors: `merkle.bad_index`, `merkle.proof_length` (too short or too long for index and size),
/// `merkle.wrong_root` (unauthentic).
Status verify_inclusion(Digest const& leaf, std::uint64_t index, std::uint64_t size, std::vector<Digest> const& proof,
                        Digest const& root);

/// SPEC RFC 9162 2.1.4.2, and the two cases it leaves to the caller: a tree is consistent with itself and with the
/// empty one, whose root is SHA-256 of nothing, by an empty proof. Errors: `merkle.bad_sizes`, `merkle.proof_length`,
/// `merkle.wrong_old_root`, `merkle.wrong_root` (both unauthentic).
Status verify_consistency(std::uint64_t old_size, Digest const& old_root, std::uint64_t size, Digest const& root,
                          std::vector<Digest> const& proof);

}  // namespace casebridge
