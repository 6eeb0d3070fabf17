#include "adapters/reader_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace casebridge::reader {
namespace {

constexpr char const* program_name = "casebridge-sqlite-reader";

Error unavailable(std::string const& what, int error) {
    return {ErrorKind::unavailable, "source.unavailable", what + ": " + std::strerror(error)};
}

/// What posix_spawn wants to know, released whatever happens.
struct SpawnPlan {
    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};

    explicit SpawnPlan(int socket) {
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_adddup2(&files, socket, STDIN_FILENO);
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawnattr_init(&attributes);
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        // A process group of its own: an interrupt from the keyboard is the caller's to handle.
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnPlan(SpawnPlan const&) = delete;
    SpawnPlan& operator=(SpawnPlan const&) = delete;
};

}  // namespace

std::filesystem::path program_path() {
    std::error_code failure;
    auto const folder = std::filesystem::read_symlink("/proc/self/exe", failure).parent_path();
    auto const installed = folder.parent_path() / "libexec" / "casebridge" / program_name;
    return std::filesystem::exists(installed, failure) ? installed : folder / program_name;
}

Result<Process> Process::start() {
    std::array<int, 2> sockets{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
        return unavailable("the reader of SQLite files", errno);
    }
    FileHandle ours(sockets[0]);
    FileHandle const theirs(sockets[1]);
    auto const program = program_path();
    SpawnPlan const plan(theirs.get());
    std::string name = program_name;
    std::array<char*, 2> arguments = {name.data(), nullptr};
    std::array<char*, 1> environment = {nullptr};
    pid_t process = -1;
    int const error =
        ::posix_spawn(&process, program.c_str(), &plan.files, &plan.attributes, arguments.data(), environment.data());
    if (error != 0) return unavailable(program.string(), error);
    return Process(process, Channel(std::move(ours)));
}

Status Process::send(Request const& request, std::chrono::milliseconds patience) {
    return channel_.send(encode(request), std::chrono::steady_clock::now() + patience);
}

Result<Reply> Process::receive(std::size_t maximum_reply_bytes, std::chrono::milliseconds patience) {
    ASSIGN_OR_RETURN(auto const payload,
                     channel_.receive(maximum_reply_bytes, std::chrono::steady_clock::now() + patience));
    ASSIGN_OR_RETURN(auto reply, decode_reply(payload));
    if (auto* const failed = std::get_if<Failed>(&reply)) return std::move(failed->error);
    return reply;
}

Result<Reply> Process::ask(Request const& request, std::size_t maximum_reply_bytes,
                           std::chrono::milliseconds patience) {
    RETURN_IF_ERROR(send(request, patience));
    return receive(maximum_reply_bytes, patience);
}

Process::Process(Process&& other) noexcept
    : process_(std::exchange(other.process_, -1)), channel_(std::move(other.channel_)) {}

Process& Process::operator=(Process&& other) noexcept {
    std::swap(process_, other.process_);
    std::swap(channel_, other.channel_);
    return *this;
}

Process::~Process() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
}

}  // namespace casebridge::reader
