#include "tests/faults/shim/unsynced.h"

#include <algorithm>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace casebridge::test {

// By system call throughout: the functions of these names are the shim's own.
struct Unsynced::File {
    dev_t device;
    ino_t inode;
    int descriptor;  ///< a duplicate, never closed: to close one would give up the process's locks on the file
};

/// In the arena followed by the bytes that were there, then by those that are written.
struct Unsynced::Record {
    File* file;  ///< nullptr: synced since
    off_t offset;
    off_t size_before;
    off_t size_after;  ///< -1: a write; otherwise a truncation to it
    std::size_t old_bytes, new_bytes;

    [[nodiscard]] char* old_data() { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] char const* old_data() const { return reinterpret_cast<char const*>(this + 1); }
    [[nodiscard]] char* new_data() { return old_data() + old_bytes; }
    [[nodiscard]] char const* new_data() const { return old_data() + old_bytes; }
};

namespace {

constexpr std::size_t arena_bytes = 256U << 20U;  // reserved, not used: a page costs when it is touched
constexpr std::size_t maximum_records = 65536, maximum_files = 64;

alignas(std::max_align_t) char file_bytes[maximum_files * 32];
std::size_t files = 0;
char* arena = nullptr;
std::size_t arena_used = 0;
std::size_t record_at[maximum_records];  // offsets in the arena
std::size_t records = 0;

[[noreturn]] void give_up(char const* why) {
    syscall(SYS_write, STDERR_FILENO, why, std::strlen(why));
    syscall(SYS_exit_group, 99);
    __builtin_unreachable();
}

std::uint32_t mixed(std::uint32_t value) {
    value ^= value >> 16U;
    value *= 0x7feb352dU;
    value ^= value >> 15U;
    value *= 0x846ca68bU;
    return value ^ value >> 16U;
}

}  // namespace

Unsynced::File* Unsynced::file_of(int descriptor) {
    static_assert(sizeof(File) <= 32);
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return nullptr;
    auto* const known = reinterpret_cast<File*>(file_bytes);
    for (std::size_t i = 0; i < files; ++i)
        if (known[i].device == status.st_dev && known[i].inode == status.st_ino) return &known[i];
    if (files == maximum_files) give_up("fault shim: too many files\n");
    auto const duplicate = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 200);
    if (duplicate < 0) return nullptr;
    known[files] = {status.st_dev, status.st_ino, duplicate};
    return &known[files++];
}

Unsynced::Record* Unsynced::add(File* file, off_t offset, std::size_t old_bytes, std::size_t new_bytes) {
    if (arena == nullptr) {
        auto* const mapped =
            ::mmap(nullptr, arena_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (mapped == MAP_FAILED) give_up("fault shim: no memory\n");
        arena = static_cast<char*>(mapped);
    }
    auto const size =
        (sizeof(Record) + old_bytes + new_bytes + alignof(Record) - 1) / alignof(Record) * alignof(Record);
    if (records == maximum_records || arena_used + size > arena_bytes) give_up("fault shim: too much unsynced\n");
    auto* const record = reinterpret_cast<Record*>(arena + arena_used);
    struct stat status {};
    ::fstat(file->descriptor, &status);
    *record = {file, offset, status.st_size, -1, old_bytes, new_bytes};
    record_at[records++] = arena_used;
    arena_used += size;
    auto const read = syscall(SYS_pread64, file->descriptor, record->old_data(), old_bytes, offset);
    if (read != static_cast<long>(old_bytes)) give_up("fault shim: cannot read what is to be overwritten\n");
    return record;
}

void Unsynced::before_write(int descriptor, void const* bytes, std::size_t size, off_t offset) {
    auto* const file = file_of(descriptor);
    if (file == nullptr) return;
    struct stat status {};
    ::fstat(file->descriptor, &status);
    auto const overwritten = std::clamp<off_t>(status.st_size - offset, 0, static_cast<off_t>(size));
    auto* const record = add(file, offset, static_cast<std::size_t>(overwritten), size);
    std::memcpy(record->new_data(), bytes, size);
}

void Unsynced::before_truncate(int descriptor, off_t new_size) {
    auto* const file = file_of(descriptor);
    if (file == nullptr) return;
    struct stat status {};
    ::fstat(file->descriptor, &status);
    auto const cut = std::max<off_t>(status.st_size - new_size, 0);
    add(file, new_size, static_cast<std::size_t>(cut), 0)->size_after = new_size;
}

void Unsynced::synced(int descriptor) {
    auto* const file = file_of(descriptor);
    bool any_left = false;
    for (std::size_t i = 0; i < records; ++i) {
        auto& record = *reinterpret_cast<Record*>(arena + record_at[i]);
        if (record.file == file) record.file = nullptr;
        any_left = any_left || record.file != nullptr;
    }
    if (!any_left) records = arena_used = 0;
}

void Unsynced::take_back(Record const& record) const {
    syscall(SYS_pwrite64, record.file->descriptor, record.old_data(), record.old_bytes, record.offset);
    syscall(SYS_ftruncate, record.file->descriptor, record.size_before);
}

void Unsynced::do_again(Record const& record) const {
    if (record.size_after >= 0)
        syscall(SYS_ftruncate, record.file->descriptor, record.size_after);
    else
        syscall(SYS_pwrite64, record.file->descriptor, record.new_data(), record.new_bytes, record.offset);
}

void Unsynced::forget(std::uint32_t seed) {
    for (std::size_t i = records; i-- > 0;) {
        auto const& record = *reinterpret_cast<Record const*>(arena + record_at[i]);
        if (record.file != nullptr) take_back(record);
    }
    for (std::size_t i = 0; seed != 0 && i < records; ++i) {
        auto const& record = *reinterpret_cast<Record const*>(arena + record_at[i]);
        if (record.file != nullptr && mixed(seed * 0x9e3779b9U + static_cast<std::uint32_t>(i)) % 2 == 0)
            do_again(record);
    }
    records = arena_used = 0;
}

}  // namespace casebridge::test
