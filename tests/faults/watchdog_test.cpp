// A real daemon under a service manager, as the sd_notify protocol has it: what it says, and when it falls silent.
#include "tests/faults/real_daemon.h"
#include "tests/support/check_code.h"
#include "tests/unit/daemon/raw_store.h"

#include <chrono>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace faults_watchdog {
namespace {

/// The service manager's end of NOTIFY_SOCKET.
class NoticeSocket {
public:
    explicit NoticeSocket(std::filesystem::path const& path)
        : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof address.sun_path - 1);
        BOOST_REQUIRE_EQUAL(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    ~NoticeSocket() { ::close(socket_); }
    NoticeSocket(NoticeSocket const&) = delete;
    NoticeSocket& operator=(NoticeSocket const&) = delete;

    /// Empty if none comes within the time.
    [[nodiscard]] std::string next(std::chrono::milliseconds patience) const {
        pollfd descriptor{socket_, POLLIN, 0};
        if (::poll(&descriptor, 1, static_cast<int>(patience.count())) != 1) return {};
        std::string notice(4096, '\0');
        auto const size = ::recv(socket_, notice.data(), notice.size(), 0);
        notice.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return notice;
    }
    /// Those that come until one begins with `wanted`, which is the last; fails if it does not come.
    [[nodiscard]] std::vector<std::string> until(std::string const& wanted) const {
        std::vector<std::string> notices;
        while (true) {
            notices.push_back(next(20s));
            BOOST_REQUIRE_MESSAGE(!notices.back().empty(), "never told: " << wanted);
            if (notices.back().starts_with(wanted)) return notices;
        }
    }
    [[nodiscard]] int signs_of_life(std::chrono::milliseconds time) const {
        auto const end = std::chrono::steady_clock::now() + time;
        int count = 0;
        while (true) {
            auto const left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
            if (left <= 0ms) return count;
            count += next(left) == "WATCHDOG=1" ? 1 : 0;
        }
    }

private:
    int socket_;
};

constexpr auto interval = 3s;

struct WatchedDaemon {
    WatchedDaemon() {
        ::setenv("NOTIFY_SOCKET", (daemon.directory() / "notify.sock").c_str(), 1);
        ::setenv("WATCHDOG_USEC", std::to_string(std::chrono::microseconds(interval).count()).c_str(), 1);
        ::unsetenv("WATCHDOG_PID");
        daemon.start();
    }
    ~WatchedDaemon() {
        ::unsetenv("NOTIFY_SOCKET");
        ::unsetenv("WATCHDOG_USEC");
    }

    [[nodiscard]] RawStore store() const {
        auto const state = daemon.directory() / "state";
        std::ifstream file(state / "store.key");
        std::string hex;
        file >> hex;
        return {state / "casebridge.db", Secret(must(from_hex(hex)))};
    }

    RealDaemon daemon;
    NoticeSocket notices{daemon.directory() / "notify.sock"};
};

}  // namespace
}  // namespace faults_watchdog

BOOST_FIXTURE_TEST_SUITE(faults_watchdog, WatchedDaemon)

BOOST_AUTO_TEST_CASE(the_service_manager_hears_of_start_state_life_reload_and_stop) {
    BOOST_CHECK_EQUAL(notices.next(20s), "READY=1");
    BOOST_CHECK_EQUAL(notices.next(20s), "STATUS=up");
    BOOST_CHECK_EQUAL(notices.next(20s), "WATCHDOG=1");
    BOOST_CHECK_EQUAL(notices.next(interval), "WATCHDOG=1");

    daemon.reload();
    auto const reloading = notices.until("RELOADING=1").back();
    BOOST_REQUIRE(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="));
    BOOST_CHECK_GT(std::stoull(reloading.substr(27)), 0U);
    BOOST_CHECK_EQUAL(notices.next(20s), "READY=1");
    BOOST_CHECK_EQUAL(notices.until("WATCHDOG=1").back(), "WATCHDOG=1");

    daemon.stop();
    BOOST_CHECK_EQUAL(notices.until("STOPPING=1").back(), "STOPPING=1\nSTATUS=stopping");
}

BOOST_AUTO_TEST_CASE(a_daemon_whose_store_does_not_answer_falls_silent_until_it_does) {
    static_cast<void>(notices.until("WATCHDOG=1"));
    auto raw = store();
    raw.run("BEGIN IMMEDIATE");  // the engine's next transaction waits for this one, ten seconds at most
    static_cast<void>(notices.signs_of_life(interval / 2));  // an answer that had come back before
    BOOST_CHECK_EQUAL(notices.signs_of_life(interval * 3 / 2), 0);
    BOOST_CHECK(daemon.runs());
    raw.run("ROLLBACK");
    BOOST_CHECK_EQUAL(notices.until("WATCHDOG=1").back(), "WATCHDOG=1");
    BOOST_CHECK_GE(notices.signs_of_life(interval * 2), 2);
}

BOOST_AUTO_TEST_SUITE_END()
