// Consents that the national database holds, from the rows of a table.
#pragma once

#include "adapters/field_map.h"
#include "policies/consent.h"

namespace casebridge {

/// Reads `consents`: complains of every part a consent needs that is not mapped.
ConsentsMap read_consents_map(YamlNode const& node, YamlComplaints& complaints);

/// One row (values in the order of `map.values`) as a consent. A row that does not map is an error of the case: it
/// might be the one that narrows another. Errors: `source.bad_value`.
Result<Consent> read_consent(ConsentsMap const& map, CaseId const& case_id, SqlRow const& row);

}  // namespace casebridge
