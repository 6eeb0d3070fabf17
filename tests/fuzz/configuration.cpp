// The daemon's configuration: loaded whole, or refused with a code.
#include "daemon/config.h"
#include "tests/fuzz/invariant.h"

#include <sys/mman.h>
#include <unistd.h>

using namespace casebridge;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static int const file = ::memfd_create("configuration", MFD_CLOEXEC);
    FUZZ_INVARIANT(file >= 0 && ::ftruncate(file, 0) == 0);
    FUZZ_INVARIANT(::pwrite(file, data, size, 0) == static_cast<ssize_t>(size));
    auto const config = load_config("/proc/self/fd/" + std::to_string(file));
    if (!config) {
        FUZZ_INVARIANT(!config.error().code.empty());
        return 0;
    }
    ++fuzz_accepted;
    FUZZ_INVARIANT(!config->offices.empty() && !config->officers.empty());
    FUZZ_INVARIANT(config->query_answer_slot >= std::chrono::milliseconds(100));
    FUZZ_INVARIANT(config->limits.body_bytes <= 1024 * 1024);
    return 0;
}
