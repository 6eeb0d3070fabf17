// What the contents of a step must say besides having the right form: the protections a step cannot go without.
#pragma once

#include "policies/procedure/step.h"

namespace casebridge {

/// Looks at the raw members, before their form: what is missing from a return has codes of its own (A2), as has the
/// objection nobody asked for (A1). Errors: `procedure.return_needs_voluntariness`,
/// `procedure.return_needs_safety_assessment`, `procedure.return_needs_proceedings`, `procedure.objection_not_asked`.
Status check_presence(ProcedureKind kind, StepType contents_of, Json const& fields);

/// Errors: `procedure.return_not_voluntary`, `procedure.return_not_safe` (A2), `procedure.victim_objects`,
/// `procedure.objection_not_asked` (A1), `procedure.no_claim_status`, `procedure.date_without_status`,
/// `procedure.dates_out_of_order`.
Status check_contents(ProcedureKind kind, Step const& step);

/// P2: law enforcement exists only between police or justice nodes, and with its own ground; nothing else of theirs
/// runs in a welfare node's procedures without the four yeses of the release.
/// Errors: `procedure.not_a_law_enforcement_channel`.
Status check_parties(ProcedureKind kind, NodeKind initiator, NodeKind responder);

}  // namespace casebridge
