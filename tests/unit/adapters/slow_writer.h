// SlowWriter: a process that is in the middle of writing a file for as long as a test wants.
#pragma once

#include <csignal>
#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace casebridge::test {

/// Another process that writes `first`, waits to be told, then writes `second` and ends.
class SlowWriter {
public:
    SlowWriter(std::filesystem::path const& file, std::string const& first, std::string const& second) {
        int go[2];
        int begun[2];
        BOOST_REQUIRE(::pipe2(go, O_CLOEXEC) == 0);
        BOOST_REQUIRE(::pipe2(begun, O_CLOEXEC) == 0);
        process_ = ::fork();
        BOOST_REQUIRE(process_ >= 0);
        if (process_ == 0) {
            ::close(go[1]);
            int const out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
            char word = 0;
            bool good = ::write(out, first.data(), first.size()) == static_cast<ssize_t>(first.size()) &&
                        ::write(begun[1], "x", 1) == 1 && ::read(go[0], &word, 1) == 1;
            good = good && ::write(out, second.data(), second.size()) == static_cast<ssize_t>(second.size());
            ::_exit(good ? 0 : 1);
        }
        ::close(go[0]);
        ::close(begun[1]);
        char word = 0;
        BOOST_REQUIRE(::read(begun[0], &word, 1) == 1);
        ::close(begun[0]);
        go_ = go[1];
    }
    ~SlowWriter() {
        if (process_ > 0) kill();
        ::close(go_);
    }
    SlowWriter(SlowWriter const&) = delete;
    SlowWriter& operator=(SlowWriter const&) = delete;

    void finish() {
        BOOST_REQUIRE(::write(go_, "x", 1) == 1);
        int status = -1;
        BOOST_REQUIRE(::waitpid(process_, &status, 0) == process_);
        BOOST_TEST(status == 0);
        process_ = -1;
    }
    void kill() {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        process_ = -1;
    }

private:
    pid_t process_ = -1;
    int go_ = -1;
};

}  // namespace casebridge::test
