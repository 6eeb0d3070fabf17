// The layer under a shared key: admitted whole or refused with a code; under the corpus's key nothing comes out but
// what was put in.
#include "crypto/meeting_layer.h"

#include "crypto/der_gate.h"
#include "tests/fuzz/invariant.h"

using namespace casebridge;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    constexpr std::size_t limit = 1 << 20;
    static Secret const key(Bytes(meeting_key_bytes, 7));
    Bytes input(data, data + size);
    bool const named = has_meeting_layer(input);
    auto const gated = gate_meeting(input, limit);
    if (!gated) {
        FUZZ_INVARIANT(gated.error().code.starts_with("gate.meeting_"));
        return 0;
    }
    ++fuzz_accepted;
    FUZZ_INVARIANT(named);
    FUZZ_INVARIANT(!gate_outer(input, limit));
    auto const inside = remove_meeting_layer(*gated, key);
    FUZZ_INVARIANT(inside ? static_cast<bool>(gate_outer(*inside, limit))
                          : inside.error().code == "meeting_layer.not_opened");
    FUZZ_INVARIANT(!gate_meeting(Bytes(data, data + size - 1), limit));
    input.push_back(0);
    FUZZ_INVARIANT(!gate_meeting(std::move(input), limit));
    return 0;
}
