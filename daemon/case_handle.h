// Case handle: how rows about a case are found without its number standing in them.
//
// HMAC-SHA-256 under a random key of this store, so that a handle means nothing outside it. Rows keep the handle after
// the number itself is erased.
#pragma once

#include "crypto/digest.h"
#include "daemon/database.h"
#include "policies/ids.h"

namespace casebridge {

Result<Digest> case_handle(Database& database, CaseId const& id);
/// Of what a case says (`case_fingerprint`): equal for equal words of the same case.
Result<Digest> seen_handle(Database& database, CaseId const& id, Digest const& fingerprint);
/// Of a consent of a case.
Result<Digest> consent_handle(Database& database, CaseId const& id, std::string_view consent);

}  // namespace casebridge
