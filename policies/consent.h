// Consent: one signed record per purpose. A boolean is not a consent (C1).
#pragma once

#include "crypto/digest.h"
#include "policies/purpose.h"
#include "policies/schema.h"
#include "policies/yaml.h"

#include <iosfwd>
#include <optional>
#include <set>

namespace casebridge {

struct ConsentRecipient {
    NodeId node;
    std::optional<OfficeId> office;  ///< none: every office of the node
};

struct ConsentForm {
    std::string id, version;
    Digest sha256;
    std::string language;  ///< ISO 639
};

/// Names a consent of a case; the epoch grows with every grant, renewal and withdrawal and never falls.
struct Consent {
    enum class Giver { self, guardian, appointed_representative };
    enum class Assent { given, not_applicable, cannot_be_asked };

    std::string id;  ///< given by the ministry; unique in the case
    CaseId case_id;
    Giver giver = Giver::self;
    Assent assent = Assent::not_applicable;  ///< of a child
    std::string assent_reason{};             ///< coded, where the child cannot be asked
    bool best_interests_note = false;        ///< for a child: the note is on file
    Purpose purpose;
    std::vector<ConsentRecipient> recipients{};
    std::set<Category> categories{};  ///< health and narrative only where named
    ConsentForm form{};
    std::string interpreter{}, witness{}, place{};  ///< personal data
    Date given_on{};
    Date expires_on{};
    std::optional<Timestamp> withdrawn_at{};
    std::uint64_t epoch = 0;
    SourceLine source{};

    /// Errors: `consent.invalid` (all complaints in the detail). `epoch` and withdrawal are the store's.
    /// With `known_nodes`, every recipient must be one of them.
    static Result<Consent> load(YamlFile const& file, std::vector<NodeId> const* known_nodes = nullptr);
    /// From the start of `given_on` to the start of `expires_on` (UTC), and never once withdrawn.
    [[nodiscard]] bool live(Timestamp now) const;
    [[nodiscard]] bool covers(NodeId const& node, OfficeId const& office) const;

    friend std::ostream& operator<<(std::ostream&, Consent const&) = delete;
};
std::string_view to_text(Consent::Giver giver);
std::string_view to_text(Consent::Assent assent);

}  // namespace casebridge
