// Cases read over REST, with cpprestsdk: the only file behind this header is the only one that knows the library.
// Built with CASEBRIDGE_REST (on by default); without it a field map that needs it is refused when it is loaded.
#pragma once

#include "adapters/case_source.h"
#include "adapters/field_map.h"
#include "adapters/rest_client.h"

namespace casebridge {

[[nodiscard]] bool rest_is_built_in();

/// `map.database` must be PrimeroSettings; `password` is the user's. Asks the server for its code lists at once.
/// Errors: `source.bad_root` (the root certificate cannot be read), `field_map.invalid`, and those of PrimeroApi.
Result<std::unique_ptr<CaseSource>> open_rest_case_source(FieldMap map, Secret const& password);

/// The carrier alone. Errors: `source.bad_root`.
Result<std::unique_ptr<RestClient>> make_rest_client(PrimeroSettings const& settings);

}  // namespace casebridge
