// A step that is read prints and reads as the same, carries nothing its schema does not name, and leads somewhere or is
// refused with a code, the same at both nodes.
#include "policies/procedure/log.h"
#include "tests/fuzz/invariant.h"

using namespace casebridge;

namespace {

Timestamp const noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25) + std::chrono::hours(12);

std::size_t members(Json const& json) {
    return json.as_object()->size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const body = parse_step_body({reinterpret_cast<char const*>(data), size});
    FUZZ_INVARIANT(body || !body.error().code.empty());
    if (!body) return 0;
    ++fuzz_accepted;
    auto const printed = dump(to_json(*body));
    auto const again = parse_step_body(printed);
    FUZZ_INVARIANT(again && *again == *body && dump(to_json(*again)) == printed);
    auto const* const schema = find_step_schema(body->kind, body->step.contents_of());
    FUZZ_INVARIANT(schema != nullptr);
    auto const fields = body->step.to_json();
    auto const& contents = body->step.corrects() ? *fields.find("fields") : fields;
    FUZZ_INVARIANT(members(contents) <= schema->size());

    std::chrono::days const expire_after{90};
    Standing standing(body->kind);
    StepEvent const event{MessageId::make(noon, "0123456789"), body->side, body->lamport, noon, body->step};
    auto const outcome = take_step(standing, event, expire_after);
    FUZZ_INVARIANT(outcome.code.empty() == (standing.stage != Stage::not_opened));
    ProcedureLog log(body->kind, expire_after);
    FUZZ_INVARIANT(log.add(event).is_new && !log.add(event).is_new);
    FUZZ_INVARIANT(log.outcome(event.message) != nullptr);
    return 0;
}
