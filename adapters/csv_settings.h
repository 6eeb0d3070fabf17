// CsvSettings: a national database that is a folder of CSV files, as a field map describes it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace casebridge {

struct CsvSettings {
    std::filesystem::path folder;
    std::string extension = "csv";  ///< of the files that are tables
    std::string encoding = "utf-8";
    char separator = ',';
    char quote = '"';
    std::string marker;                            ///< file that is written last; empty: none
    std::chrono::seconds settle{5};                ///< without a marker: untouched for so long is finished
    std::chrono::seconds grace{600};               ///< how long the last whole export serves while the next is written
    std::chrono::milliseconds patience{7000};      ///< how long opening waits for an export to be finished
    std::chrono::milliseconds load_patience{500};  ///< how long a query waits for a new export to be loaded
    std::filesystem::path scratch = "/var/tmp";    ///< where ScratchDatabase has its file
    std::size_t maximum_value_bytes = std::size_t{1} << 20;
    std::size_t maximum_row_bytes = std::size_t{16} << 20;
    std::int64_t maximum_file_bytes = std::int64_t{4} << 30;
    std::chrono::milliseconds query_time_limit{10000};

    /// The tables a field map names, each with its columns of case numbers (they are indexed); no others are read.
    /// Empty: all files (there is no map yet).
    std::map<std::string, std::set<std::string>> tables;

    std::function<std::chrono::system_clock::time_point()> now = [] { return std::chrono::system_clock::now(); };
};

}  // namespace casebridge
