// A consent as one content of the store: JSON with every field but its epoch and withdrawal, which are columns.
#pragma once

#include "policies/consent.h"

namespace casebridge {

/// Throws std::logic_error if a date of the consent does not exist.
std::string to_stored_text(Consent const& consent);
/// Errors: `store.failed` (damaged).
Result<Consent> from_stored_text(std::string_view text);

}  // namespace casebridge
