// Progress: one line on the terminal about long work: how much, how fast, how long still. Nothing elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace casebridge::cli {

/// "1,200,000 of 3,000,000 rows, 40,000 a second, about 45 s left"; without a total only what is done.
std::string progress_text(std::uint64_t done, std::uint64_t total, std::chrono::duration<double> elapsed);

class Progress {
public:
    /// `shown`: only then is anything written, to standard error.
    explicit Progress(bool shown) : shown_(shown) {}
    ~Progress();  ///< leaves a clean line
    Progress(Progress const&) = delete;
    Progress& operator=(Progress const&) = delete;

    /// `total` 0: not known. A new name begins anew.
    void at(std::string const& name, std::uint64_t done, std::uint64_t total);

private:
    using Clock = std::chrono::steady_clock;
    bool shown_;
    bool written_ = false;
    std::string name_;
    Clock::time_point begun_, last_;
};

}  // namespace casebridge::cli
