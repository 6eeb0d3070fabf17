// What one process that reads a national database by casebridge's own adapters measures of itself.
#pragma once

#include <filesystem>
#include <string>

namespace casebridge::bench {

struct ProbePlan {
    std::filesystem::path map, key;
    int rows = 0;     ///< in the database
    int lookups = 0;  ///< 0: none
};

struct Probed {
    double open_seconds = 0, scan_seconds = 0;
    double rows = 0;
    double idle_mib = 0, open_peak_mib = 0, scan_peak_mib = 0;  ///< resident, with the processes it started
    double lookup_p50_ms = 0, lookup_p99_ms = 0;
    double reload_seconds = 0, reload_longest_ms = 0, reload_peak_mib = 0;  ///< of CSV, while it is asked on and on

    [[nodiscard]] std::string to_line() const;
    /// Throws std::runtime_error.
    static Probed parse(std::string const& line);
};

/// Throws std::runtime_error.
Probed probe_source(ProbePlan const& plan);

}  // namespace casebridge::bench
