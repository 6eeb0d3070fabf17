// CsvLoading: one export on its way into a scratch database, on a thread of its own.
#pragma once

#include "adapters/csv_export.h"
#include "adapters/scratch_database.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace casebridge {

class CsvLoading {
public:
    /// Begins at once.
    CsvLoading(CsvSettings const& settings, CsvExport found);
    /// Ends within the reading of a few KiB, whatever is left of the files.
    ~CsvLoading();
    CsvLoading(CsvLoading const&) = delete;
    CsvLoading& operator=(CsvLoading const&) = delete;

    [[nodiscard]] CsvExport const& what() const { return found_; }
    /// Waits no longer than that; true if it has ended, well or not.
    [[nodiscard]] bool ended_within(std::chrono::milliseconds patience);
    struct Outcome {
        CsvExport found;                  ///< without its folder
        Result<ScratchDatabase> scratch;  ///< errors: those of `load_export`
    };
    /// Once, after it has ended.
    Outcome take();

private:
    CsvSettings settings_;
    CsvExport found_;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::optional<Result<ScratchDatabase>> outcome_;
    std::jthread thread_;  ///< the last member: it uses the others
};

}  // namespace casebridge
