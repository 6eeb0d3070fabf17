// The suite of received_writer_conformance.h on every kind of database.
#include "tests/unit/adapters/received_writer_conformance.h"

#include <tuple>

#include <boost/test/unit_test.hpp>

namespace a_staging_table {
namespace {

using namespace casebridge::test;

struct PlainSqlite {
    SqliteStaging database;
};
struct EncryptedSqlite {
    SqliteStaging database{std::string(64, '7')};
};
struct Postgres {
    PostgresStaging database;
};
struct OdbcPostgres {
    OdbcPostgresStaging database;
};
struct OdbcMariadb {
    MariadbStaging database;
};
using Kinds = std::tuple<PlainSqlite, EncryptedSqlite, Postgres, OdbcPostgres, OdbcMariadb>;

}  // namespace
}  // namespace a_staging_table

#define CASEBRIDGE_ON_EVERY_KIND(promise)                   \
    BOOST_AUTO_TEST_CASE_TEMPLATE(promise, Kind, Kinds) {   \
        Kind kind;                                          \
        casebridge::test::received::promise(kind.database); \
    }

BOOST_AUTO_TEST_SUITE(a_staging_table)

CASEBRIDGE_ON_EVERY_KIND(a_summary_is_written_once_however_often_it_comes)
CASEBRIDGE_ON_EVERY_KIND(another_summary_under_the_same_key_is_refused_and_changes_nothing)
CASEBRIDGE_ON_EVERY_KIND(what_is_hostile_or_huge_comes_back_as_it_was)
CASEBRIDGE_ON_EVERY_KIND(removing_takes_that_row_and_may_be_repeated)
CASEBRIDGE_ON_EVERY_KIND(a_good_table_passes_the_check_and_holds_nothing_afterwards)
CASEBRIDGE_ON_EVERY_KIND(a_wrong_table_is_told_by_name)
CASEBRIDGE_ON_EVERY_KIND(a_missing_right_is_told_and_nothing_is_written)
CASEBRIDGE_ON_EVERY_KIND(a_connection_lost_in_the_middle_leaves_no_half_and_the_next_attempt_succeeds)
CASEBRIDGE_ON_EVERY_KIND(a_server_that_says_nothing_is_given_up_in_time)
CASEBRIDGE_ON_EVERY_KIND(what_the_table_refuses_is_an_error_of_that_row_alone)

BOOST_AUTO_TEST_SUITE_END()
