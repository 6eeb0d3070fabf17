// Built-in protections: what no agreement, consent or policy can configure away.
//
// Three tables, one small function a row, each with the id of its requirement, so that an auditor can tick them off.
#pragma once

#include "policies/grounds.h"

namespace casebridge {

/// What the protections look at. A ground that was not found is a nullptr here, and has denied already.
struct Circumstances {
    ReleaseRequest const& request;
    CaseRecord const& record;
    Grounds const& grounds;
    Date today;
    Majority majority;
};

/// Denies the whole release.
struct CaseProtection {
    std::string_view rule;
    std::optional<Reason> (*check)(Circumstances const&);
};
std::span<CaseProtection const> case_protections();

/// Withholds one field, whatever the form.
struct FieldProtection {
    std::string_view rule;
    std::optional<Reason> (*check)(Circumstances const&, FieldDefinition const&);
};
std::span<FieldProtection const> field_protections();

/// Looks at what would be released: withholds more (A1), or denies the whole (A2).
struct OutcomeProtection {
    std::string_view rule;
    std::optional<Reason> (*check)(Circumstances const&, std::vector<FieldDecision>&);
};
std::span<OutcomeProtection const> outcome_protections();

}  // namespace casebridge
