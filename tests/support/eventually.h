// Waits until something holds, or fails the test: no test relies on how long a thing takes.
#pragma once

#include <chrono>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

namespace casebridge::test {

inline constexpr std::chrono::seconds patience{60};

template <typename Condition>
void eventually(std::string const& what, Condition const& holds) {
    auto const deadline = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        BOOST_REQUIRE_MESSAGE(std::chrono::steady_clock::now() < deadline, "never happened: " << what);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

}  // namespace casebridge::test
