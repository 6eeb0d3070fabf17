// FailingDisk: while one lives, writes or syncs of this process fail as a broken or full disk makes them.
//
// Stands in front of the C library's pwrite64, fdatasync and fsync, which is what SQLite writes its files with.
#pragma once

namespace casebridge::test {

class FailingDisk {
public:
    enum class Call { write, sync };
    /// `error`: an errno, e.g. EIO or ENOSPC.
    FailingDisk(Call call, int error);
    ~FailingDisk();
    FailingDisk(FailingDisk const&) = delete;
    FailingDisk& operator=(FailingDisk const&) = delete;
};

/// How often this process has synced a file so far.
long syncs_so_far();

}  // namespace casebridge::test
