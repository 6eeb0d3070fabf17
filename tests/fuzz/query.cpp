// A question that is read prints and reads as the same question; an answer is read or refused with a code.
#include "policies/query.h"

#include "tests/fuzz/invariant.h"

using namespace casebridge;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const text(data, data + size);
    auto const query = parse_query(text);
    auto const answer = parse_query_answer(text);
    FUZZ_INVARIANT(!query || !answer);  // no text is both
    FUZZ_INVARIANT(query || !query.error().code.empty());
    FUZZ_INVARIANT(answer || !answer.error().code.empty());
    if (query || answer) ++fuzz_accepted;
    if (query) {
        auto const printed = to_payload(*query);
        auto const again = parse_query(printed);
        FUZZ_INVARIANT(printed.size() == 2048 && again && to_payload(*again) == printed);
    }
    if (answer && !answer->told)
        FUZZ_INVARIANT(OutgoingAnswer::no_information(answer->header).payload().size() == 30 * 1024);
    return 0;
}
