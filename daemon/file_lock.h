// FileLock: at most one holder among all processes, given back by the kernel however the holder ends.
#pragma once

#include "crypto/result.h"

#include <filesystem>

namespace casebridge {

class FileLock {
public:
    /// Creates the file (mode 0600) if needed; it stays. Errors: `store.locked` (held elsewhere), `store.failed`.
    static Result<FileLock> acquire(std::filesystem::path const& path);

    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    ~FileLock();

private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace casebridge
