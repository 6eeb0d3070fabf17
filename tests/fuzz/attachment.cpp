// What is accepted as an attachment is of one of the three types, holds none of the metadata it came with, and cleaning
// it again changes nothing.
#include "policies/attachment.h"

#include "tests/fuzz/invariant.h"

using namespace casebridge;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    ByteView const bytes(data, size);
    auto const clean = clean_attachment(bytes);
    if (!clean) {
        FUZZ_INVARIANT(clean.error().code.starts_with("thread."));
        return 0;
    }
    ++fuzz_accepted;
    FUZZ_INVARIANT(sniff(bytes) == clean->type);
    FUZZ_INVARIANT(clean->bytes.size() + clean->removed == size);
    auto const again = clean_attachment(clean->bytes);
    FUZZ_INVARIANT(again && again->type == clean->type && again->removed == 0 && again->bytes == clean->bytes);
    return 0;
}
