#include "tests/unit/daemon/command_run.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace casebridge::test {

namespace fs = std::filesystem;

std::string text_of(fs::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

Run run_on_terminal(std::vector<std::string> arguments, std::string const& typed) {
    int terminal = -1;
    auto const child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    BOOST_REQUIRE_GE(child, 0);
    if (child == 0) {
        std::vector<char*> words{const_cast<char*>(CASEBRIDGE_COMMAND)};
        for (auto& argument : arguments) words.push_back(argument.data());
        words.push_back(nullptr);
        ::setenv("TERM", "xterm", 1);
        ::unsetenv("NO_COLOR");
        ::execv(CASEBRIDGE_COMMAND, words.data());
        ::_exit(127);
    }
    Run result;
    std::array<char, 4096> buffer{};
    std::size_t lines_typed = 0;
    for (ssize_t size = 0; (size = ::read(terminal, buffer.data(), buffer.size())) > 0;) {
        result.out.append(buffer.data(), static_cast<std::size_t>(size));
        // One line at each question: a question ends with a blank and no line feed.
        if (!result.out.ends_with(": ") && !result.out.ends_with("] ")) continue;
        auto const end = typed.find('\n', lines_typed);
        if (end == std::string::npos) continue;
        auto const line = typed.substr(lines_typed, end + 1 - lines_typed);
        lines_typed = end + 1;
        BOOST_REQUIRE_EQUAL(::write(terminal, line.data(), line.size()), static_cast<ssize_t>(line.size()));
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(terminal);
    result.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
}

namespace {

Run run_program(std::string const& program, std::string const& arguments, std::string const& environment) {
    TemporaryDirectory const directory;
    auto const out = directory.path() / "out", err = directory.path() / "err";
    auto const command = "env -u CASEBRIDGE_SOCKET -u CASEBRIDGE_CONFIG -u CREDENTIALS_DIRECTORY " + environment + " " +
                         program + " " + arguments + " </dev/null >" + out.string() + " 2>" + err.string();
    int const status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(out), text_of(err)};
}

}  // namespace

Run run(std::string const& arguments, std::string const& environment) {
    return run_program(CASEBRIDGE_COMMAND, arguments, environment);
}

Run run_daemon(std::string const& arguments) {
    return run_program(CASEBRIDGE_DAEMON, arguments, "");
}

std::string init_arguments(TemporaryDirectory const& directory) {
    auto const passphrase = directory.path() / "passphrase";
    std::ofstream(passphrase) << "correct horse battery staple\n";
    ::chmod(passphrase.c_str(), 0600);
    return "init --node th-msdhs --kind welfare --name 'กระทรวง \"พม.\"' --state " +
           (directory.path() / "state").string() + " --passphrase-file " + passphrase.string();
}

}  // namespace casebridge::test
