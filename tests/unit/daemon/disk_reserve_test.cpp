#include "daemon/disk_reserve.h"

#include "tests/support/check_code.h"
#include "tests/support/hand_clock.h"
#include "tests/support/temporary_directory.h"

#include <iterator>

#include <sys/statvfs.h>

namespace disk_reserve {
namespace {

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

constexpr std::uint64_t mebibyte = 1 << 20;

/// A reserve of 160 MiB on a disk whose free space a test sets.
struct ReserveFixture {
    ReserveFixture() {
        BOOST_CHECK(!reserve.read().reached);
        asked = 0;
    }

    Status after_a_second(Result<std::uint64_t> now_free) {
        free = std::move(now_free);
        clock.turn(1s);
        return reserve.require_room();
    }
    [[nodiscard]] int lines(std::string const& event) const {
        std::ifstream stream(directory.path() / "log");
        int count = 0;
        for (std::string line; std::getline(stream, line);) count += line.find(event) == std::string::npos ? 0 : 1;
        return count;
    }
    [[nodiscard]] bool has_metric(std::string const& line) const {
        return ("\n" + telemetry.metrics_text()).find("\n" + line + "\n") != std::string::npos;
    }

    TemporaryDirectory directory;
    HandClock clock;
    Telemetry telemetry{LogLevel::debug, "text", (directory.path() / "log").string()};
    int asked = 0;
    Result<std::uint64_t> free = 1000 * mebibyte;
    DiskReserve reserve{[this] {
                            ++asked;
                            return free;
                        },
                        160 * mebibyte, telemetry, clock};
};

}  // namespace
}  // namespace disk_reserve

BOOST_FIXTURE_TEST_SUITE(disk_reserve, ReserveFixture)

BOOST_AUTO_TEST_CASE(exactly_the_reserve_is_room_and_a_byte_less_is_not) {
    CHECK_ACCEPTED(after_a_second(160 * mebibyte));
    CHECK_CODE(after_a_second(160 * mebibyte - 1), "store.reserve_reached");
    BOOST_CHECK_EQUAL(reserve.require_room().error().detail, "159 MiB are free, the reserve is 160 MiB");
}

BOOST_AUTO_TEST_CASE(there_is_room_again_only_with_a_sixteenth_more_than_the_reserve) {
    CHECK_CODE(after_a_second(mebibyte), "store.reserve_reached");
    CHECK_CODE(after_a_second(160 * mebibyte), "store.reserve_reached");
    CHECK_CODE(after_a_second(170 * mebibyte - 1), "store.reserve_reached");
    CHECK_ACCEPTED(after_a_second(170 * mebibyte));
    CHECK_ACCEPTED(after_a_second(160 * mebibyte));
}

BOOST_AUTO_TEST_CASE(each_crossing_is_one_line_and_each_loss_one_alarm) {
    for (int i = 0; i < 3; ++i) CHECK_CODE(after_a_second(mebibyte), "store.reserve_reached");
    BOOST_CHECK_EQUAL(lines("E disk.reserve_reached free_mib=1 reserve_mib=160"), 1);
    BOOST_CHECK(has_metric("casebridge_alarms_total{kind=\"disk_reserve\"} 1"));
    BOOST_CHECK(has_metric("casebridge_disk_reserve_reached 1"));
    BOOST_CHECK(has_metric("casebridge_disk_free_bytes 1048576"));
    for (int i = 0; i < 3; ++i) CHECK_ACCEPTED(after_a_second(500 * mebibyte));
    BOOST_CHECK_EQUAL(lines("W disk.room_again free_mib=500 reserve_mib=160"), 1);
    BOOST_CHECK(has_metric("casebridge_disk_reserve_reached 0"));
    CHECK_CODE(after_a_second(2 * mebibyte), "store.reserve_reached");
    BOOST_CHECK_EQUAL(lines("disk.reserve_reached"), 2);
    BOOST_CHECK(has_metric("casebridge_alarms_total{kind=\"disk_reserve\"} 2"));
}

BOOST_AUTO_TEST_CASE(the_filesystem_is_asked_at_most_once_a_second) {
    for (int i = 0; i < 100; ++i) CHECK_ACCEPTED(reserve.require_room());
    clock.turn(999ms);
    CHECK_ACCEPTED(reserve.require_room());
    BOOST_CHECK_EQUAL(asked, 0);
    clock.turn(1ms);
    CHECK_ACCEPTED(reserve.require_room());
    BOOST_CHECK_EQUAL(asked, 1);
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_back_does_not_keep_an_old_answer_alive) {
    free = 0;
    clock.turn(-24h);
    CHECK_CODE(reserve.require_room(), "store.reserve_reached");
}

BOOST_AUTO_TEST_CASE(a_filesystem_that_does_not_answer_counts_as_full) {
    CHECK_CODE(after_a_second(Error{ErrorKind::unavailable, "disk.unreadable"}), "store.reserve_reached");
    BOOST_CHECK(!reserve.read().free);
    CHECK_ACCEPTED(after_a_second(500 * mebibyte));
}

BOOST_AUTO_TEST_CASE(the_free_space_of_a_directory_is_that_of_its_filesystem) {
    struct statvfs space {};
    BOOST_REQUIRE_EQUAL(::statvfs("/proc/self", &space), 0);
    BOOST_CHECK_EQUAL(must(free_space_at("/proc/self")()), std::uint64_t{space.f_bavail} * space.f_frsize);
    BOOST_CHECK_GT(must(free_space_at(directory.path())()), 0U);
    CHECK_CODE(free_space_at(directory.path() / "nothing")(), "disk.unreadable");
}

BOOST_AUTO_TEST_SUITE_END()
