// The outer gate admits whole envelopes only: one byte less or more is refused, and a refusal has its code.
#include "crypto/der_gate.h"

#include "tests/fuzz/invariant.h"

#include <algorithm>

using namespace casebridge;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    constexpr std::size_t limit = 1 << 20;
    Bytes input(data, data + size);
    auto const gated = gate_outer(input, limit);
    if (!gated) {
        FUZZ_INVARIANT(gated.error().code.starts_with("gate.outer_"));
        return 0;
    }
    ++fuzz_accepted;
    FUZZ_INVARIANT(std::ranges::equal(gated->bytes(), input));
    FUZZ_INVARIANT(!gate_outer(Bytes(data, data + size - 1), limit));
    input.push_back(0);
    FUZZ_INVARIANT(!gate_outer(std::move(input), limit));
    return 0;
}
