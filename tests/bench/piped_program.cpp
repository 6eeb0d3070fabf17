#include "tests/bench/piped_program.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace casebridge::bench {
namespace {

std::vector<char*> pointers(std::vector<std::string> const& words) {
    std::vector<char*> all;
    for (auto const& word : words) all.push_back(const_cast<char*>(word.c_str()));
    all.push_back(nullptr);
    return all;
}

/// Its standard output goes to `output`.
pid_t start(Program const& program, int output) {
    auto environment = program.environment;
    for (char** each = environ; *each != nullptr; ++each) environment.emplace_back(*each);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output, 1);
    pid_t child = -1;
    int const failed = ::posix_spawnp(&child, program.arguments.front().c_str(), &actions, nullptr,
                                      pointers(program.arguments).data(), pointers(environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error(program.arguments.front() + " cannot be started");
    return child;
}

}  // namespace

Consumed consume(Program const& program) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    Consumed consumed;
    auto const began = std::chrono::steady_clock::now();
    pid_t const child = start(program, pipe[1]);
    ::close(pipe[1]);
    static std::array<char, std::size_t{64} << 10> buffer;
    for (;;) {
        auto const count = ::read(pipe[0], buffer.data(), buffer.size());
        if (count <= 0) break;
        if (consumed.head.size() < buffer.size()) consumed.head.append(buffer.data(), static_cast<std::size_t>(count));
        consumed.bytes += static_cast<std::uint64_t>(count);
        consumed.lines += static_cast<std::uint64_t>(std::count(buffer.data(), buffer.data() + count, '\n'));
    }
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    consumed.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (status != 0) throw std::runtime_error(program.arguments.front() + " failed");
    return consumed;
}

void run_to_end(Program const& program) {
    static_cast<void>(consume(program));
}

}  // namespace casebridge::bench
