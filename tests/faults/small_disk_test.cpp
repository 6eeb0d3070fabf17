// A real daemon on a real filesystem of 64 MiB (small_disk.sh), filled below the reserve and to the last byte.
#include "tests/faults/adversary.h"
#include "tests/support/check_code.h"

#include <cstdio>
#include <thread>

#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace small_disk {
namespace {

constexpr std::uint64_t mebibyte = 1 << 20;
std::string const alarm_reserve = "casebridge_alarms_total{kind=\"disk_reserve\"}";

struct SmallDisk {
    SmallDisk() {
        BOOST_REQUIRE_MESSAGE(free() < 64 * mebibyte, "to be run by small_disk.sh");
        daemon.configure("minimum_free_space_mib: 16");
        daemon.start();
    }

    [[nodiscard]] std::uint64_t free() const {
        struct statvfs space {};
        BOOST_REQUIRE_EQUAL(::statvfs(daemon.directory().c_str(), &space), 0);
        return std::uint64_t{space.f_bavail} * space.f_frsize;
    }
    /// Takes or gives back until so much is free, and waits until the daemon may look again.
    void leave_free(std::uint64_t bytes) const {
        int const file = ::open((daemon.directory() / "ballast").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        auto const size = static_cast<std::uint64_t>(::lseek(file, 0, SEEK_END));
        auto const wanted = size + free() - bytes;
        if (wanted < size)
            BOOST_REQUIRE_EQUAL(::ftruncate(file, static_cast<off_t>(wanted)), 0);
        else
            BOOST_REQUIRE_EQUAL(::posix_fallocate(file, 0, static_cast<off_t>(wanted)), 0);
        ::close(file);
        std::this_thread::sleep_for(1100ms);  // the filesystem is asked at most once a second
    }
    [[nodiscard]] std::string deliver(Bytes const& sealed) const {
        return test::deliver(daemon.port(), peer->identity(), sealed);
    }
    [[nodiscard]] std::string read(std::string const& message) const {
        return daemon.officer().get("/v1/inbox/" + message, {{"reason", "test"}}).summary();
    }
    [[nodiscard]] int log_lines(std::string const& event) const {
        auto const log = daemon.daemon_log();
        int count = 0;
        for (auto at = log.find(event); at != std::string::npos; at = log.find(event, at + 1)) ++count;
        return count;
    }

    /// What the command says on both streams, and its exit code.
    [[nodiscard]] std::pair<std::string, int> casebridge(std::string const& arguments) const {
        auto const line = std::string(CASEBRIDGE_BINARY_DIR) + "/bin/casebridge --socket " +
                          (daemon.directory() / "officer.sock").string() + " " + arguments + " 2>&1";
        auto* const pipe = ::popen(line.c_str(), "r");
        BOOST_REQUIRE(pipe != nullptr);
        std::string said;
        for (int c = ::getc(pipe); c != EOF; c = ::getc(pipe)) said += static_cast<char>(c);
        int const status = ::pclose(pipe);
        return {said, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
    }

    RealDaemon daemon;
    std::optional<Adversary> peer;
};

}  // namespace
}  // namespace small_disk

BOOST_FIXTURE_TEST_SUITE(small_disk, SmallDisk)

BOOST_AUTO_TEST_CASE(below_the_reserve_new_messages_get_507_until_there_is_room_again) {
    peer.emplace(daemon, "kh-mosvy", "anti-trafficking-department");
    auto const early = peer->message();
    auto const early_bytes = peer->sealed(early);
    BOOST_CHECK_EQUAL(deliver(early_bytes), "200");
    auto const late = peer->sealed(peer->message());

    leave_free(15 * mebibyte);
    BOOST_CHECK_EQUAL(deliver(late), "507 store.full");
    BOOST_CHECK_EQUAL(deliver(late), "507 store.full");
    BOOST_CHECK_EQUAL(deliver(early_bytes), "200");
    BOOST_CHECK_EQUAL(read(early.text_or("id")), "200");
    BOOST_CHECK_EQUAL(daemon.inbox_size(), 1U);
    BOOST_CHECK_EQUAL(daemon.metric("casebridge_disk_reserve_reached"), 1);
    BOOST_CHECK_EQUAL(daemon.metric(alarm_reserve), 1);
    BOOST_CHECK_EQUAL(log_lines("disk.reserve_reached"), 1);

    leave_free(30 * mebibyte);
    BOOST_CHECK_EQUAL(deliver(late), "200");
    BOOST_CHECK_EQUAL(daemon.inbox_size(), 2U);
    BOOST_CHECK_EQUAL(daemon.metric("casebridge_disk_reserve_reached"), 0);
    BOOST_CHECK_EQUAL(log_lines("disk.room_again"), 1);
    BOOST_CHECK_EQUAL(log_lines("disk.reserve_reached"), 1);
}

BOOST_AUTO_TEST_CASE(the_command_says_what_is_missing_and_what_to_do) {
    peer.emplace(daemon, "kh-mosvy", "anti-trafficking-department");
    auto const send =
        "case send A --to kh-mosvy/anti-trafficking-department --purpose return_and_handover --reason test"
        " --digest " +
        std::string(64, '0');
    BOOST_CHECK_EQUAL(casebridge("health").second, 0);

    leave_free(15 * mebibyte);
    auto const [report, unhealthy] = casebridge("--json health");
    BOOST_CHECK_EQUAL(unhealthy, 1);
    BOOST_CHECK_EQUAL(must(parse_json(report)).text_or("state"), "degraded");
    auto const [status, seen] = casebridge("status");
    BOOST_CHECK_EQUAL(seen, 0);
    BOOST_CHECK(status.find("degraded, disk [store.reserve_reached]") != std::string::npos);
    auto const [refusal, refused] = casebridge(send);
    BOOST_CHECK_EQUAL(refused, 1);
    BOOST_CHECK_MESSAGE(refusal.find("the reserve is 16 MiB [store.reserve_reached]") != std::string::npos, refusal);
    BOOST_CHECK_MESSAGE(refusal.find("Make room where the store is") != std::string::npos, refusal);

    leave_free(30 * mebibyte);
    BOOST_CHECK_EQUAL(casebridge("health").second, 0);
    BOOST_CHECK(casebridge(send).first.find("[sharing.no_case_source]") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_disk_that_others_filled_to_the_last_byte_stops_writing_and_nothing_else) {
    peer.emplace(daemon, "kh-mosvy", "anti-trafficking-department");
    auto const message = peer->message();
    BOOST_CHECK_EQUAL(deliver(peer->sealed(message)), "200");
    auto const log = daemon.log_size();

    leave_free(0);
    BOOST_CHECK_EQUAL(read(message.text_or("id")), "507 store.full");
    BOOST_CHECK_EQUAL(daemon.officer().get("/v1/status").summary(), "200");
    BOOST_CHECK_EQUAL(daemon.log_size(), log);
    BOOST_CHECK(daemon.runs());

    leave_free(30 * mebibyte);
    BOOST_CHECK_EQUAL(read(message.text_or("id")), "200");
    BOOST_CHECK_EQUAL(daemon.log_size(), log + 1);
}

BOOST_AUTO_TEST_SUITE_END()
