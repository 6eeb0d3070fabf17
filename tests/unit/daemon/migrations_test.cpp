#include "daemon/migrations.h"

#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

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

BOOST_AUTO_TEST_CASE(a_failing_migration_leaves_nothing_behind) {
    must(open_database().execute("CREATE TABLE inbox(a)"));  // in the way of version 1
    {
        auto database = open_database();
        BOOST_CHECK_THROW(static_cast<void>(migrate(database)), std::logic_error);
    }
    BOOST_CHECK_EQUAL(raw().run("SELECT count(*) FROM sqlite_master"), "1");
}

BOOST_AUTO_TEST_SUITE_END()
