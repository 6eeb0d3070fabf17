// Grounds: the agreement, the consent and the policy rules one release rests on, or why there are none.
//
// One agreement and one consent are chosen, never a union of several; of policy rules, all that match apply together.
#pragma once

#include "policies/release.h"

namespace casebridge {

struct Grounds {
    Agreement const* agreement = nullptr;
    AgreementPurpose const* terms = nullptr;
    Consent const* consent = nullptr;
    SharingPolicy const* policy = nullptr;
    std::vector<PolicyRule const*> rules;  ///< each limits; at least one of them surely holds
    std::vector<Reason> denials;
};

/// P3: the first agreement, by id and digest, that both nodes signed, is in force and covers the purpose.
void find_agreement(ReleaseRequest const& request, Grounds& grounds);
/// C2: the person's last word on this purpose and recipient, if it is a live consent. An older consent does not come
/// back to life when a newer one is withdrawn or expires.
void find_consent(ReleaseRequest const& request, Grounds& grounds);
/// Every rule for this purpose and recipient whose conditions hold. A rule that cannot be evaluated limits, too, but
/// releases nothing by itself.
void find_policy_rules(ReleaseRequest const& request, Grounds& grounds);

}  // namespace casebridge
