#include "daemon/audit_log.h"

#include "tests/support/tree_by_definition.h"
#include "tests/unit/daemon/store_fixture.h"

#include <span>
#include <stdexcept>

using namespace casebridge;
using namespace casebridge::test;

namespace the_audit_log {
namespace {

Actor const officer{OfficerId("somchai"), "data_officer", "asked by the partner"};

/// SPEC RFC 6962 2.1, word for word.
Digest naive_root(std::span<Digest const> leaves) {
    if (leaves.empty()) return sha256({});
    if (leaves.size() == 1) return leaves[0];
    std::size_t split = 1;
    while (split * 2 < leaves.size()) split *= 2;
    return node_hash(naive_root(leaves.first(split)), naive_root(leaves.subspan(split)));
}

Json facts(int number) {
    auto json = Json::object();
    json.set("number", number);
    return json;
}

std::uint64_t add(Store& store, int number) {
    return must(store.log().append("release", at(number), officer, facts(number), Json::object()));
}

LogHead head_after(StoreFixture const& fixture, int leaves) {
    auto const store = fixture.open();
    for (int i = 0; i < leaves; ++i) add(*store, i);
    return store->log().head();
}

}  // namespace
}  // namespace the_audit_log

BOOST_FIXTURE_TEST_SUITE(the_audit_log, StoreFixture)

BOOST_AUTO_TEST_CASE(an_empty_log_has_the_root_of_nothing) {
    BOOST_CHECK_EQUAL(open()->log().head().text(),
                      "0 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

BOOST_AUTO_TEST_CASE(the_root_is_that_of_rfc_6962_over_the_leaves_data_at_every_size) {
    auto const store = open();
    std::vector<Digest> hashes;
    for (int i = 0; i < 70; ++i) {
        BOOST_CHECK_EQUAL(add(*store, i), static_cast<std::uint64_t>(i));
        auto const leaf = must(store->log().read(static_cast<std::uint64_t>(i), 1)).at(0);
        hashes.push_back(leaf_hash(as_bytes(leaf.data)));
        BOOST_CHECK_EQUAL(store->log().head().size, hashes.size());
        BOOST_CHECK(store->log().head().root == naive_root(hashes));
    }
}

BOOST_AUTO_TEST_CASE(a_leaf_is_written_as_log_md_says) {
    // The example of daemon/LOG.md.
    Bytes opening;
    for (std::uint8_t i = 0; i < 32; ++i) opening.push_back(i);
    auto const detail = to_bytes(R"({"case":"TH-2017-0042","reason":"asked by the partner"})");
    opening.insert(opening.end(), detail.begin(), detail.end());
    auto json = Json::object();
    json.set("peer", "kh-mosvy").set("purpose", "return_and_handover").set("fields", 12);
    auto const data =
        leaf_data("release", must(parse_rfc3339("2026-11-23T21:20:11.322Z")), officer, json, sha256(opening));
    BOOST_CHECK_EQUAL(
        data,
        R"({"v":1,"at":"2026-11-23T21:20:11.322Z","kind":"release","actor":{"officer":"somchai","role":"data_officer"},)"
        R"("facts":{"peer":"kh-mosvy","purpose":"return_and_handover","fields":12},)"
        R"("commitment":"c9c3a4403b467989976e5221cd8f63de68badc965b7150affb487e2b424e697b"})");
    BOOST_CHECK_EQUAL(leaf_hash(as_bytes(data)).hex(),
                      "3c7173da3c56856b2ce48db1939fd54652c8f40d0d6211f1c0c731a6098eea6a");
}

BOOST_AUTO_TEST_CASE(the_commitment_opens_with_salt_and_detail) {
    auto const store = open();
    auto detail = Json::object();
    detail.set("case", "TH-1");
    must(store->log().append("release", at(0), officer, facts(1), detail));
    auto const leaf = must(store->log().read(0, 10)).at(0);
    BOOST_REQUIRE(leaf.detail);
    BOOST_CHECK_EQUAL(*leaf.detail, R"({"case":"TH-1","reason":"asked by the partner"})");
    BOOST_CHECK_EQUAL(leaf.salt.size(), 32U);
    auto opening = leaf.salt;
    opening.insert(opening.end(), leaf.detail->begin(), leaf.detail->end());
    auto const data = must(parse_json(leaf.data));
    BOOST_CHECK_EQUAL(data.text_or("commitment"), sha256(opening).hex());
    BOOST_CHECK(!contains(as_bytes(leaf.data), as_bytes("TH-1")));
    BOOST_CHECK(!contains(as_bytes(leaf.data), as_bytes("asked by")));
}

BOOST_AUTO_TEST_CASE(equal_details_have_different_commitments) {
    auto const store = open();
    add(*store, 1);
    add(*store, 1);
    auto const leaves = must(store->log().read(0, 10));
    BOOST_CHECK_NE(leaves.at(0).data, leaves.at(1).data);
}

BOOST_AUTO_TEST_CASE(an_erased_detail_is_gone_while_the_tree_still_verifies) {
    auto const head = head_after(*this, 5);
    {
        auto const store = open();
        CHECK_ACCEPTED(store->log().erase_detail(2));
        CHECK_ACCEPTED(store->log().erase_detail(2));
        CHECK_CODE(store->log().erase_detail(5), "log.no_such_leaf");
    }
    auto const store = open();
    BOOST_CHECK_EQUAL(store->log().head().text(), head.text());
    auto const leaves = must(store->log().read(0, 10));
    BOOST_REQUIRE_EQUAL(leaves.size(), 5U);
    std::vector<Digest> hashes;
    for (auto const& leaf : leaves) {
        hashes.push_back(leaf_hash(as_bytes(leaf.data)));
        BOOST_CHECK_EQUAL(leaf.detail.has_value(), leaf.index != 2);
        BOOST_CHECK_EQUAL(leaf.salt.empty(), leaf.index == 2);
    }
    BOOST_CHECK(naive_root(hashes) == head.root);
}

BOOST_AUTO_TEST_CASE(the_head_is_the_same_after_a_restart) {
    auto const head = head_after(*this, 37);
    auto const store = open();
    BOOST_CHECK_EQUAL(store->log().head().text(), head.text());
    add(*store, 37);
    BOOST_CHECK_EQUAL(store->log().head().size, 38U);
}

BOOST_AUTO_TEST_CASE(leaves_are_read_in_order_and_not_beyond_the_limit) {
    head_after(*this, 5);
    auto const store = open();
    auto const leaves = must(store->log().read(1, 2));
    BOOST_REQUIRE_EQUAL(leaves.size(), 2U);
    BOOST_CHECK_EQUAL(leaves[0].index, 1U);
    BOOST_CHECK_EQUAL(leaves[1].index, 2U);
    BOOST_CHECK(must(store->log().read(5, 10)).empty());
    BOOST_CHECK(must(store->log().read(UINT64_MAX, SIZE_MAX)).empty());
}

BOOST_AUTO_TEST_CASE(a_rollback_takes_the_tree_back) {
    auto const store = open();
    add(*store, 0);
    auto const before = store->log().head().text();

    must(store->begin());
    add(*store, 1);
    must(store->rollback());
    BOOST_CHECK_EQUAL(store->log().head().text(), before);

    must(store->begin());
    must(store->savepoint());
    add(*store, 2);
    must(store->release_savepoint());
    auto const first_work = store->log().head().text();
    must(store->savepoint());
    add(*store, 3);
    add(*store, 4);
    must(store->rollback_to_savepoint());
    BOOST_CHECK_EQUAL(store->log().head().text(), first_work);
    must(store->commit());

    CHECK_ACCEPTED(store->log().reload());
    BOOST_CHECK_EQUAL(store->log().head().text(), first_work);
}

BOOST_AUTO_TEST_CASE(one_altered_byte_of_a_leaf_is_found_at_start) {
    head_after(*this, 5);
    must(
        open_database().execute("UPDATE log_leaves SET data = replace(data, 'release', 'releasf') WHERE position = 2"));
    CHECK_CODE(Store::open(file, key, Database::Mode::open_existing), "log.inconsistent");
}

BOOST_AUTO_TEST_CASE(altered_hashes_missing_leaves_and_other_heads_are_found_at_start) {
    for (auto const* sql :
         {"UPDATE log_hashes SET hash = zeroblob(32) WHERE position = 0", "DELETE FROM log_hashes WHERE position = 4",
          "DELETE FROM log_hashes WHERE position = 1", "DELETE FROM log_leaves WHERE position = 4",
          "DELETE FROM log_leaves WHERE position = 0", "DELETE FROM log_leaves; DELETE FROM log_hashes",
          "DELETE FROM log_head", "UPDATE log_head SET root = zeroblob(32)", "UPDATE log_head SET size = 4",
          "UPDATE log_head SET subtrees = zeroblob(64)", "UPDATE log_head SET subtrees = zeroblob(33)",
          "UPDATE log_head SET subtrees = zeroblob(32)", "INSERT INTO log_leaves VALUES(5, 'x', 1)",
          "INSERT INTO log_hashes VALUES(5, zeroblob(32))",
          "UPDATE log_leaves SET data = (SELECT data FROM log_leaves WHERE position = 0)"}) {
        StoreFixture const other;
        head_after(other, 5);
        must(other.open_database().execute(sql));
        BOOST_TEST_CONTEXT(sql) {
            CHECK_CODE(Store::open(other.file, other.key, Database::Mode::open_existing), "log.inconsistent");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_head_without_subtrees_gets_them_from_the_hashes) {
    auto const head = head_after(*this, 37);
    must(open_database().execute("UPDATE log_head SET subtrees = NULL"));  // as version 2 wrote it
    BOOST_CHECK_EQUAL(open()->log().head().text(), head.text());
    BOOST_CHECK_EQUAL(raw().run("SELECT length(subtrees) FROM log_head"), "96");
    must(open_database().execute("UPDATE log_head SET subtrees = NULL; DELETE FROM log_hashes WHERE position = 20"));
    CHECK_CODE(Store::open(file, key, Database::Mode::open_existing), "log.inconsistent");
}

BOOST_AUTO_TEST_CASE(the_subtrees_of_the_last_leaves_must_be_theirs) {
    head_after(*this, 3);
    // Another log's head over other leaves: right in itself, but not of these leaves.
    auto const a = leaf_hash(as_bytes("a")), b = leaf_hash(as_bytes("b"));
    must(open_database()
             .prepare("UPDATE log_head SET root = ?1, subtrees = ?2")
             .bind_blob(1, node_hash(a, b).view())
             .bind_blob(2,
                        [&] {
                            Bytes both(a.bytes.begin(), a.bytes.end());
                            both.insert(both.end(), b.bytes.begin(), b.bytes.end());
                            return both;
                        }())
             .run());
    CHECK_CODE(Store::open(file, key, Database::Mode::open_existing), "log.inconsistent");
}

BOOST_AUTO_TEST_CASE(a_check_walks_over_the_whole_log_while_it_grows) {
    auto const store = open();
    for (int i = 0; i < 100; ++i) add(*store, i);
    LogCheck check;
    BOOST_CHECK(!must(check.step(store->log(), 60)));
    add(*store, 100);
    BOOST_CHECK_EQUAL(check.checked(), 60U);
    BOOST_CHECK(!must(check.step(store->log(), 40)));
    BOOST_CHECK(must(check.step(store->log(), 40)));
    BOOST_CHECK_EQUAL(check.checked(), 101U);
}

BOOST_AUTO_TEST_CASE(proofs_of_any_leaf_and_any_older_size_verify) {
    auto const store = open();
    TreeByDefinition tree(0);
    for (int i = 0; i < 300; ++i) {
        add(*store, i);
        tree.add(leaf_hash(as_bytes(must(store->log().read(static_cast<std::uint64_t>(i), 1)).at(0).data)));
    }
    auto const& log = store->log();
    for (std::size_t size : {1, 2, 15, 16, 17, 255, 256, 257, 299, 300}) {
        BOOST_CHECK(must(log.head_at(size)).root == tree.root(0, size));
        for (std::size_t index = 0; index < size; ++index) {
            auto const proven = must(log.prove_inclusion(index, size));
            BOOST_REQUIRE(proven.proof == tree.path(index, 0, size));
            BOOST_REQUIRE(leaf_hash(as_bytes(proven.data)) == tree.leaves()[index]);
            BOOST_REQUIRE_EQUAL(proven.head.size, size);
        }
        for (std::size_t old_size = 1; old_size <= size; ++old_size) {
            auto const proven = must(log.prove_consistency(old_size, size));
            BOOST_REQUIRE(proven.proof == tree.subproof(old_size, 0, size));
            BOOST_REQUIRE(proven.old_head.root == tree.root(0, old_size));
            BOOST_REQUIRE(proven.head.root == tree.root(0, size));
        }
        BOOST_CHECK(must(log.prove_consistency(0, size)).proof.empty());
    }
    BOOST_CHECK_EQUAL(raw().run("SELECT group_concat(level || ':' || c) FROM (SELECT level, count(*) AS c FROM "
                                "log_subtrees GROUP BY level ORDER BY level)"),
                      "4:18,8:1");
}

BOOST_AUTO_TEST_CASE(sizes_and_leaves_the_log_does_not_have_are_not_proved) {
    auto const store = open();
    BOOST_CHECK_EQUAL(must(store->log().head_at(0)).text(), store->log().head().text());
    for (int i = 0; i < 3; ++i) add(*store, i);
    auto const& log = store->log();
    CHECK_CODE(log.head_at(4), "log.no_such_size");
    CHECK_CODE(log.prove_inclusion(0, 4), "log.no_such_size");
    CHECK_CODE(log.prove_inclusion(2, 2), "log.no_such_leaf");
    CHECK_CODE(log.prove_inclusion(0, 0), "log.no_such_leaf");
    CHECK_CODE(log.prove_consistency(1, 4), "log.no_such_size");
    CHECK_CODE(log.prove_consistency(3, 2), "log.sizes_reversed");
}

BOOST_AUTO_TEST_CASE(erasing_a_detail_changes_no_proof) {
    auto const store = open();
    for (int i = 0; i < 20; ++i) add(*store, i);
    auto const before = must(store->log().prove_inclusion(7, 20));
    must(store->log().erase_detail(7));
    add(*store, 20);
    auto const after = must(store->log().prove_inclusion(7, 20));
    BOOST_CHECK_EQUAL(after.data, before.data);
    BOOST_CHECK(after.proof == before.proof && after.head.root == before.head.root);
    BOOST_CHECK(!must(store->log().read(7, 1)).at(0).detail);
}

BOOST_AUTO_TEST_CASE(a_rollback_takes_the_subtrees_back) {
    auto const store = open();
    for (int i = 0; i < 15; ++i) add(*store, i);
    must(store->begin());
    add(*store, 15);
    must(store->rollback());
    must(store->begin());
    must(store->savepoint());
    add(*store, 16);
    must(store->rollback_to_savepoint());
    add(*store, 17);
    must(store->commit());
    CHECK_ACCEPTED(store->log().prove_inclusion(3, 16));
    CHECK_ACCEPTED(store->log().reload());
}

BOOST_AUTO_TEST_CASE(what_does_not_verify_is_not_handed_out) {
    for (auto const* sql :
         {"UPDATE log_hashes SET hash = zeroblob(32) WHERE position = 2000",
          "UPDATE log_leaves SET data = 'x' WHERE position = 2000", "DELETE FROM log_hashes WHERE position = 2000",
          "DELETE FROM log_leaves WHERE position = 2000",
          "UPDATE log_subtrees SET hash = zeroblob(32) WHERE level = 4 AND position = 124"}) {
        StoreFixture const other;
        {
            auto const store = other.open();
            must(store->begin());
            for (int i = 0; i < 3500; ++i) add(*store, i);
            must(store->commit());
        }
        must(other.open_database().execute(sql));
        auto const store = other.open();  // further back than a start looks
        BOOST_TEST_CONTEXT(sql) {
            CHECK_CODE(store->log().prove_inclusion(2000, 2010), "log.inconsistent");
        }
    }
}

BOOST_AUTO_TEST_CASE(subtrees_that_do_not_give_the_head_are_found_at_start) {
    for (auto const* sql : {"UPDATE log_subtrees SET hash = zeroblob(32) WHERE level = 4 AND position = 2",
                            "DELETE FROM log_subtrees WHERE level = 4 AND position = 2", "DELETE FROM log_subtrees",
                            "INSERT INTO log_subtrees VALUES(4, 3, zeroblob(32))"}) {
        StoreFixture const other;
        head_after(other, 50);
        must(other.open_database().execute(sql));
        BOOST_TEST_CONTEXT(sql) {
            CHECK_CODE(Store::open(other.file, other.key, Database::Mode::open_existing), "log.inconsistent");
        }
    }
}

BOOST_AUTO_TEST_CASE(facts_hold_only_short_plain_values) {
    auto const store = open();
    auto const append = [&](Json json) {
        static_cast<void>(store->log().append("release", at(0), officer, std::move(json), Json::object()));
    };
    auto const with = [](Json value) { return Json::object().set("fact", std::move(value)); };
    BOOST_CHECK_THROW(append(with(std::string(201, 'x'))), std::logic_error);
    BOOST_CHECK_THROW(append(with(nullptr)), std::logic_error);
    BOOST_CHECK_THROW(append(with(Json::array().push(std::string(201, 'x')))), std::logic_error);
    BOOST_CHECK_THROW(append(Json::object().set(std::string(201, 'x'), 1)), std::logic_error);
    BOOST_CHECK_THROW(append(Json::array()), std::logic_error);
    auto large = Json::array();
    for (int i = 0; i < 21; ++i) large.push(std::string(200, 'x'));
    BOOST_CHECK_THROW(append(with(large)), std::logic_error);
    BOOST_CHECK_EQUAL(store->log().head().size, 0U);
    append(with(std::string(200, 'x')));
    append(with(Json::array().push(true).push(1).push(Json::object().set("deep", "x"))));
    BOOST_CHECK_EQUAL(store->log().head().size, 2U);
}

BOOST_AUTO_TEST_SUITE_END()
