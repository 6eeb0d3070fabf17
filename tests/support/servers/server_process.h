// ServerProcess: a database server as a child of the test, in a temporary directory, ended with the test.
#pragma once

#include "tests/support/temporary_directory.h"

#include <string>
#include <vector>

#include <sys/types.h>

namespace casebridge::test {

/// A directory that belongs to the user servers run as: `nobody` when the tests run as root (servers refuse root),
/// otherwise ourselves.
class ServerDirectory {
public:
    ServerDirectory();
    [[nodiscard]] std::filesystem::path const& path() const { return directory_.path(); }
    /// Runs a program to its end as that user, its output in `log`. Throws std::runtime_error if it fails.
    void run(std::vector<std::string> const& command) const;
    /// Gives a file to that user, mode 0600.
    void hand_over(std::filesystem::path const& file) const;

private:
    TemporaryDirectory directory_;
};

/// Ended (killed, if need be) by the destructor, and by the kernel if the test program dies.
class ServerProcess {
public:
    ServerProcess(ServerDirectory const& directory, std::vector<std::string> const& command, int stop_signal);
    ~ServerProcess();
    ServerProcess(ServerProcess const&) = delete;
    ServerProcess& operator=(ServerProcess const&) = delete;

    [[nodiscard]] bool running();
    /// SIGSTOP and SIGCONT to the server (and children that stayed in its process group): it accepts nothing.
    void freeze() const;
    void thaw() const;

private:
    pid_t process_;
    int stop_signal_;
};

/// A port of the loopback address that nobody listens on.
std::uint16_t free_port();

}  // namespace casebridge::test
