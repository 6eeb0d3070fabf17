// AsOrdinaryUser: tests of rights on files, also where the tests run as root.
#pragma once

#include <filesystem>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <unistd.h>

namespace casebridge::test {

/// Where the tests run as root: these files and folders, and the effective user, are nobody's for as long as this
/// lives.
class AsOrdinaryUser {
public:
    explicit AsOrdinaryUser(std::vector<std::filesystem::path> const& paths) : root_(::geteuid() == 0) {
        if (!root_) return;
        constexpr uid_t somebody = 65534;
        for (auto const& path : paths) BOOST_REQUIRE(::chown(path.c_str(), somebody, somebody) == 0);
        BOOST_REQUIRE(::seteuid(somebody) == 0);
    }
    ~AsOrdinaryUser() {
        if (root_) static_cast<void>(::seteuid(0) == 0);
    }
    AsOrdinaryUser(AsOrdinaryUser const&) = delete;
    AsOrdinaryUser& operator=(AsOrdinaryUser const&) = delete;
    [[nodiscard]] bool was_root() const { return root_; }

private:
    bool root_;
};

}  // namespace casebridge::test
