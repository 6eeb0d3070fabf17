#include "tests/unit/daemon/failing_disk.h"

#include <atomic>
#include <cerrno>

#include <dlfcn.h>
#include <sys/types.h>
#include <unistd.h>

namespace casebridge::test {
namespace {

std::atomic<int> write_error{0};
std::atomic<int> sync_error{0};
std::atomic<long> syncs{0};

template <typename Function>
Function next(char const* name) {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

bool fails(std::atomic<int> const& error) {
    int const code = error;
    if (code != 0) errno = code;
    return code != 0;
}

}  // namespace

FailingDisk::FailingDisk(Call call, int error) {
    (call == Call::write ? write_error : sync_error) = error;
}

FailingDisk::~FailingDisk() {
    write_error = 0;
    sync_error = 0;
}

long syncs_so_far() {
    return syncs;
}

}  // namespace casebridge::test

extern "C" {

ssize_t pwrite64(int file, void const* bytes, size_t size, off64_t offset) {
    static auto const real = casebridge::test::next<ssize_t (*)(int, void const*, size_t, off64_t)>("pwrite64");
    return casebridge::test::fails(casebridge::test::write_error) ? -1 : real(file, bytes, size, offset);
}

int fdatasync(int file) {
    static auto const real = casebridge::test::next<int (*)(int)>("fdatasync");
    ++casebridge::test::syncs;
    return casebridge::test::fails(casebridge::test::sync_error) ? -1 : real(file);
}

int fsync(int file) {
    static auto const real = casebridge::test::next<int (*)(int)>("fsync");
    ++casebridge::test::syncs;
    return casebridge::test::fails(casebridge::test::sync_error) ? -1 : real(file);
}
}
