#include "tests/support/servers/server_process.h"

#include <csignal>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace casebridge::test {
namespace {

passwd const* nobody() {
    auto const* const found = ::getpwnam("nobody");
    if (found == nullptr) throw std::runtime_error("there is no user nobody");
    return found;
}

/// In the child: never returns. Only calls that are safe after fork.
[[noreturn]] void become(std::filesystem::path const& directory, char* const* arguments, uid_t user, gid_t group) {
    if (::getuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(group) != 0 || ::setuid(user) != 0)) ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setpgid(0, 0);
    if (::chdir(directory.c_str()) != 0) ::_exit(126);
    int const log = ::open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);
    int const nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, 0);
    ::dup2(log, 1);
    ::dup2(log, 2);
    ::close_range(3, ~0U, 0);  // what the test listens on must not stay open in a server
    ::execv(arguments[0], arguments);
    ::_exit(127);
}

pid_t start(std::filesystem::path const& directory, std::vector<std::string> const& command) {
    std::vector<char*> arguments;
    for (auto const& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    bool const root = ::getuid() == 0;
    uid_t const user = root ? nobody()->pw_uid : ::getuid();
    gid_t const group = root ? nobody()->pw_gid : ::getgid();
    pid_t const child = ::fork();
    if (child < 0) throw std::runtime_error("fork");
    if (child == 0) become(directory, arguments.data(), user, group);
    ::setpgid(child, child);
    return child;
}

}  // namespace

ServerDirectory::ServerDirectory() {
    if (::getuid() == 0 && ::chown(path().c_str(), nobody()->pw_uid, nobody()->pw_gid) != 0) {
        throw std::runtime_error("chown " + path().string());
    }
}

void ServerDirectory::run(std::vector<std::string> const& command) const {
    int status = 0;
    pid_t const child = start(path(), command);
    if (::waitpid(child, &status, 0) != child || status != 0) {
        std::ifstream log(path() / "log");
        throw std::runtime_error(command.front() + " failed: " + std::string(std::istreambuf_iterator<char>(log), {}));
    }
}

void ServerDirectory::hand_over(std::filesystem::path const& file) const {
    if (::chmod(file.c_str(), 0600) != 0 ||
        (::getuid() == 0 && ::chown(file.c_str(), nobody()->pw_uid, nobody()->pw_gid) != 0)) {
        throw std::runtime_error("chown " + file.string());
    }
}

ServerProcess::ServerProcess(ServerDirectory const& directory, std::vector<std::string> const& command, int stop_signal)
    : process_(start(directory.path(), command)), stop_signal_(stop_signal) {}

ServerProcess::~ServerProcess() {
    if (process_ <= 0) return;
    thaw();
    ::kill(process_, stop_signal_);
    for (int tenths = 0; tenths < 100 && running(); ++tenths) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    if (process_ <= 0) return;
    ::kill(-process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
}

bool ServerProcess::running() {
    if (process_ <= 0) return false;
    if (::waitpid(process_, nullptr, WNOHANG) == 0) return true;
    process_ = -1;
    return false;
}

void ServerProcess::freeze() const {
    ::kill(-process_, SIGSTOP);
}

void ServerProcess::thaw() const {
    ::kill(-process_, SIGCONT);
}

std::uint16_t free_port() {
    int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    bool const found = ::bind(socket, generic, size) == 0 && ::getsockname(socket, generic, &size) == 0;
    ::close(socket);
    if (!found) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

}  // namespace casebridge::test
