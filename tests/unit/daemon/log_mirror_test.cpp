#include "daemon/log_mirror.h"

#include "daemon/log_tile.h"
#include "tests/support/tree_by_definition.h"
#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace log_mirrors {
namespace {

struct MirrorFixture : StoreFixture {
    std::unique_ptr<Store> store = open();
    LogMirror& mirror = store->mirror();
    NodeId const log = node("kh-mosvy");

    void append(TreeByDefinition const& tree, std::size_t from, std::size_t to) {
        auto const begin = tree.leaves().begin();
        must(mirror.append(log, {begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to)}));
    }
};

}  // namespace
}  // namespace log_mirrors

BOOST_FIXTURE_TEST_SUITE(log_mirrors, MirrorFixture)

BOOST_AUTO_TEST_CASE(a_mirror_knows_the_root_of_every_size_it_passed) {
    constexpr std::size_t all = 1100;  // several tiles of leaves, and one above them
    TreeByDefinition tree(all);
    std::size_t size = 0;
    for (std::size_t step = 1; size < all; step = step * 2 + 1) {
        auto const next = std::min(all, size + step);
        append(tree, size, next);
        size = next;
        BOOST_CHECK_EQUAL(must(mirror.size(log)), size);
        BOOST_CHECK(must(mirror.verify(log, size, tree.root(0, size))));
    }
    for (std::size_t each = 0; each <= all; ++each)
        BOOST_CHECK_MESSAGE(must(mirror.root_at(log, each)) == tree.root(0, each), each);
    auto const proof = must(consistency_proof(300, all, mirror.reader(log)));
    CHECK_ACCEPTED(verify_consistency(300, tree.root(0, 300), all, tree.root(0, all), proof));
    auto const leaves = must(mirror.leaves(log, 250, 520));
    BOOST_REQUIRE_EQUAL(leaves.size(), 520U);
    for (std::size_t i = 0; i < leaves.size(); ++i) BOOST_CHECK(leaves[i] == tree.leaves()[250 + i]);
    BOOST_CHECK_EQUAL(must(mirror.leaves(log, all - 3, 100)).size(), 3U);
}

BOOST_AUTO_TEST_CASE(two_levels_of_tiles_stand_above_sixty_five_thousand_leaves) {
    constexpr std::size_t all = 66'000;
    TreeByDefinition tree(all);
    append(tree, 0, 65'535);
    append(tree, 65'535, all);
    BOOST_CHECK(must(mirror.verify(log, all, tree.root(0, all))));
    for (std::size_t const size : {255U, 256U, 257U, 65'535U, 65'536U, 65'537U, 66'000U})
        BOOST_CHECK_MESSAGE(must(mirror.root_at(log, size)) == tree.root(0, size), size);
}

BOOST_AUTO_TEST_CASE(what_gives_another_root_than_the_signed_one_is_dropped_again) {
    TreeByDefinition tree(600);
    for (std::size_t const kept : {0U, 1U, 255U, 256U, 300U, 512U}) {
        must(store->witness().forget(log));
        append(tree, 0, kept);
        if (kept > 0) BOOST_CHECK(must(mirror.verify(log, kept, tree.root(0, kept))));
        append(tree, kept, 600);
        BOOST_CHECK(!must(mirror.verify(log, 600, digest("another root"))));
        BOOST_CHECK_EQUAL(must(mirror.size(log)), kept);
        BOOST_CHECK(must(mirror.root_at(log, kept)) == tree.root(0, kept));
        BOOST_CHECK_EQUAL(must(mirror.leaves(log, 0, 1000)).size(), kept);
        append(tree, kept, 600);
        BOOST_CHECK(must(mirror.verify(log, 600, tree.root(0, 600))));
    }
}

BOOST_AUTO_TEST_CASE(what_was_told_beyond_the_signed_head_stays_and_does_not_count_yet) {
    TreeByDefinition tree(600);
    append(tree, 0, 600);
    BOOST_CHECK(must(mirror.verify(log, 300, tree.root(0, 300))));
    BOOST_CHECK_EQUAL(must(mirror.size(log)), 600U);
    BOOST_CHECK_EQUAL(must(mirror.verified(log)), 300U);
    BOOST_CHECK_EQUAL(must(mirror.leaves(log, 0, 1000)).size(), 300U);
    BOOST_CHECK(must(mirror.verify(log, 200, tree.root(0, 200))));
    BOOST_CHECK_EQUAL(must(mirror.verified(log)), 300U);
}

BOOST_AUTO_TEST_CASE(the_mirrors_of_two_logs_are_apart) {
    TreeByDefinition tree(10);
    append(tree, 0, 10);
    BOOST_CHECK_EQUAL(must(mirror.size(node("la-mlsw"))), 0U);
    BOOST_CHECK_EQUAL(must(mirror.verified(node("la-mlsw"))), 0U);
    CHECK_CODE(mirror.root_at(node("la-mlsw"), 1), "store.failed");
}

BOOST_AUTO_TEST_CASE(addresses_of_tiles_are_written_as_the_specification_has_them) {
    for (auto const& [tile, path] :
         {std::pair(LogTile{0, 0, 256}, "tile/0/000"), std::pair(LogTile{0, 1234067, 256}, "tile/0/x001/x234/067"),
          std::pair(LogTile{2, 5, 17}, "tile/2/005.p/17"), std::pair(LogTile{7, 1000, 1}, "tile/7/x001/000.p/1")}) {
        BOOST_CHECK_EQUAL(tile.path(), path);
        BOOST_CHECK(LogTile::parse(path) == tile);
    }
    for (auto const* bad :
         {"tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/8/000", "tile/00/000", "tile/0/x000/001",
          "tile/0/001/234", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/0x0",
          "tile/-1/000", "tile/0/x999/x999/x999/x999/x999/x999/999", "other/0/000"})
        BOOST_CHECK_MESSAGE(!LogTile::parse(bad), bad);
}

BOOST_AUTO_TEST_CASE(our_own_log_serves_its_tiles_at_every_level) {
    must(store->begin());
    for (int i = 0; i < 600; ++i)
        must(store->log().append("release", at(i), Actor{OfficerId("somchai"), "data_officer", "asked"},
                                 Json::object().set("number", i), Json::object()));
    must(store->commit());
    auto const leaves = must(store->log().tile(0, 0, 256));
    MerkleFrontier first;
    for (auto const& leaf : leaves) first.append(leaf);
    BOOST_CHECK(must(store->log().tile(1, 0, 2)).front() == first.root());
    BOOST_CHECK_EQUAL(must(store->log().tile(0, 512, 88)).size(), 88U);
    CHECK_CODE(store->log().tile(0, 512, 89), "log.no_such_size");
    CHECK_CODE(store->log().tile(1, 0, 3), "log.no_such_size");
    CHECK_CODE(store->log().tile(8, 0, 1), "log.no_such_size");
    CHECK_CODE(store->log().tile(0, UINT64_MAX, 1), "log.no_such_size");
}

BOOST_AUTO_TEST_SUITE_END()
