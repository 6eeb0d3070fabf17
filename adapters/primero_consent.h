// What a Primero record's own consent and confidentiality fields forbid.
//
// A tick is no consent (policies/consent.h says what one is): these fields only ever forbid. Where one of them is
// missing, empty or no yes, the purpose or the recipient it speaks of is refused, whatever consents there are.
// `consent_overridden` is not looked at: the web client sends it for everyone who may override.
#pragma once

#include "adapters/primero_settings.h"
#include "policies/case_record.h"
#include "policies/json.h"

#include <span>

namespace casebridge {

/// The fields `restrict_by_record` looks at, to be asked for.
std::span<std::string_view const> primero_consent_fields();

void restrict_by_record(Json const& record, PrimeroSettings const& settings, ProtectionFacts& facts);

}  // namespace casebridge
