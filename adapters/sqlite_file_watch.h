// SqliteFileWatch: whether anything can have been committed to a SQLite file since it was last looked at.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <tuple>

namespace casebridge {

/// By the times of the file and of its write-ahead log: a commit writes to one of them. The file is not opened.
class SqliteFileWatch {
public:
    explicit SqliteFileWatch(std::filesystem::path path) : path_(std::move(path)) {}

    /// True the first time.
    bool may_have_changed();

private:
    /// Device, inode, size, seconds and nanoseconds of the last write; zeros if there is no such file.
    using FileTimes = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t, std::int64_t>;
    static FileTimes times_of(std::filesystem::path const& path);

    std::filesystem::path path_;
    std::optional<std::pair<FileTimes, FileTimes>> seen_;
};

}  // namespace casebridge
