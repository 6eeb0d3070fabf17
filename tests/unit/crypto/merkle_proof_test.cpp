#include "crypto/merkle_proof.h"

#include "tests/support/check_code.h"
#include "tests/support/tree_by_definition.h"

namespace casebridge::test {
BOOST_AUTO_TEST_SUITE(merkle_proofs)

namespace {

constexpr std::size_t largest = 256;

/// Reads from the definition, and counts. Asked for anything but a whole subtree, the test ends.
struct Source {
    TreeByDefinition& tree;
    std::size_t reads = 0;

    SubtreeReader reader() {
        return [this](unsigned level, std::uint64_t position) -> Result<Digest> {
            ++reads;
            auto const from = position << level;
            auto const to = (position + 1) << level;
            BOOST_REQUIRE_LE(to, tree.leaves().size());
            return tree.root(from, to);
        };
    }
};

Digest altered(Digest digest, std::size_t byte) {
    digest.bytes[byte] ^= 0x10;
    return digest;
}

Error const broken{ErrorKind::internal, "store.failed"};
SubtreeReader const failing = [](unsigned, std::uint64_t) -> Result<Digest> { return broken; };

std::string consistency_code(TreeByDefinition& tree, std::size_t m, std::size_t n, std::vector<Digest> const& proof) {
    return code_of(verify_consistency(m, tree.root(0, m), n, tree.root(0, n), proof));
}

std::string inclusion_code(TreeByDefinition& tree, std::size_t i, std::size_t n, std::vector<Digest> const& proof) {
    return code_of(verify_inclusion(tree.leaves()[i], i, n, proof, tree.root(0, n)));
}

bool is_wrong_root(std::string const& code) {
    return code == "merkle.wrong_old_root" || code == "merkle.wrong_root";
}

}  // namespace

BOOST_AUTO_TEST_CASE(roots_and_audit_paths_are_those_of_the_definition_for_every_leaf_of_every_size_up_to_256) {
    TreeByDefinition tree(largest);
    for (std::size_t n = 0; n <= largest; ++n) {
        Source source{tree};
        BOOST_REQUIRE(must(root_at(n, source.reader())) == tree.root(0, n));
        for (std::size_t i = 0; i < n; ++i) {
            source.reads = 0;
            auto proof = must(inclusion_proof(i, n, source.reader()));
            BOOST_REQUIRE_LE(source.reads, 16U);
            BOOST_REQUIRE(proof == tree.path(i, 0, n));
            BOOST_REQUIRE_EQUAL(inclusion_code(tree, i, n, proof), "(accepted)");
            proof.push_back(Digest{});
            BOOST_REQUIRE_EQUAL(inclusion_code(tree, i, n, proof), "merkle.proof_length");
            proof.pop_back();
            if (proof.empty()) continue;
            for (std::size_t k = 0; k < proof.size(); ++k) {
                auto other = proof;
                other[k] = altered(other[k], (i + k) % 32);
                BOOST_REQUIRE_EQUAL(inclusion_code(tree, i, n, other), "merkle.wrong_root");
            }
            proof.pop_back();
            BOOST_REQUIRE_EQUAL(inclusion_code(tree, i, n, proof), "merkle.proof_length");
        }
    }
}

BOOST_AUTO_TEST_CASE(consistency_proofs_are_those_of_the_definition_for_every_pair_of_sizes_up_to_256) {
    TreeByDefinition tree(largest);
    for (std::size_t n = 1; n <= largest; ++n) {
        for (std::size_t m = 0; m <= n; ++m) {
            Source source{tree};
            auto proof = must(consistency_proof(m, n, source.reader()));
            BOOST_REQUIRE_LE(source.reads, 17U);
            if (m > 0) BOOST_REQUIRE(proof == tree.subproof(m, 0, n));
            BOOST_REQUIRE_EQUAL(consistency_code(tree, m, n, proof), "(accepted)");
            proof.push_back(Digest{});
            BOOST_REQUIRE_EQUAL(consistency_code(tree, m, n, proof), "merkle.proof_length");
            proof.pop_back();
            for (std::size_t k = 0; k < proof.size(); ++k) {
                auto other = proof;
                other[k] = altered(other[k], (m + k) % 32);
                BOOST_REQUIRE(is_wrong_root(consistency_code(tree, m, n, other)));
                other.erase(other.begin() + static_cast<std::ptrdiff_t>(k));
                BOOST_REQUIRE_EQUAL(consistency_code(tree, m, n, other), "merkle.proof_length");
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_byte_of_every_element_counts) {
    TreeByDefinition tree(29);
    for (std::size_t other = 1; other < 29; ++other) {
        auto const path = tree.path(other, 0, 29), between = tree.subproof(other, 0, 29);
        for (std::size_t k = 0; k < std::max(path.size(), between.size()); ++k) {
            for (std::size_t byte = 0; byte < 32; ++byte) {
                auto changed = path;
                if (k < changed.size()) {
                    changed[k] = altered(changed[k], byte);
                    BOOST_REQUIRE_EQUAL(inclusion_code(tree, other, 29, changed), "merkle.wrong_root");
                }
                changed = between;
                if (k < changed.size()) {
                    changed[k] = altered(changed[k], byte);
                    BOOST_REQUIRE(is_wrong_root(consistency_code(tree, other, 29, changed)));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_proof_holds_for_its_own_leaf_index_and_size_alone) {
    TreeByDefinition tree(64);
    for (std::size_t n = 2; n <= 64; ++n) {
        for (std::size_t i = 0; i < n; ++i) {
            auto const proof = tree.path(i, 0, n);
            for (std::size_t j = 0; j < n; ++j) {
                if (j == i) continue;
                BOOST_REQUIRE(!verify_inclusion(tree.leaves()[i], j, n, proof, tree.root(0, n)));
                BOOST_REQUIRE(!verify_inclusion(tree.leaves()[j], i, n, proof, tree.root(0, n)));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_history_that_was_rewritten_is_inconsistent) {
    TreeByDefinition honest(100), forked(101);
    auto const proof = honest.subproof(60, 0, 100);
    auto const old_root = honest.root(0, 60), root = honest.root(0, 100);
    CHECK_ACCEPTED(verify_consistency(60, old_root, 100, root, proof));
    CHECK_CODE(verify_consistency(60, altered(old_root, 3), 100, root, proof), "merkle.wrong_old_root");
    CHECK_CODE(verify_consistency(60, old_root, 100, forked.root(0, 101), proof), "merkle.wrong_root");
    CHECK_CODE(verify_consistency(64, honest.root(0, 64), 100, forked.root(0, 101), honest.subproof(64, 0, 100)),
               "merkle.wrong_root");
    CHECK_CODE(verify_consistency(60, old_root, 60, altered(old_root, 0), {}), "merkle.wrong_root");
    CHECK_CODE(verify_consistency(60, old_root, 100, root, {}), "merkle.proof_length");
}

BOOST_AUTO_TEST_CASE(the_empty_tree_has_one_root_and_no_proof) {
    TreeByDefinition tree(5);
    auto const nothing = sha256({});
    CHECK_ACCEPTED(verify_consistency(0, nothing, 0, nothing, {}));
    CHECK_ACCEPTED(verify_consistency(0, nothing, 5, tree.root(0, 5), {}));
    CHECK_CODE(verify_consistency(0, Digest{}, 5, tree.root(0, 5), {}), "merkle.wrong_old_root");
    CHECK_CODE(verify_consistency(0, Digest{}, 0, Digest{}, {}), "merkle.wrong_old_root");
    CHECK_CODE(verify_consistency(0, nothing, 0, Digest{}, {}), "merkle.wrong_root");
    CHECK_CODE(verify_consistency(0, nothing, 5, tree.root(0, 5), {Digest{}}), "merkle.proof_length");
    CHECK_CODE(verify_inclusion(Digest{}, 0, 0, {}, nothing), "merkle.bad_index");
}

BOOST_AUTO_TEST_CASE(what_is_outside_the_tree_is_refused) {
    TreeByDefinition tree(7);
    Source source{tree};
    CHECK_CODE(inclusion_proof(7, 7, source.reader()), "merkle.bad_index");
    CHECK_CODE(inclusion_proof(0, 0, source.reader()), "merkle.bad_index");
    CHECK_CODE(consistency_proof(7, 6, source.reader()), "merkle.bad_sizes");
    CHECK_CODE(verify_inclusion(tree.leaves()[0], 7, 7, {}, tree.root(0, 7)), "merkle.bad_index");
    CHECK_CODE(verify_consistency(7, tree.root(0, 7), 6, tree.root(0, 6), {}), "merkle.bad_sizes");
    BOOST_CHECK_EQUAL(source.reads, 0U);
}

BOOST_AUTO_TEST_CASE(a_failure_to_read_is_handed_on) {
    CHECK_CODE(root_at(3, failing), "store.failed");
    CHECK_CODE(inclusion_proof(0, 3, failing), "store.failed");
    CHECK_CODE(inclusion_proof(2, 3, failing), "store.failed");
    CHECK_CODE(consistency_proof(2, 3, failing), "store.failed");
    CHECK_CODE(consistency_proof(3, 4, failing), "store.failed");
    // The last element of all is read alone.
    int left = 2;
    SubtreeReader const breaks_late = [&left](unsigned, std::uint64_t) -> Result<Digest> {
        if (left-- == 0) return broken;
        return Digest{};
    };
    CHECK_CODE(consistency_proof(3, 4, breaks_late), "store.failed");
}

BOOST_AUTO_TEST_CASE(proofs_of_a_tree_of_2_to_the_62_leaves_verify) {
    // All leaves equal, so that every perfect subtree is known by its level.
    std::vector<Digest> levels{leaf_hash({})};
    while (levels.size() < 63) levels.push_back(node_hash(levels.back(), levels.back()));
    SubtreeReader const read = [&](unsigned level, std::uint64_t) -> Result<Digest> { return levels.at(level); };
    auto const size = (std::uint64_t{1} << 62) + 12345;
    auto const root = must(root_at(size, read));
    for (auto const index : {std::uint64_t{0}, size / 3, size - 1}) {
        auto const proof = must(inclusion_proof(index, size, read));
        BOOST_CHECK_LE(proof.size(), 63U);
        CHECK_ACCEPTED(verify_inclusion(levels[0], index, size, proof, root));
    }
    auto const old_size = size / 7;
    CHECK_ACCEPTED(verify_consistency(old_size, must(root_at(old_size, read)), size, root,
                                      must(consistency_proof(old_size, size, read))));
}

BOOST_AUTO_TEST_CASE(a_growing_frontier_tells_every_subtree_it_completes) {
    TreeByDefinition tree(70);
    MerkleFrontier quiet, telling;
    std::size_t told = 0;
    for (std::size_t i = 0; i < 70; ++i) {
        unsigned expected = 0;
        telling.append(tree.leaves()[i], [&](unsigned level, std::uint64_t position, Digest const& root) {
            BOOST_CHECK_EQUAL(level, expected++);
            BOOST_CHECK_EQUAL((position + 1) << level, i + 1);
            BOOST_CHECK(root == tree.root(position << level, (position + 1) << level));
            ++told;
        });
        quiet.append(tree.leaves()[i]);
        BOOST_CHECK(quiet.subtrees() == telling.subtrees());
        BOOST_CHECK_EQUAL(telling.size(), i + 1);
    }
    BOOST_CHECK_EQUAL(told, 70U + 35 + 17 + 8 + 4 + 2 + 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
