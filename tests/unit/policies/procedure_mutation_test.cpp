#include "parsing.h"
#include "policies/procedure/table.h"
#include "tests/support/procedure_steps.h"

#include <algorithm>
#include <array>

#include <boost/test/unit_test.hpp>

using namespace casebridge;

BOOST_AUTO_TEST_SUITE(procedure_mutation)

BOOST_AUTO_TEST_CASE(mutated_steps_are_read_or_refused_with_a_code_of_form) {
    constexpr std::array<std::string_view, 7> prefixes = {"json.",   "procedure.", "date.",      "time.",
                                                          "office.", "encoding.",  "message_id."};
    std::mt19937 random(11);
    for (int i = 0; i < test::mutation_rounds; ++i) {
        auto const kind = static_cast<ProcedureKind>(static_cast<std::size_t>(i) % procedure_kind_count);
        auto const step = opening_step(kind);
        auto const body = Json::object()
                              .set("version", 1)
                              .set("kind", to_text(kind))
                              .set("side", "initiator")
                              .set("lamport", 1)
                              .set("step", to_text(step))
                              .set("fields", test::sample_fields(kind, step, random));
        auto const code = test::refusal_of(parse_step_body(test::mutated(dump(body), random)));
        auto const fits = [code](std::string_view prefix) { return code.starts_with(prefix); };
        BOOST_REQUIRE_MESSAGE((code.empty() || std::ranges::any_of(prefixes, fits)), code);
    }
}

BOOST_AUTO_TEST_SUITE_END()
