// Revocation lists and roots as a partner shows them: what is read prints and reads as the same.
#include "crypto/root_rollover.h"
#include "daemon/revocation_bundle.h"
#include "tests/fuzz/invariant.h"

using namespace casebridge;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    // A list by itself, too: through base64 and JSON a fuzzer hardly gets to it.
    if (auto const list = RevocationList::from_der({data, size}); list) {
        ++fuzz_accepted;
        auto const again = RevocationList::from_der(list->der());
        FUZZ_INVARIANT(again && again->number() == list->number() && again->entries().size() == list->entries().size());
        FUZZ_INVARIANT(list->next_update() > list->this_update());
    }
    if (auto const roots = RootHistory::parse({reinterpret_cast<char const*>(data), size})) {
        ++fuzz_accepted;
        auto const again = RootHistory::parse(roots->pem());
        FUZZ_INVARIANT(again && again->pem() == roots->pem() && again->steps().size() <= maximum_rollovers);
    }
    auto const bundle = RevocationBundle::parse({reinterpret_cast<char const*>(data), size});
    if (!bundle) {
        FUZZ_INVARIANT(!bundle.error().code.empty());
        return 0;
    }
    ++fuzz_accepted;
    auto const printed = dump(bundle->to_json());
    auto const again = RevocationBundle::parse(printed);
    FUZZ_INVARIANT(again && dump(again->to_json()) == printed);
    return 0;
}
