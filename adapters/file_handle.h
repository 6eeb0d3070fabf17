// FileHandle: a file descriptor that is closed with its owner.
#pragma once

#include <utility>

#include <unistd.h>

namespace casebridge {

class FileHandle {
public:
    explicit FileHandle(int descriptor = -1) noexcept : descriptor_(descriptor) {}
    FileHandle(FileHandle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileHandle& operator=(FileHandle&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~FileHandle() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    [[nodiscard]] int get() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

}  // namespace casebridge
