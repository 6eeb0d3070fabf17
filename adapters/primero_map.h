// A field map of the kind `primero`: what it may say beyond the grammar, what it asks the server for, and whether it
// translates every code the server has.
#pragma once

#include "adapters/field_map.h"
#include "adapters/primero_api.h"

namespace casebridge {

/// What the grammar cannot know: `cases.table` is `cases`; nothing rests on `consent_overridden`; trafficking and
/// smuggling are one code of Primero's, so it proves no victim. All complaints are added.
void check_primero_map(FieldMap const& map, YamlComplaints& complaints);

/// Lists of codes are JSON lists: gives every field with several codes something to join them with.
void prepare_primero_map(FieldMap& map);

/// Names of the JSON fields to ask for, for the whole case; sorted, each once.
std::vector<std::string> primero_fields(FieldMap const& map);
bool reads_transitions(FieldMap const& map);

/// Every code of the lists named in `database.lookups` has a translation. Errors: `field_map.invalid` (all complaints;
/// codes are configuration, no personal data, and are named), and those of `api`.
Status check_primero_codes(FieldMap const& map, PrimeroSettings const& settings, PrimeroApi& api);

}  // namespace casebridge
