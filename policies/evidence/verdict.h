// The verdict on an evidence bundle: link by link what holds, and what that says together.
#pragma once

#include "policies/evidence/manifest.h"
#include "policies/evidence/trust.h"
#include "policies/json.h"

namespace casebridge {

enum class Finding {
    holds,      ///< under what the auditor trusts
    unfounded,  ///< it fits together, but rests on what the bundle says of itself
    missing,    ///< the bundle does not show it
    broken,     ///< it is not so
};
std::string_view to_text(Finding finding);

struct EvidenceLink {
    std::string_view name;  ///< a word, e.g. "receipt"
    Finding finding = Finding::broken;
    std::string words;   ///< for people
    std::string code{};  ///< why it is broken or missing
};

struct Verdict {
    std::vector<EvidenceLink> links;
    Json account = Json::object();  ///< who, what digest, whom, when, agreement, policy, consent: as far as shown
    std::string conclusion;

    /// The worst of the links. No links: broken.
    [[nodiscard]] Finding finding() const;
    [[nodiscard]] Json json() const;
};

/// `now`: nothing may have been signed more than five minutes later. Reads nothing but what it is given; never fails:
/// what cannot be read is a broken link.
Verdict judge(EvidenceFiles const& files, EvidenceTrust const& trust, Timestamp now);

}  // namespace casebridge
