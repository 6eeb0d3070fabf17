// Every kind of file an officer writes: loaded whole, or refused with a code; what loads, loads again as the same.
#include "adapters/field_map.h"
#include "policies/agreement.h"
#include "policies/calendar.h"
#include "policies/consent.h"
#include "policies/sharing_policy.h"
#include "policies/wording.h"
#include "tests/fuzz/invariant.h"

#include <algorithm>

using namespace casebridge;

namespace {

template <typename Load>
void check(std::string const& text, Load load) {
    auto const loaded = [&] { return load(YamlFile{to_bytes(text), *parse_yaml(text, "fuzzed.yaml")}); };
    auto const first = loaded();
    if (!first) {
        FUZZ_INVARIANT(!first.error().code.empty());
        FUZZ_INVARIANT(!loaded());
        return;
    }
    ++fuzz_accepted;
    FUZZ_INVARIANT(loaded());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const text(data, data + size);
    if (auto const yaml = parse_yaml(text, "fuzzed.yaml"); !yaml) {
        FUZZ_INVARIANT(yaml.error().code.starts_with("yaml."));
        return 0;
    }
    check(text, [](YamlFile const& file) {
        auto agreement = Agreement::load(file);
        FUZZ_INVARIANT(!agreement || agreement->digest() == sha256(file.bytes));
        FUZZ_INVARIANT(!agreement || agreement->parties().size() >= 2);
        if (agreement)
            for (auto const& party : agreement->parties())
                for (auto const& office : party.directory)  // every one leads to an address of messages
                    FUZZ_INVARIANT(std::ranges::find(party.offices, office.routes_to) != party.offices.end());
        return agreement;
    });
    check(text, [](YamlFile const& file) {
        auto consent = Consent::load(file);
        FUZZ_INVARIANT(!consent || (!consent->id.empty() && !consent->recipients.empty()));
        return consent;
    });
    check(text, [](YamlFile const& file) {
        auto policy = SharingPolicy::load(file);
        FUZZ_INVARIANT(!policy || policy->version() >= 1);
        return policy;
    });
    check(text, [](YamlFile const& file) { return Calendar::load(file); });
    check(text, [](YamlFile const& file) { return Wording::load(file); });
    check(text, [](YamlFile const& file) { return FieldMap::load(file, "/nonexistent"); });
    return 0;
}
