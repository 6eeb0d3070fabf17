#include "daemon/onward_grounds.h"

#include <algorithm>

namespace casebridge {
namespace {

Error conflict(std::string_view code, std::string detail = "") {
    return {ErrorKind::conflict, code, std::move(detail)};
}

bool lists(std::vector<OfficeId> const& offices, OfficeId const& office) {
    return std::ranges::find(offices, office) != offices.end();
}

bool has_conditions(PolicyConditions const& when) {
    return when.minimum_age || when.maximum_age || !when.trafficking_status.empty() || !when.citizenship.empty();
}

}  // namespace

bool holds(SignedAgreement const& known, NodeId const& self, Address const& peer, Purpose purpose, Timestamp now) {
    auto const* const own = known.agreement.party(self);
    auto const* const other = known.agreement.party(peer.node);
    return own != nullptr && other != nullptr && known.signed_by.contains(self) &&
           known.signed_by.contains(peer.node) && known.agreement.in_force(now) &&
           known.agreement.purpose(purpose) != nullptr && lists(other->offices, peer.office);
}

Agreement const* agreement_with(Instruments const& instruments, NodeId const& self, Address const& peer,
                                Purpose purpose, Timestamp now) {
    for (auto const& loaded : instruments.agreements())
        if (holds(loaded.signed_agreement, self, peer, purpose, now)) return &loaded.signed_agreement.agreement;
    return nullptr;
}

Result<SharingPolicy const*> policy_for(Instruments const& instruments, NodeId const& recipient, Purpose purpose,
                                        Json const& body) {
    SharingPolicy const* found = nullptr;
    for (auto const& policy : instruments.policies()) {
        for (auto const& rule : policy.rules()) {
            if (rule.purpose != purpose || !rule.addresses(recipient)) continue;
            if (found == nullptr && !has_conditions(rule.when)) found = &policy;
            AgreementPurpose const allowed{.purpose = purpose, .ceiling = rule.fields, .lines = {}, .source = {}};
            if (auto const fits = check_received_body(body, allowed); !fits)
                return conflict("onward.beyond_policy", std::string(fits.error().code));
        }
    }
    if (found == nullptr) return conflict("onward.not_in_policy");
    return found;
}

bool consent_names(Deliberation const& deliberation, Address const& recipient, Purpose purpose,
                   std::string const& categories, Timestamp until) {
    auto const told = parse_json(categories);
    return std::ranges::any_of(deliberation.consents, [&](Consent const& consent) {
        if (!consent.live(deliberation.now) || consent.purpose != purpose ||
            !consent.covers(recipient.node, recipient.office) || std::chrono::sys_days(consent.expires_on) < until)
            return false;
        return told && std::ranges::all_of(*told->as_object(), [&](auto const& member) {
                   return std::ranges::any_of(consent.categories,
                                              [&](Category each) { return to_text(each) == member.first; });
               });
    });
}

}  // namespace casebridge
