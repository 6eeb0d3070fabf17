// The closed schemas of the steps' contents, one for each step of each kind.
#pragma once

#include "policies/procedure/words.h"

#include <span>

namespace casebridge {

enum class StepFieldType : std::uint8_t {
    code,   ///< one word of `list`
    codes,  ///< one to `high` different words of `list`
    boolean,
    number,     ///< `low` to `high`
    date,       ///< YYYY-MM-DD, Gregorian, 1900 to 2100
    timestamp,  ///< RFC 3339, UTC
    office,     ///< of one of the two nodes
    crossing,   ///< the name of a border crossing, at most `high` bytes
    digest,     ///< SHA-256 in hexadecimal
};

struct StepField {
    std::string_view name;
    StepFieldType type;
    bool required;
    std::string_view list = "";  ///< of vocabulary.h
    std::int64_t low = 0, high = 0;
};

/// nullptr if the kind does not have the step. `correct` has no fields of its own: step.h.
std::span<StepField const> const* find_step_schema(ProcedureKind kind, StepType step);

/// Whether a later `correct` may put the step's contents right. A signature is signed again, and a withdrawal is one.
bool is_correctable(StepType step);

}  // namespace casebridge
