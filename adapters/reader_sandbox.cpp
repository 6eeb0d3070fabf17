#include "adapters/reader_sandbox.h"

#include <array>
#include <cerrno>
#include <cstddef>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace casebridge::reader {
namespace {

#if defined(__x86_64__)
constexpr unsigned int machine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned int machine = AUDIT_ARCH_AARCH64;
#else
constexpr unsigned int machine = 0;
#endif

// What a reader of one local file never does. Those of older machines are not there on newer ones.
constexpr unsigned int refused_calls[] = {
    SYS_execve,
    SYS_execveat,
    SYS_clone,
    SYS_clone3,
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_ptrace,
    SYS_mount,
    SYS_umount2,
    SYS_chroot,
    SYS_kill,
    SYS_unlinkat,
    SYS_renameat2,
    SYS_linkat,
    SYS_symlinkat,
    SYS_mkdirat,
    SYS_mknodat,
    SYS_fchmodat,
    SYS_fchownat,
    SYS_setuid,
    SYS_setgid,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_keyctl,
    SYS_unshare,
    SYS_setns,
    SYS_add_key,
    SYS_request_key,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_io_uring_setup,
    SYS_userfaultfd,
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
    SYS_unlink,
    SYS_rename,
    SYS_link,
    SYS_symlink,
    SYS_mkdir,
    SYS_mknod,
    SYS_chmod,
    SYS_chown,
#endif
#ifdef SYS_renameat
    SYS_renameat,
#endif
};

constexpr std::size_t call_count = sizeof(refused_calls) / sizeof(refused_calls[0]);
constexpr unsigned int first_x32_call = 0x40000000;

sock_filter load(std::size_t offset) {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned int>(offset));
}
sock_filter answer(unsigned int action) {
    return BPF_STMT(BPF_RET | BPF_K, action);
}
/// Jumps so many further where the comparison holds.
sock_filter jump_if(unsigned short comparison, unsigned int value, std::size_t further) {
    return BPF_JUMP(static_cast<unsigned short>(BPF_JMP | comparison | BPF_K), value,
                    static_cast<unsigned char>(further), 0);
}

/// Refused calls fail with EPERM; those of another machine end the process.
bool filter_calls() {
    if (machine == 0) return true;
    constexpr std::size_t length = call_count + 7;
    std::array<sock_filter, length> program{};
    std::size_t at = 0;
    program[at++] = load(offsetof(seccomp_data, arch));
    program[at++] = jump_if(BPF_JEQ, machine, 1);
    program[at++] = answer(SECCOMP_RET_KILL_PROCESS);
    program[at++] = load(offsetof(seccomp_data, nr));
    program[at++] = jump_if(BPF_JGE, first_x32_call, call_count + 1);
    for (std::size_t call = 0; call < call_count; ++call) {
        program[at++] = jump_if(BPF_JEQ, refused_calls[call], call_count - call);
    }
    program[at++] = answer(SECCOMP_RET_ALLOW);
    program[at++] = answer(SECCOMP_RET_ERRNO | EPERM);
    sock_fprog const filter{static_cast<unsigned short>(at), program.data()};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

void limit(__rlimit_resource resource, rlim_t value) {
    rlimit const both{value, value};
    // A limit that is stricter already cannot be raised, and need not be.
    static_cast<void>(::setrlimit(resource, &both));
}

}  // namespace

bool give_up_privileges() {
    constexpr rlim_t mebibyte = rlim_t{1} << 20;
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 16);
    limit(RLIMIT_FSIZE, 16 * mebibyte);  // the -shm file of a database in WAL mode
#ifndef CASEBRIDGE_SANITIZED
    limit(RLIMIT_AS, 1024 * mebibyte);
#endif
    return ::prctl(PR_SET_DUMPABLE, 0) == 0 && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filter_calls();
}

}  // namespace casebridge::reader
