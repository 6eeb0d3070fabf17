// Steps with made-up contents, of the form their schemas ask for.
#pragma once

#include "policies/procedure/log.h"

#include <random>

namespace casebridge::test {

/// Fields of a step that is accepted; different for another state of `random`.
Json sample_fields(ProcedureKind kind, StepType step, std::mt19937& random);

/// A message id of its own for every `number`.
MessageId message_number(std::uint64_t number);

/// Steps of one procedure, numbered and dated as they are made.
class StepMaker {
public:
    explicit StepMaker(ProcedureKind kind, unsigned seed = 1) : kind_(kind), random_(seed) {}

    Timestamp now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 2) + std::chrono::hours(3);

    /// `fields`: replace or add to made-up ones.
    StepEvent make(Side side, std::uint64_t lamport, StepType step, Json const& fields = Json::object());
    StepEvent correct(Side side, std::uint64_t lamport, StepEvent const& corrected,
                      Json const& fields = Json::object());

private:
    ProcedureKind kind_;
    std::mt19937 random_;
    std::uint64_t messages_ = 0;
};

constexpr std::chrono::days expire_after{90};

template <typename Visit>
void for_each_kind(Visit visit) {
    for (std::size_t i = 0; i < procedure_kind_count; ++i) visit(static_cast<ProcedureKind>(i));
}

}  // namespace casebridge::test
