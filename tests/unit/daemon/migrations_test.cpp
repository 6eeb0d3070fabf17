#include "daemon/migrations.h"

#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace migrations_of_the_store {
namespace {

/// A file as the casebridge of `version` left it when it was new.
void make_older(Database& database, int version) {
    for (auto const& migration : migrations()) {
        if (migration.version > version) break;
        must(database.execute(migration.sql));
    }
    must(database.prepare("INSERT INTO schema_version(version) VALUES(?1)").bind(1, version).run());
}

/// What came after version 15 is dropped.
constexpr std::string_view back_to_version_15 =
    "DROP TABLE log_subtrees; "
    "DROP TABLE peer_keys; DROP TABLE witnessed_heads; DROP TABLE shown_heads; DROP TABLE cosignatures; "
    "DROP TABLE mirror_tiles; DROP TABLE mirrors; DROP TABLE log_evidence; DROP TABLE log_lost; "
    "DROP TABLE peer_revocations; DROP TABLE log_messages; DROP TABLE kept_signatures; "
    "DROP TABLE retired_keys; "
    "DROP TABLE meeting_keys; DROP TABLE meeting_key_required; DROP TABLE peer_rotations; DROP TABLE former_roots; "
    "DROP TABLE successions; DROP TABLE former_names; "
    "UPDATE schema_version SET version = 15";

void queue(Database& database, std::string_view stream, std::int64_t sequence, std::string_view state) {
    must(database
             .prepare("INSERT INTO outbox(message, node, office, stream, sequence, purpose, subject, inner_digest, "
                      "sealed, signed, request, state, attempts, possibly_delivered, created_at, next_at, expires_at, "
                      "last_code, receipt) VALUES(?1 || ?2, 'kh-mosvy', 'x', ?1, ?2, 'x', 'x', zeroblob(32), 1, 2, 3, "
                      "?3, 0, 0, 1, 1, 9, '', x'')")
             .bind(1, stream)
             .bind(2, sequence)
             .bind(3, state)
             .run());
}

}  // namespace
}  // namespace migrations_of_the_store

BOOST_FIXTURE_TEST_SUITE(migrations_of_the_store, StoreFixture)

BOOST_AUTO_TEST_CASE(versions_count_from_one_without_gaps) {
    int expected = 1;
    for (auto const& migration : migrations()) BOOST_CHECK_EQUAL(migration.version, expected++);
}

BOOST_AUTO_TEST_CASE(a_new_file_gets_the_newest_schema) {
    auto database = open_database();
    BOOST_CHECK_EQUAL(must(schema_version_of(database)), 0);
    CHECK_ACCEPTED(migrate(database));
    BOOST_CHECK_EQUAL(must(schema_version_of(database)), migrations().back().version);
    CHECK_ACCEPTED(migrate(database));
    BOOST_CHECK_EQUAL(must(schema_version_of(database)), migrations().back().version);
}

BOOST_AUTO_TEST_CASE(what_was_written_is_there_when_the_store_is_opened_again) {
    must(open()->put_setting("kept", "value"));
    BOOST_CHECK_EQUAL(must(open()->setting("kept")).value_or(""), "value");
    BOOST_CHECK(!must(open()->setting("never written")));
}

BOOST_AUTO_TEST_CASE(a_store_of_a_newer_casebridge_is_refused_and_left_alone) {
    open();
    must(open_database().execute("UPDATE schema_version SET version = 1000"));
    auto const before = file_bytes(file);
    CHECK_CODE(Store::open(file, key, Database::Mode::open_existing), "store.newer_schema");
    BOOST_CHECK(file_bytes(file) == before);
}

BOOST_AUTO_TEST_CASE(a_schema_without_its_version_is_refused) {
    open();
    must(open_database().execute("DELETE FROM schema_version"));
    CHECK_CODE(Store::open(file, key, Database::Mode::open_existing), "store.failed");
}

BOOST_AUTO_TEST_CASE(of_an_older_queue_the_first_of_each_stream_goes_first) {
    {
        auto database = open_database();
        make_older(database, 2);
        queue(database, "a", 1, "delivered");
        queue(database, "a", 2, "queued");
        queue(database, "a", 3, "queued");
        queue(database, "b", 1, "expired");
        queue(database, "c", 1, "queued");
        CHECK_ACCEPTED(migrate(database));
    }
    BOOST_CHECK_EQUAL(
        raw().run("SELECT group_concat(message) FROM (SELECT message FROM outbox WHERE first ORDER BY 1)"), "a2,c1");
}

BOOST_AUTO_TEST_CASE(a_failing_migration_leaves_nothing_behind) {
    must(open_database().execute("CREATE TABLE inbox(a)"));  // in the way of version 1
    {
        auto database = open_database();
        BOOST_CHECK_THROW(static_cast<void>(migrate(database)), std::logic_error);
    }
    BOOST_CHECK_EQUAL(raw().run("SELECT count(*) FROM sqlite_master"), "1");
}

BOOST_AUTO_TEST_CASE(a_question_whose_signed_form_was_never_kept_has_to_be_asked_anew) {
    {
        auto database = open_database();
        make_older(database, 4);
        for (auto const* state : {"open", "pending", "answered", "refused"}) {
            must(database
                     .prepare("INSERT INTO queries_asked(query, node, office, purpose, subject, about, agreement, "
                              "inner_digest, sealed, asked_at, expires_at, state, code) VALUES(?1, 'kh-mosvy', 'x', "
                              "'x', 'x', 'status', zeroblob(32), zeroblob(32), 7, 1, 9, ?1, '')")
                     .bind(1, std::string_view(state))
                     .run());
        }
    }
    auto database = open_database();
    must(migrate(database));
    auto rows = database.prepare("SELECT query, state, code, signed FROM queries_asked ORDER BY number");
    std::string found;
    while (must(rows.step())) {
        found += rows.text(0) + ": " + rows.text(1) + " " + rows.text(2) + "\n";
        BOOST_CHECK_EQUAL(rows.integer(3), 7);
    }
    BOOST_CHECK_EQUAL(found,
                      "open: refused query.ask_anew\npending: refused query.ask_anew\nanswered: answered \nrefused: "
                      "refused \n");
}

BOOST_AUTO_TEST_CASE(what_was_received_before_epochs_were_kept_names_none) {
    {
        auto database = open_database();
        make_older(database, 8);
        must(database.execute(
            "INSERT INTO inbox(sender, message, from_office, to_office, inner_digest, type, purpose, subject, "
            "agreement, "
            "content, outcome, code, sent_at, received_at, expires_at, retain_until, log_index, receipt) "
            "VALUES('th-msdhs', '019a0000-0000-7000-8000-000000000001', 'a', 'b', zeroblob(32), 'case_summary', "
            "'referral', '0123456789abcdef0123456789abcdef', zeroblob(32), 1, 'accepted', '', 1, 2, 3, 4, 5, x'01')"));
    }
    auto const rows = must(open()->inbox().list(10));
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    BOOST_CHECK_EQUAL(rows.front().consent_epoch, 0U);
}

BOOST_AUTO_TEST_CASE(an_older_log_gets_its_subtrees_and_goes_on_as_one_that_always_had_them) {
    constexpr int leaves = 600;
    auto const grow = [](Store& store, int from, int to) {
        must(store.begin());
        for (int i = from; i < to; ++i)
            must(store.log().append("release", at(i), Actor{OfficerId("somchai"), "data_officer", "asked"},
                                    Json::object().set("number", i), Json::object()));
        must(store.commit());
    };
    auto const subtrees = [this] {
        return raw().run(
            "SELECT group_concat(level || position || hex(hash)) FROM (SELECT * FROM log_subtrees ORDER BY "
            "level, position)");
    };
    grow(*open(), 0, leaves);
    auto const before = subtrees();
    BOOST_CHECK_GT(before.size(), 64U * 39);  // 37 of 16 leaves, 2 of 256
    {
        auto database = open_database();
        must(database.execute(back_to_version_15));
    }
    BOOST_CHECK_EQUAL(open()->log().head().size, 600U);
    BOOST_CHECK(subtrees() == before);
    auto const store = open();
    grow(*store, leaves, leaves + 40);
    CHECK_ACCEPTED(store->log().prove_consistency(17, leaves + 40));
    CHECK_ACCEPTED(store->log().prove_inclusion(0, 599));
}

BOOST_AUTO_TEST_CASE(an_older_log_with_a_gap_is_not_migrated) {
    {
        auto const store = open();
        for (int i = 0; i < 40; ++i)
            must(store->log().append("release", at(i), Actor{OfficerId("somchai"), "data_officer", "asked"},
                                     Json::object().set("number", i), Json::object()));
    }
    {
        auto database = open_database();
        must(database.execute(back_to_version_15));
        must(database.execute("DELETE FROM log_hashes WHERE position = 7"));
    }
    CHECK_CODE(Store::open(file, key, Database::Mode::open_existing), "log.inconsistent");
    BOOST_CHECK_EQUAL(raw().run("SELECT version FROM schema_version"), "15");
}

BOOST_AUTO_TEST_SUITE_END()
