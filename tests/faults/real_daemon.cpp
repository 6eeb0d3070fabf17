#include "real_daemon.h"

#include "fake_clock.h"
#include "tests/support/check_code.h"
#include "tests/support/eventually.h"

#include <csignal>
#include <fstream>
#include <sstream>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace casebridge::test {

namespace {

std::string const programs = std::string(CASEBRIDGE_BINARY_DIR) + "/bin/";

std::uint16_t free_port() {
    int const probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t size = sizeof address;
    bool const bound = ::bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(probe);
    BOOST_REQUIRE(bound);
    return ntohs(address.sin_port);
}

std::string text_of(std::filesystem::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

RealDaemon::RealDaemon() : port_(free_port()) {
    auto const here = directory().string();
    directory_.write("passphrase", "twelve characters\n");
    std::filesystem::permissions(directory() / "passphrase", std::filesystem::perms(0600));
    for (auto const* name : {"agreements", "policies"}) std::filesystem::create_directory(directory() / name);
    auto const init = programs + "casebridge init --node th-msdhs --kind welfare --name Example --state " + here +
                      "/state --passphrase-file " + here + "/passphrase --json >" + here + "/init.json";
    BOOST_REQUIRE_EQUAL(std::system(init.c_str()), 0);
    std::ostringstream config;
    config << "node: th-msdhs\nkind: welfare\nname: Example\noffices: [datip, aranyaprathet-shelter-office]\n"
           << "listen: \"127.0.0.1:" << port_ << "\"\nstate_directory: state\nofficer_socket: officer.sock\n"
           << "agreements: agreements\npolicies: policies\nstore_key_file: state/store.key\n"
           << "officers:\n  - {user: \"" << ::getuid() << "\", officer: officer-1, role: data_officer}\n";
    directory_.write("casebridge.yaml", config.str());
}

RealDaemon::~RealDaemon() {
    if (process_ > 0) {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
}

void RealDaemon::configure(std::string const& line) const {
    std::ofstream(directory() / "casebridge.yaml", std::ios::app) << line << '\n';
}

void RealDaemon::spawn(std::vector<std::string> const& clock) {
    BOOST_REQUIRE_EQUAL(process_, -1);
    auto const program = programs + "casebridged", config = (directory() / "casebridge.yaml").string();
    auto const log = (directory() / "daemon.log").string();
    auto const library = faketime_library();
    BOOST_REQUIRE(clock.empty() || !library.empty());
    process_ = ::fork();
    BOOST_REQUIRE_GE(process_, 0);
    if (process_ > 0) return;
    int const output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    if (!clock.empty()) ::setenv("LD_PRELOAD", library.c_str(), 1);
    for (auto const& each : clock) {
        auto const equals = each.find('=');
        ::setenv(each.substr(0, equals).c_str(), each.c_str() + equals + 1, 1);
    }
    ::execl(program.c_str(), program.c_str(), "--config", config.c_str(), nullptr);
    ::_exit(127);
}

void RealDaemon::start(std::string const& clock) {
    spawn(clock.empty() ? std::vector<std::string>() : fixed_clock(clock));
    wait_until_it_answers();
}

void RealDaemon::start_to_be_stepped() {
    step_clock("+0");
    spawn(stepping_clock(directory() / "clock"));
    wait_until_it_answers();
}

void RealDaemon::step_clock(std::string const& by) const {
    set_clock(directory() / "clock", by);
}

OfficerAnswer RealDaemon::confirm_clock(Timestamp time) const {
    return officer().post("/v1/clock/confirm", Json::object().set("time", to_rfc3339(time)).set("reason", "test"));
}

void RealDaemon::wait_until_it_answers() const {
    eventually("the daemon answers", [this] {
        BOOST_REQUIRE_MESSAGE(runs(), daemon_log());
        try {
            return officer().get("/v1/status").status == 200;
        } catch (std::exception const&) {  // nobody listens yet
            return false;
        }
    });
}

int RealDaemon::start_and_fail(std::string const& clock) {
    spawn(fixed_clock(clock));
    int status = 0;
    eventually("the daemon gives up", [this, &status] { return ::waitpid(process_, &status, WNOHANG) == process_; });
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void RealDaemon::stop() {
    BOOST_REQUIRE(runs());
    ::kill(process_, SIGTERM);
    int status = 0;
    eventually("the daemon stops", [this, &status] { return ::waitpid(process_, &status, WNOHANG) == process_; });
    process_ = -1;
    BOOST_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

void RealDaemon::reload() const {
    BOOST_REQUIRE(runs());
    ::kill(process_, SIGHUP);
}

bool RealDaemon::runs() const {
    siginfo_t info{};
    return process_ > 0 && ::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
}

std::string RealDaemon::daemon_log() const {
    return text_of(directory() / "daemon.log");
}

long RealDaemon::resident_kib() const {
    auto const status = text_of("/proc/" + std::to_string(process_) + "/status");
    auto const at = status.find("VmRSS:");
    BOOST_REQUIRE(at != std::string::npos);
    return std::stol(status.substr(at + 6));
}

std::size_t RealDaemon::inbox_size() const {
    auto const answer = officer().get("/v1/inbox", {{"limit", "1000"}});
    BOOST_REQUIRE_EQUAL(answer.summary(), "200");
    auto const json = answer.json();
    return json.find("messages")->as_array()->size();
}

long RealDaemon::metric(std::string const& name) const {
    auto const answer = officer().get("/v1/metrics");
    BOOST_REQUIRE_EQUAL(answer.summary(), "200");
    auto const text = "\n" + answer.body;
    auto const at = text.find("\n" + name + " ");
    return at == std::string::npos ? 0 : std::stol(text.substr(at + name.size() + 2));
}

}  // namespace casebridge::test
