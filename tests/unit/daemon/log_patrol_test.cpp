#include "daemon/log_patrol.h"

#include "tests/support/captured_log.h"
#include "tests/support/eventually.h"
#include "tests/unit/daemon/store_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace the_log_patrol {
namespace {

constexpr int long_log = 3000;  // more than a start looks at

struct PatrolFixture : StoreFixture {
    PatrolFixture() {
        auto const store = open();
        must(store->begin());
        for (int i = 0; i < long_log; ++i) {
            must(store->log().append("release", at(i), Actor{OfficerId("somchai"), "data_officer", "asked"},
                                     Json::object().set("number", i), Json::object()));
        }
        must(store->commit());
    }

    /// What the patrol finds: the error's code, or "" if it finished.
    std::string patrol() const {
        CapturedLog const log(directory.path() / "log");
        Telemetry telemetry(LogLevel::info, "json");
        std::promise<std::string> found;
        Engine engine(open(), [](Error const&) {});
        LogPatrol patrol(engine, telemetry, [&](Error const& error) { found.set_value(std::string(error.code)); });
        patrol.start();
        auto future = found.get_future();
        eventually("the patrol ends", [&] {
            return patrol.finished() || future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
        });
        return patrol.finished() ? "" : future.get();
    }
};

}  // namespace
}  // namespace the_log_patrol

BOOST_FIXTURE_TEST_SUITE(the_log_patrol, PatrolFixture)

BOOST_AUTO_TEST_CASE(a_log_as_it_was_written_is_walked_to_its_end) {
    BOOST_CHECK_EQUAL(patrol(), "");
}

BOOST_AUTO_TEST_CASE(an_old_leaf_that_was_altered_is_not_seen_at_start_but_by_the_patrol) {
    for (auto const* sql :
         {"UPDATE log_leaves SET data = replace(data, 'release', 'releasf') WHERE position = 2",
          "DELETE FROM log_leaves WHERE position = 100", "DELETE FROM log_hashes WHERE position = 0",
          "UPDATE log_subtrees SET hash = zeroblob(32) WHERE level = 4 AND position = 5",
          "DELETE FROM log_subtrees WHERE level = 4 AND position = 5",
          "UPDATE log_leaves SET data = (SELECT data FROM log_leaves WHERE position = 8) WHERE position = 7;"
          "UPDATE log_hashes SET hash = (SELECT hash FROM log_hashes WHERE position = 8) WHERE position = 7"}) {
        PatrolFixture const other;
        must(other.open_database().execute(sql));
        BOOST_TEST_CONTEXT(sql) {
            BOOST_CHECK_EQUAL(other.patrol(), "log.inconsistent");
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
