#include "tests/bench/procedure_bench.h"

#include "tests/support/procedure_steps.h"

#include <chrono>
#include <stdexcept>

namespace casebridge::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::days expire_after{90};
constexpr auto I = Side::initiator;
constexpr auto R = Side::responder;

/// A return from its proposal to the receipt of the person, with a question back and a date that was moved.
std::vector<StepEvent> whole_return() {
    test::StepMaker maker(ProcedureKind::return_and_handover);
    std::vector<StepEvent> events;
    auto const step = [&](Side side, StepType type, Json const& fields = Json::object()) {
        events.push_back(maker.make(side, events.size() + 1, type, fields));
        maker.now += std::chrono::hours(20);
    };
    auto const day = [](char const* name, char const* text) { return Json::object().set(name, text); };
    auto const record = Json::object().set("record", sha256(as_bytes("record")).hex());
    step(I, StepType::propose);
    step(R, StepType::need_more);
    step(I, StepType::supply);
    step(R, StepType::accept);
    step(I, StepType::give_notice, day("planned_on", "2026-11-18"));
    step(R, StepType::propose_date, day("proposed_on", "2026-11-20"));
    step(I, StepType::agree_date, day("agreed_on", "2026-11-20"));
    step(I, StepType::sign_handover, record);
    step(R, StepType::sign_handover, record);
    step(R, StepType::confirm_receipt);
    return events;
}

/// Steps a second: `fold` does all of them once.
template <typename Fold>
double steps_per_second(std::size_t steps, double seconds, Fold fold) {
    auto const start = Clock::now();
    double passed = 0;
    std::size_t rounds = 0;
    do {
        for (int i = 0; i < 100; ++i) fold();
        rounds += 100;
        passed = std::chrono::duration<double>(Clock::now() - start).count();
    } while (passed < seconds);
    return static_cast<double>(rounds * steps) / passed;
}

void require_received(ProcedureLog const& log) {
    if (log.standing().stage != Stage::received) throw std::runtime_error("the return did not come to its end");
}

}  // namespace

Figures measure_procedures(double seconds) {
    auto const events = whole_return();
    std::vector<std::string> texts;
    for (auto const& event : events)
        texts.push_back(
            dump(to_json(StepBody{ProcedureKind::return_and_handover, event.side, event.lamport, event.step})));
    auto const log = [] { return ProcedureLog(ProcedureKind::return_and_handover, expire_after); };

    auto const hashed = steps_per_second(events.size(), seconds, [&] {
        for (auto const& text : texts) static_cast<void>(sha256(as_bytes(text)));
    });
    auto const in_order = steps_per_second(events.size(), seconds, [&] {
        auto procedure = log();
        for (auto const& event : events) procedure.add(event);
        require_received(procedure);
    });
    auto const backwards = steps_per_second(events.size(), seconds, [&] {
        auto procedure = log();
        for (auto event = events.rbegin(); event != events.rend(); ++event) procedure.add(*event);
        require_received(procedure);
    });
    auto const parsed = steps_per_second(events.size(), seconds, [&] {
        auto procedure = log();
        for (std::size_t i = 0; i < texts.size(); ++i) {
            auto body = parse_step_body(texts[i]);
            if (!body) throw std::runtime_error(std::string(body.error().code));
            procedure.add({events[i].message, body->side, body->lamport, events[i].sent_at, body->step});
        }
        require_received(procedure);
    });
    std::string const group = "procedures: a return of 10 steps, one thread", bound = "SHA-256 of the same bytes";
    return {{group, "transitions, steps in order", in_order, "/s", bound, hashed},
            {group, "transitions, the last step first", backwards, "/s", bound, hashed},
            {group, "read from JSON, then taken", parsed, "/s", bound, hashed}};
}

}  // namespace casebridge::bench
