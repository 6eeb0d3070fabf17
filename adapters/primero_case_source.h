// PrimeroCaseSource: every question asked of Primero, on top of PrimeroApi and a field map.
#pragma once

#include "adapters/case_source.h"
#include "adapters/primero_map.h"

namespace casebridge {

/// `map.database` must be PrimeroSettings; `password` is the user's. Asks the server for its code lists at once, where
/// the map names any. Errors: those of `check_primero_codes`.
///
/// Cases are found by their exact number: the server's text search only narrows what is compared.
/// A list has to read every case, in whatever order the server gives them: it keeps no more than the page asked for.
Result<std::unique_ptr<CaseSource>> make_primero_case_source(FieldMap map, Secret const& password,
                                                             std::unique_ptr<RestClient> client, RestTime time);

}  // namespace casebridge
