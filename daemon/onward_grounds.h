// What passing on rests on, besides the signed permission: the holder's agreement and policies with the third, and the
// person's consent at the originator. Pure.
#pragma once

#include "daemon/instruments.h"
#include "daemon/sharing.h"

namespace casebridge {

/// Whether the agreement is in force at `now`, signed by both, names this office of the peer, and covers the purpose.
bool holds(SignedAgreement const& known, NodeId const& self, Address const& peer, Purpose purpose, Timestamp now);
/// The first that holds; nullptr: none does.
Agreement const* agreement_with(Instruments const& instruments, NodeId const& self, Address const& peer,
                                Purpose purpose, Timestamp now);
/// The policy that lets this body go to this node: every rule for it allows every field. A rule with conditions limits,
/// but is no ground by itself: whether the case meets them only its own ministry knows. Errors: `onward.not_in_policy`,
/// `onward.beyond_policy`.
Result<SharingPolicy const*> policy_for(Instruments const& instruments, NodeId const& recipient, Purpose purpose,
                                        Json const& body);
/// Whether one of the case's consents lets this office know every category that was told, until then.
bool consent_names(Deliberation const& deliberation, Address const& recipient, Purpose purpose,
                   std::string const& categories, Timestamp until);

}  // namespace casebridge
