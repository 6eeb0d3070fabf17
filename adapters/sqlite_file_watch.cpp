#include "adapters/sqlite_file_watch.h"

#include <utility>

#include <sys/stat.h>

namespace casebridge {

bool SqliteFileWatch::may_have_changed() {
    auto const now = std::pair(times_of(path_), times_of(path_.string() + "-wal"));
    return std::exchange(seen_, now) != now;
}

SqliteFileWatch::FileTimes SqliteFileWatch::times_of(std::filesystem::path const& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return {};
    return {status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

}  // namespace casebridge
