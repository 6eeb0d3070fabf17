// The one document a peer sends unsigned: what is read prints and reads as the same.
#include "daemon/peer_contact.h"
#include "tests/fuzz/invariant.h"

using namespace casebridge;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const document = NodeDocument::parse({reinterpret_cast<char const*>(data), size});
    if (!document) {
        FUZZ_INVARIANT(!document.error().code.empty());
        return 0;
    }
    ++fuzz_accepted;
    auto const printed = dump(document->to_json());
    auto const again = NodeDocument::parse(printed);
    FUZZ_INVARIANT(again && dump(again->to_json()) == printed);
    return 0;
}
