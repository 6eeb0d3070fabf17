// Facts for the built-in protections, from columns of the case.
#pragma once

#include "adapters/value_map.h"

namespace casebridge {

/// Reads `cases.facts`. A guardian needs `guardian_suspect` beside it. All complaints are added.
std::vector<ValueMap> read_facts(YamlNode const& node, YamlComplaints& complaints);

/// Sets the fact `map` is for. `value`: none if nothing is recorded; that is never read as the harmless answer: a
/// guardian of whom nobody recorded whether suspicion exists counts as suspected.
/// Errors: `source.bad_value`.
Status apply_fact(ValueMap const& map, std::optional<FieldValue> const& value, ProtectionFacts& facts);

}  // namespace casebridge
