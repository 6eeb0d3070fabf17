// What storage would forget if the power failed now: the bytes that were there before each write or truncation since
// the last sync of that file. No allocation, no locks of its own: the caller holds one.
#pragma once

#include <cstddef>
#include <cstdint>

#include <sys/types.h>

namespace casebridge::test {

/// Not of directories: that a file was created or removed is never forgotten.
class Unsynced {
public:
    /// Before `size` bytes are written at `offset`.
    void before_write(int descriptor, void const* bytes, std::size_t size, off_t offset);
    void before_truncate(int descriptor, off_t new_size);
    void synced(int descriptor);
    /// Takes back what was not synced, from the file as others will find it. If `seed` is not 0, some of it is done
    /// again, in order but with gaps.
    void forget(std::uint32_t seed);

private:
    struct File;
    struct Record;
    File* file_of(int descriptor);
    Record* add(File* file, off_t offset, std::size_t old_bytes, std::size_t new_bytes);
    void take_back(Record const& record) const;
    void do_again(Record const& record) const;
};

}  // namespace casebridge::test
