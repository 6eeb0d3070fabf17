#include "daemon/file_lock.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace casebridge {

Result<FileLock> FileLock::acquire(std::filesystem::path const& path) {
    int const descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return Error{ErrorKind::internal, "store.failed", path.string() + ": cannot be created"};
    FileLock lock(descriptor);
    // flock, not fcntl: it belongs to this descriptor, so that closing another one in this process cannot drop it.
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno == EWOULDBLOCK)
        return Error{ErrorKind::unavailable, "store.locked", path.string() + ": another process uses the store"};
    return Error{ErrorKind::internal, "store.failed", path.string() + ": cannot be locked"};
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace casebridge
