// FaultControl: the memory that a driver and one daemon under the preloaded shim share. The driver says which call is
// to go wrong and how; the shim counts, does it, and writes down what it saw.
//
// One counter for the whole process: which thread makes a call does not matter. Plain data: mapped from a file whose
// name is in $CASEBRIDGE_FAULT_CONTROL; storage is every regular file and directory under $CASEBRIDGE_FAULT_ROOT.
#pragma once

#include <atomic>
#include <cstdint>

namespace casebridge::test {

enum class FaultAction : std::uint32_t {
    none,        ///< only counts and traces
    kill,        ///< SIGKILL instead of the call
    kill_torn,   ///< SIGKILL after half of the bytes; as `kill` where there are no bytes
    power,       ///< the call, then the power fails: nothing that was not synced is there any more
    power_some,  ///< as `power`, but some of what was not synced is there, not in order (by the number of the call)
    eio,         ///< this call to storage and all after it fail with EIO
    eio_once,    ///< only this one does
    enospc,      ///< all that would need room fail with ENOSPC, from this one on; syncs and removals do not
    short_write  ///< half of this write is done, what would need room after it fails with ENOSPC
};

enum class CallKind : std::uint8_t { create, write, truncate, sync, rename, remove, send };
enum class CallTarget : std::uint8_t { store, log, index, journal, directory, other, peer, officer };  // log: the WAL

struct CallTrace {
    CallKind kind;
    CallTarget target;
    std::int16_t descriptor;
    std::uint32_t bytes;
};

struct FaultControl {
    static constexpr std::uint32_t capacity = 1U << 14U;

    // Set by the driver, `action` last.
    std::atomic<FaultAction> action;
    std::atomic<bool> storage_only;  ///< sends are not counted
    std::atomic<bool> counting;      ///< nothing is counted, and nothing goes wrong, before
    std::atomic<std::uint32_t> at;   ///< number of the call, from 1

    // Set by the shim.
    std::atomic<std::uint32_t> counted;
    std::atomic<std::uint32_t> fired;  ///< number of the call that went wrong; 0: none did
    std::atomic<CallTrace> fired_call;
    /// Writes and sends before they happen, syncs once they have: in this order an answer must not come before its
    /// sync.
    std::atomic<std::uint32_t> traced;
    std::atomic<CallTrace> trace[capacity];
};

static_assert(std::atomic<CallTrace>::is_always_lock_free && std::atomic<FaultAction>::is_always_lock_free);

}  // namespace casebridge::test
