// The preloaded shim: stands between a daemon and the calls by which it changes storage or answers somebody.
//
// SECURITY: for tests only; never installed. Makes its system calls itself: no allocation, no dlsym, nothing that could
// not be done in any thread at any moment. Storage calls happen one at a time, under a lock that whoever ends the
// process takes as well: no call is half done when the power "fails", except where a torn one was asked for.
#include "tests/faults/shim/fault_control.h"
#include "tests/faults/shim/unsynced.h"

#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string_view>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

namespace casebridge::test {
namespace {

FaultControl* control = nullptr;
char root[1024] = "";
std::mutex storage;  // guards `unsynced`, and each storage call with what is noted about it
Unsynced unsynced;

bool is_under_root(char const* path) {
    auto const length = std::strlen(root);
    return length != 0 && std::strncmp(path, root, length) == 0;
}

CallTarget target_of_path(std::string_view path) {
    if (path.ends_with("-wal")) return CallTarget::log;
    if (path.ends_with("-shm")) return CallTarget::index;
    if (path.ends_with("-journal")) return CallTarget::journal;
    return path.ends_with(".db") ? CallTarget::store : CallTarget::other;
}

bool is_kept_by_sqlite(CallTarget target) {
    return target == CallTarget::store || target == CallTarget::log || target == CallTarget::journal;
}

struct Call {
    CallKind kind;
    CallTarget target;
    int descriptor;
    std::size_t bytes;
    [[nodiscard]] bool is_send() const { return kind == CallKind::send; }
    [[nodiscard]] bool needs_room() const {
        return kind == CallKind::create || kind == CallKind::write || kind == CallKind::rename;
    }
};

/// False if the descriptor is none of the daemon's storage.
bool find_storage(int descriptor, CallTarget& target) {
    struct stat status {};
    if (control == nullptr || descriptor <= STDERR_FILENO || ::fstat(descriptor, &status) != 0) return false;
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return false;
    char link[64] = "/proc/self/fd/", path[sizeof root] = "";
    char digits[12];
    int count = 0;
    for (auto rest = descriptor; count == 0 || rest != 0; rest /= 10)
        digits[count++] = static_cast<char>('0' + rest % 10);
    for (char* end = link + std::strlen(link); count > 0; *end = '\0') *end++ = digits[--count];
    auto const length = ::readlink(link, path, sizeof path - 1);
    if (length <= 0 || !is_under_root(path)) return false;
    target = S_ISDIR(status.st_mode) ? CallTarget::directory : target_of_path({path, static_cast<std::size_t>(length)});
    return true;
}

/// False for sockets of the process with itself.
bool find_peer(int descriptor, CallTarget& target) {
    sockaddr_un address{};  // as long as any that matters here
    socklen_t size = sizeof address;
    if (control == nullptr || ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return false;
    bool const officer = address.sun_family == AF_UNIX && size > sizeof(sa_family_t) && address.sun_path[0] == '/';
    target = officer ? CallTarget::officer : CallTarget::peer;
    return officer || address.sun_family == AF_INET;
}

void note(Call const& call) {
    auto const index = control->traced.fetch_add(1);
    if (index < FaultControl::capacity)
        control->trace[index] = {call.kind, call.target, static_cast<std::int16_t>(call.descriptor),
                                 static_cast<std::uint32_t>(call.bytes)};
}

[[noreturn]] void die() {
    for (;;) syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
}

/// What is to happen to this call; counts it.
FaultAction decide(Call const& call) {
    if (!control->counting || (control->storage_only && call.is_send())) return FaultAction::none;
    auto const number = control->counted.fetch_add(1) + 1;
    auto const action = control->action.load();
    auto const at = control->at.load();
    if (number == at && action != FaultAction::none) {
        control->fired_call = {call.kind, call.target, static_cast<std::int16_t>(call.descriptor),
                               static_cast<std::uint32_t>(call.bytes)};
        control->fired = number;
        return action;
    }
    bool const stays =
        action == FaultAction::eio || action == FaultAction::enospc || action == FaultAction::short_write;
    if (control->fired == 0 || number < at || !stays || call.is_send()) return FaultAction::none;
    return action == FaultAction::short_write ? FaultAction::enospc : action;
}

int error_of(FaultAction action, Call const& call) {
    if (call.is_send()) return 0;
    if (action == FaultAction::eio || action == FaultAction::eio_once) return EIO;
    bool const full = action == FaultAction::enospc || (action == FaultAction::short_write && call.bytes < 2);
    return full && call.needs_room() ? ENOSPC : 0;
}

/// `perform(bytes)` makes the call, with that many bytes where there are any.
template <typename Perform>
long pass(Call const& call, Perform const& perform) {
    auto const action = decide(call);
    if (action == FaultAction::kill) die();
    if (action == FaultAction::kill_torn) {
        if (call.bytes > 1) perform(call.bytes / 2);
        die();
    }
    if (auto const error = error_of(action, call); error != 0) {
        errno = error;
        return -1;
    }
    if (call.kind != CallKind::sync) note(call);
    auto const result = perform(action == FaultAction::short_write && !call.is_send() ? call.bytes / 2 : call.bytes);
    if (call.kind == CallKind::sync) note(call);
    if (action == FaultAction::power || action == FaultAction::power_some) {
        std::unique_lock lock(storage, std::defer_lock);
        if (call.is_send()) lock.lock();  // the others hold it
        unsynced.forget(action == FaultAction::power_some ? control->at.load() : 0);
        die();
    }
    return result;
}

template <typename Perform>
long pass_storage(Call const& call, Perform const& perform) {
    std::lock_guard const lock(storage);
    return pass(call, perform);
}

long write_storage(CallTarget target, int descriptor, void const* bytes, std::size_t size, off_t offset,
                   bool at_offset) {
    return pass_storage({CallKind::write, target, descriptor, size}, [=](std::size_t count) {
        if (is_kept_by_sqlite(target) && at_offset) unsynced.before_write(descriptor, bytes, count, offset);
        return at_offset ? syscall(SYS_pwrite64, descriptor, bytes, count, offset)
                         : syscall(SYS_write, descriptor, bytes, count);
    });
}

int sync_storage(long number, int descriptor) {
    CallTarget target{};
    if (!find_storage(descriptor, target)) return static_cast<int>(syscall(number, descriptor));
    return static_cast<int>(pass_storage({CallKind::sync, target, descriptor, 0}, [=](std::size_t) {
        auto const result = syscall(number, descriptor);
        if (result == 0) unsynced.synced(descriptor);
        return result;
    }));
}

int open_storage(char const* path, int flags, mode_t mode) {
    auto const open = [=](std::size_t) { return syscall(SYS_openat, AT_FDCWD, path, flags, mode); };
    if (control == nullptr || (flags & O_CREAT) == 0 || !is_under_root(path) || ::access(path, F_OK) == 0)
        return static_cast<int>(open(0));
    return static_cast<int>(pass_storage({CallKind::create, target_of_path(path), -1, 0}, open));
}

/// After a failed sync the kernel may drop what it could not write: whoever opens the file next finds it gone.
[[noreturn]] void leave(int status) {
    if (control != nullptr && control->fired != 0 && control->fired_call.load().kind == CallKind::sync) {
        std::lock_guard const lock(storage);
        unsynced.forget(0);
    }
    for (;;) syscall(SYS_exit_group, status);
}

__attribute__((constructor)) void attach() {
    auto const* const name = std::getenv("CASEBRIDGE_FAULT_CONTROL");
    auto const* const storage_root = std::getenv("CASEBRIDGE_FAULT_ROOT");
    if (name == nullptr || storage_root == nullptr || std::strlen(storage_root) >= sizeof root) return;
    std::strcpy(root, storage_root);
    auto const file = static_cast<int>(syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CLOEXEC, 0));
    if (file < 0) return;
    auto* const mapped = ::mmap(nullptr, sizeof(FaultControl), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (mapped != MAP_FAILED) control = static_cast<FaultControl*>(mapped);
}

}  // namespace
}  // namespace casebridge::test

using namespace casebridge::test;

extern "C" {

ssize_t pwrite64(int descriptor, void const* bytes, size_t size, off_t offset) {
    CallTarget target{};
    if (!find_storage(descriptor, target)) return syscall(SYS_pwrite64, descriptor, bytes, size, offset);
    return write_storage(target, descriptor, bytes, size, offset, true);
}
ssize_t pwrite(int descriptor, void const* bytes, size_t size, off_t offset) {
    return pwrite64(descriptor, bytes, size, offset);
}

ssize_t write(int descriptor, void const* bytes, size_t size) {
    CallTarget target{};
    if (find_storage(descriptor, target)) return write_storage(target, descriptor, bytes, size, 0, false);
    auto const plain = [=](std::size_t count) { return syscall(SYS_write, descriptor, bytes, count); };
    if (descriptor <= STDERR_FILENO || !find_peer(descriptor, target)) return plain(size);
    return pass({CallKind::send, target, descriptor, size}, plain);
}

ssize_t sendto(int descriptor, void const* bytes, size_t size, int flags, sockaddr const* to, socklen_t to_size) {
    CallTarget target{};
    auto const plain = [=](std::size_t count) {
        return syscall(SYS_sendto, descriptor, bytes, count, flags, to, to_size);
    };
    if (!find_peer(descriptor, target)) return plain(size);
    return pass({CallKind::send, target, descriptor, size}, plain);
}
ssize_t send(int descriptor, void const* bytes, size_t size, int flags) {
    return sendto(descriptor, bytes, size, flags, nullptr, 0);
}

ssize_t sendmsg(int descriptor, msghdr const* message, int flags) {
    CallTarget target{};
    auto const plain = [=](msghdr const* what) { return syscall(SYS_sendmsg, descriptor, what, flags); };
    if (!find_peer(descriptor, target)) return plain(message);
    std::size_t size = 0;
    for (std::size_t i = 0; i < message->msg_iovlen; ++i) size += message->msg_iov[i].iov_len;
    return pass({CallKind::send, target, descriptor, size}, [&](std::size_t count) {
        if (count == size) return plain(message);
        // Half of a message of several parts: its first part, or half of that.
        iovec part{message->msg_iov[0].iov_base, std::min(count, message->msg_iov[0].iov_len)};
        msghdr torn = *message;
        torn.msg_iov = &part;
        torn.msg_iovlen = 1;
        return plain(&torn);
    });
}

int fsync(int descriptor) {
    return sync_storage(SYS_fsync, descriptor);
}
int fdatasync(int descriptor) {
    return sync_storage(SYS_fdatasync, descriptor);
}

int ftruncate64(int descriptor, off_t size) {
    CallTarget target{};
    auto const plain = [=] { return syscall(SYS_ftruncate, descriptor, size); };
    if (!find_storage(descriptor, target)) return static_cast<int>(plain());
    return static_cast<int>(pass_storage({CallKind::truncate, target, descriptor, 0}, [=](std::size_t) {
        if (is_kept_by_sqlite(target)) unsynced.before_truncate(descriptor, size);
        return plain();
    }));
}
int ftruncate(int descriptor, off_t size) {
    return ftruncate64(descriptor, size);
}

int unlink(char const* path) {
    auto const plain = [=](std::size_t) { return syscall(SYS_unlinkat, AT_FDCWD, path, 0); };
    if (control == nullptr || !is_under_root(path)) return static_cast<int>(plain(0));
    return static_cast<int>(pass_storage({CallKind::remove, target_of_path(path), -1, 0}, plain));
}

int rename(char const* from, char const* to) {
    auto const plain = [=](std::size_t) { return syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to); };
    if (control == nullptr || !is_under_root(to)) return static_cast<int>(plain(0));
    return static_cast<int>(pass_storage({CallKind::rename, target_of_path(to), -1, 0}, plain));
}

int open64(char const* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    auto const mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_storage(path, flags, mode);
}
int open(char const* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    auto const mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_storage(path, flags, mode);
}

void _exit(int status) {
    leave(status);
}
void _Exit(int status) {
    leave(status);
}

}  // extern "C"
