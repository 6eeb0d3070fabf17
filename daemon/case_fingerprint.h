// What a case as a whole says, as one digest: to notice that it says something else, and nothing more.
#pragma once

#include "adapters/case_source.h"
#include "crypto/digest.h"

namespace casebridge {

/// Over every value, entry, fact and consent. It changes with the field map, too. A digest of little personal data can
/// be guessed: the store keeps it under its key only (`seen_handle`).
Digest case_fingerprint(SourcedCase const& sourced);

}  // namespace casebridge
