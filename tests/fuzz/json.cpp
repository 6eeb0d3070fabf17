// What the JSON reader accepts prints and reads back as the same value; what comes from peers never passes without it.
#include "policies/duty.h"
#include "tests/fuzz/invariant.h"

using namespace casebridge;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const text(data, data + size);
    auto const json = parse_json(text);
    auto const message = parse_incoming(text);
    auto const receipt = parse_receipt(text);
    if (!json) {
        FUZZ_INVARIANT(json.error().code.starts_with("json."));
        FUZZ_INVARIANT(!message && !receipt);
        return 0;
    }
    JsonLimits const roomy{.bytes = 8 << 20};
    auto const again = parse_json(dump(*json), roomy);
    FUZZ_INVARIANT(again && *again == *json);
    if (message || receipt) ++fuzz_accepted;
    FUZZ_INVARIANT(message || !message.error().code.empty());
    FUZZ_INVARIANT(receipt || !receipt.error().code.empty());
    return 0;
}
