#include "crypto/merkle.h"

#include "tests/support/check_code.h"

#include <fstream>
#include <sstream>

namespace casebridge::test {
BOOST_AUTO_TEST_SUITE(merkle)

namespace {

/// SPEC RFC 6962 2.1, straight from the definition: splits at the largest power of two below n.
Digest naive_root(std::vector<Digest> const& leaves, std::size_t from, std::size_t count) {
    if (count == 0) return sha256({});
    if (count == 1) return leaves[from];
    std::size_t split = 1;
    while (split * 2 < count) split *= 2;
    return node_hash(naive_root(leaves, from, split), naive_root(leaves, from + split, count - split));
}

}  // namespace

BOOST_AUTO_TEST_CASE(published_roots_of_zero_to_eight_leaves_are_met) {
    std::ifstream file(CASEBRIDGE_SOURCE_DIR "/tests/vectors/crypto/rfc6962-roots.txt");
    BOOST_REQUIRE(file);
    MerkleFrontier frontier;
    int roots = 0;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string kind;
        std::string value;
        words >> kind >> value;
        if (kind == "leaf") frontier.append(leaf_hash(must(from_hex(value))));
        if (kind != "root") continue;
        BOOST_CHECK_EQUAL(frontier.root().hex(), value);
        ++roots;
    }
    BOOST_CHECK_EQUAL(roots, 9);
}

BOOST_AUTO_TEST_CASE(the_growing_root_equals_the_definition_for_every_size_up_to_256) {
    MerkleFrontier frontier;
    std::vector<Digest> leaves;
    for (int size = 0; size <= 256; ++size) {
        BOOST_CHECK(frontier.root() == naive_root(leaves, 0, leaves.size()));
        BOOST_CHECK_EQUAL(frontier.size(), leaves.size());
        auto const leaf = leaf_hash(as_bytes("leaf " + std::to_string(size)));
        leaves.push_back(leaf);
        frontier.append(leaf);
    }
}

BOOST_AUTO_TEST_CASE(a_restored_frontier_goes_on_like_the_original) {
    MerkleFrontier original;
    for (int i = 0; i < 13; ++i) original.append(leaf_hash(as_bytes(std::to_string(i))));
    auto restored = must(MerkleFrontier::restore(original.size(), original.subtrees()));
    BOOST_CHECK(restored.root() == original.root());
    original.append(leaf_hash(as_bytes("next")));
    restored.append(leaf_hash(as_bytes("next")));
    BOOST_CHECK(restored.root() == original.root());
}

BOOST_AUTO_TEST_CASE(a_frontier_that_does_not_fit_its_size_is_refused) {
    CHECK_CODE(MerkleFrontier::restore(13, {Digest{}, Digest{}}), "merkle.bad_frontier");
    CHECK_CODE(MerkleFrontier::restore(0, {Digest{}}), "merkle.bad_frontier");
    CHECK_ACCEPTED(MerkleFrontier::restore(0, {}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
