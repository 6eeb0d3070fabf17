#include "policies/grounds.h"

#include "policies/yaml_values.h"

#include <algorithm>
#include <tuple>

namespace casebridge {
namespace {

Reason no_agreement(std::string_view code, Agreement const& agreement, SourceLine const& source, std::string text) {
    return {"P3", code, source, "agreement " + agreement.id() + ": " + std::move(text)};
}

/// Why `signed_agreement` cannot carry the request; none if it can.
std::optional<Reason> objection(ReleaseRequest const& request, SignedAgreement const& signed_agreement) {
    auto const& agreement = signed_agreement.agreement;
    auto const& at = agreement.source();
    for (auto const* node : {&request.sender, &request.recipient.node}) {
        if (!signed_agreement.signed_by.contains(*node)) {
            return no_agreement("release.agreement_unsigned", agreement, at, "not signed by " + node->text());
        }
    }
    auto const today = day_of(request.now);
    if (today < agreement.in_force_from()) {
        return no_agreement("release.agreement_not_yet_in_force", agreement, at,
                            "in force from " + to_iso8601(agreement.in_force_from()));
    }
    if (!agreement.in_force(request.now)) return no_agreement("release.agreement_expired", agreement, at, "has ended");
    if (agreement.party(request.sender)->kind != request.sender_kind ||
        agreement.party(request.recipient.node)->kind != request.recipient_kind) {
        return no_agreement("release.node_kind_differs", agreement, at,
                            "states another kind of node than the registry does");
    }
    if (agreement.purpose(request.purpose) == nullptr) {
        return no_agreement("release.purpose_not_covered", agreement, at,
                            "does not cover " + std::string(to_text(request.purpose)));
    }
    return std::nullopt;
}

Reason no_consent(std::string_view code, SourceLine const& source, std::string text) {
    return {"C2", code, source, std::move(text)};
}

bool earlier(Consent const* left, Consent const* right) {
    return std::tie(left->epoch, left->given_on, left->id) < std::tie(right->epoch, right->given_on, right->id);
}

}  // namespace

void find_agreement(ReleaseRequest const& request, Grounds& grounds) {
    std::vector<SignedAgreement const*> candidates;
    for (auto const* each : request.agreements) {
        bool const names_both = each->agreement.party(request.sender) != nullptr &&
                                each->agreement.party(request.recipient.node) != nullptr;
        if (names_both && request.sender != request.recipient.node) candidates.push_back(each);
    }
    std::ranges::sort(candidates, [](auto const* left, auto const* right) {
        return std::pair(left->agreement.id(), left->agreement.digest()) <
               std::pair(right->agreement.id(), right->agreement.digest());
    });
    std::vector<Reason> objections;
    for (auto const* each : candidates) {
        auto reason = objection(request, *each);
        if (!reason) {
            grounds.agreement = &each->agreement;
            grounds.terms = each->agreement.purpose(request.purpose);
            return;
        }
        objections.push_back(*std::move(reason));
    }
    if (objections.empty()) {
        objections.push_back({"P3",
                              "release.no_agreement",
                              {},
                              "no agreement names " + request.sender.text() + " and " + request.recipient.node.text()});
    }
    grounds.denials.insert(grounds.denials.end(), objections.begin(), objections.end());
}

void find_consent(ReleaseRequest const& request, Grounds& grounds) {
    std::vector<Consent const*> for_purpose, covering;
    for (auto const* each : request.consents) {
        if (each->case_id != request.record->id() || each->purpose != request.purpose) continue;
        for_purpose.push_back(each);
        if (each->covers(request.recipient.node, request.recipient.office)) covering.push_back(each);
    }
    if (covering.empty()) {
        auto const purpose = std::string(to_text(request.purpose));
        grounds.denials.push_back(for_purpose.empty()
                                      ? no_consent("release.no_consent", {}, "no consent to " + purpose)
                                      : no_consent("release.consent_other_recipient", for_purpose.front()->source,
                                                   "the consent to " + purpose + " does not name this recipient"));
        return;
    }
    auto const* last = *std::ranges::max_element(covering, earlier);
    if (last->live(request.now)) {
        grounds.consent = last;
    } else if (last->withdrawn_at) {
        grounds.denials.push_back(no_consent("release.consent_withdrawn", last->source, "the consent was withdrawn"));
    } else if (day_of(request.now) < last->given_on) {
        grounds.denials.push_back(
            no_consent("release.consent_not_yet_given", last->source, "the consent starts at a later date"));
    } else {
        grounds.denials.push_back(no_consent("release.consent_expired", last->source, "the consent has expired"));
    }
}

void find_policy_rules(ReleaseRequest const& request, Grounds& grounds) {
    auto policies = request.policies;
    std::ranges::sort(policies, [](auto const* left, auto const* right) {
        return std::tuple(left->id(), left->version(), left->digest()) <
               std::tuple(right->id(), right->version(), right->digest());
    });
    auto const today = day_of(request.now);
    PolicyRule const* unmet = nullptr;
    for (auto const* policy : policies) {
        for (auto const& rule : policy->rules()) {
            if (rule.purpose != request.purpose || !rule.addresses(request.recipient.node)) continue;
            auto const holds = rule.when.hold(*request.record, today);
            if (holds != Known::no) grounds.rules.push_back(&rule);
            if (holds == Known::yes && grounds.policy == nullptr) grounds.policy = policy;
            if (holds != Known::yes && unmet == nullptr) unmet = &rule;
        }
    }
    if (grounds.policy != nullptr) return;
    if (unmet != nullptr) {
        grounds.denials.push_back({"policy", "release.policy_conditions_not_met", unmet->source,
                                   "the conditions of the rule do not hold, or the case does not say"});
    } else {
        grounds.denials.push_back({"policy",
                                   "release.no_policy_rule",
                                   {},
                                   "no rule of this ministry's policy names this recipient and purpose"});
    }
}

}  // namespace casebridge
