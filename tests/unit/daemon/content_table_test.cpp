#include "daemon/content_table.h"

#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace contents {
namespace {

std::string key_of(StoreFixture const& fixture, ContentId id) {
    return fixture.raw().run("SELECT hex(key) FROM content_keys WHERE content = " + std::to_string(id));
}

/// `tail`: the end of the sealed bytes; a long content lies in pieces on several pages.
std::string tail_of(StoreFixture const& fixture, ContentId id) {
    return fixture.raw().run("SELECT hex(substr(sealed, -64)) FROM contents WHERE id = " + std::to_string(id));
}

}  // namespace
}  // namespace contents

BOOST_FIXTURE_TEST_SUITE(contents, StoreFixture)

BOOST_AUTO_TEST_CASE(what_was_put_comes_back) {
    auto const store = open();
    for (std::size_t const size : {0U, 1U, 4096U, 1'000'000U}) {
        Bytes const plaintext(size, 0x41);
        auto const id = must(store->contents().put(plaintext));
        BOOST_CHECK(must(store->contents().get(id)) == plaintext);
    }
}

BOOST_AUTO_TEST_CASE(every_content_has_a_key_of_its_own) {
    auto const store = open();
    auto const first = must(store->contents().put(as_bytes("same")));
    auto const second = must(store->contents().put(as_bytes("same")));
    BOOST_CHECK_NE(key_of(*this, first), key_of(*this, second));
    BOOST_CHECK_NE(tail_of(*this, first), tail_of(*this, second));
}

BOOST_AUTO_TEST_CASE(an_erased_content_is_gone_and_its_id_is_not_given_again) {
    auto const store = open();
    auto const id = must(store->contents().put(as_bytes("secret")));
    CHECK_ACCEPTED(store->contents().erase(id));
    CHECK_CODE(store->contents().get(id), "content.erased");
    CHECK_ACCEPTED(store->contents().erase(id));
    BOOST_CHECK_GT(must(store->contents().put(as_bytes("next"))), id);
}

BOOST_AUTO_TEST_CASE(a_content_whose_key_alone_is_gone_is_erased) {
    auto const store = open();
    auto const id = must(store->contents().put(as_bytes("secret")));
    raw().run("DELETE FROM content_keys");
    CHECK_CODE(store->contents().get(id), "content.erased");
}

BOOST_AUTO_TEST_CASE(altered_moved_or_missing_bytes_do_not_open) {
    auto const store = open();
    auto const first = must(store->contents().put(as_bytes("one")));
    auto const second = must(store->contents().put(as_bytes("two")));
    raw().run("UPDATE contents SET sealed = (SELECT sealed FROM contents WHERE id = " + std::to_string(first) +
              ") WHERE id = " + std::to_string(second) +
              "; UPDATE content_keys SET key = (SELECT key FROM content_keys WHERE content = " + std::to_string(first) +
              ") WHERE content = " + std::to_string(second));
    CHECK_CODE(store->contents().get(second), "content.corrupt");
    raw().run("UPDATE contents SET sealed = zeroblob(40) WHERE id = " + std::to_string(first));
    CHECK_CODE(store->contents().get(first), "content.corrupt");
    raw().run("DELETE FROM contents");
    CHECK_CODE(store->contents().get(first), "content.corrupt");
}

BOOST_AUTO_TEST_CASE(after_erasure_no_page_holds_the_key_or_the_bytes) {
    auto const store = open();
    std::string const plaintext = "the narrative of one person";
    auto const small = must(store->contents().put(as_bytes(plaintext)));
    auto const large = must(store->contents().put(Bytes(100'000, 0x42)));
    must(store->contents().put(as_bytes("somebody else")));

    std::vector<Bytes> traces;
    for (auto const id : {small, large}) {
        traces.push_back(must(from_hex(key_of(*this, id))));
        traces.push_back(must(from_hex(tail_of(*this, id))));
    }
    auto const before = decrypted_pages(file, key);
    for (auto const& trace : traces) BOOST_CHECK(contains(before, trace));  // the search finds what is there

    must(store->begin());
    must(store->contents().erase(small));
    must(store->contents().erase(large));
    must(store->commit());
    CHECK_ACCEPTED(store->tidy());

    auto const after = decrypted_pages(file, key);
    BOOST_CHECK_GT(after.size(), 100'000U);  // the free pages are still part of the file, and were looked at
    for (auto const& trace : traces) BOOST_CHECK(!contains(after, trace));
    BOOST_CHECK(!contains(after, as_bytes(plaintext)));
}

BOOST_AUTO_TEST_CASE(an_erasure_that_a_crash_left_in_the_log_is_gone_after_the_next_start) {
    auto store = open();
    auto const id = must(store->contents().put(as_bytes("secret")));
    auto const content_key = must(from_hex(key_of(*this, id)));
    must(store->contents().erase(id));
    // What a killed process leaves: the files as they are, and no checkpoint.
    auto const copy = directory.path() / "copy.db";
    std::filesystem::copy_file(file, copy);
    std::filesystem::copy_file(wal_of(file), wal_of(copy));
    BOOST_REQUIRE(contains(decrypted_pages(copy, key), content_key));
    auto const again = must(Store::open(copy, key, Database::Mode::open_existing));
    BOOST_CHECK(!contains(decrypted_pages(copy, key), content_key));
    CHECK_CODE(again->contents().get(id), "content.erased");
}

BOOST_AUTO_TEST_SUITE_END()
