// Object identifiers of our own, under an arc that needs no registration. SPEC ITU-T X.667: 2.25.<UUID as integer>,
// with the random UUID a7d1a637-3cc4-4cfc-9414-7d9f96d402c7. The table is in crypto/README.md.
#pragma once

namespace casebridge {

#define CASEBRIDGE_OID_ARC "2.25.223069636595864287820155263339359109831"

inline constexpr char kOidMessage[] = CASEBRIDGE_OID_ARC ".1.1";
inline constexpr char kOidReceipt[] = CASEBRIDGE_OID_ARC ".1.2";
inline constexpr char kOidAgreement[] = CASEBRIDGE_OID_ARC ".1.3";
inline constexpr char kOidPermission[] = CASEBRIDGE_OID_ARC ".1.4";
inline constexpr char kOidSigningUsage[] = CASEBRIDGE_OID_ARC ".2.1";
inline constexpr char kOidEncryptionUsage[] = CASEBRIDGE_OID_ARC ".2.2";
inline constexpr char kOidNextRootUsage[] = CASEBRIDGE_OID_ARC ".2.3";
inline constexpr char kOidSuccessorUsage[] = CASEBRIDGE_OID_ARC ".2.4";

#undef CASEBRIDGE_OID_ARC

}  // namespace casebridge
