// Sharing policy: what this ministry itself is willing to tell, per recipient and purpose. YAML, versioned.
#pragma once

#include "policies/agreement.h"
#include "policies/case_record.h"

namespace casebridge {

/// Conditions on the case; every one given must hold. A rule with one that cannot be evaluated (the case does not say)
/// releases nothing by itself, but goes on limiting what the other rules release.
struct PolicyConditions {
    std::optional<int> minimum_age, maximum_age;
    std::set<std::string, std::less<>> trafficking_status;  ///< HTCDS codes
    std::set<std::string, std::less<>> citizenship;         ///< ISO 3166
    [[nodiscard]] Known hold(CaseRecord const& record, Date today) const;
};

struct PolicyRule {
    std::vector<NodeId> recipients;  ///< empty: every node an agreement names
    Purpose purpose;
    Ceiling fields;
    std::map<std::string, SourceLine, std::less<>> lines;
    PolicyConditions when;
    bool consent_required = true;  ///< false loads only for `statistics`
    SourceLine source;

    [[nodiscard]] bool addresses(NodeId const& recipient) const;
};

/// What becomes of what a partner was told, once something else is so or allowed: it is told by itself, or an officer
/// is asked.
enum class Updates { officer, automatic };
std::string_view to_text(Updates updates);

class SharingPolicy {
public:
    /// Errors: `policy.invalid` (all complaints in the detail). With `known_nodes` (those agreements name), every
    /// recipient must be one of them.
    static Result<SharingPolicy> load(YamlFile const& file, std::vector<NodeId> const* known_nodes = nullptr);

    [[nodiscard]] PolicyId const& id() const noexcept { return id_; }
    [[nodiscard]] int version() const noexcept { return version_; }
    [[nodiscard]] Digest const& digest() const noexcept { return digest_; }
    [[nodiscard]] Updates updates() const noexcept { return updates_; }
    [[nodiscard]] std::vector<PolicyRule> const& rules() const noexcept { return rules_; }
    [[nodiscard]] SourceLine const& source() const noexcept { return source_; }

private:
    friend class SharingPolicyReader;
    explicit SharingPolicy(PolicyId id) : id_(std::move(id)) {}
    PolicyId id_;
    int version_ = 0;
    Digest digest_;
    Updates updates_ = Updates::officer;
    std::vector<PolicyRule> rules_;
    SourceLine source_;
};

/// What the policies say together of this recipient and purpose: automatic only if every policy that has a rule for
/// them says so (all policies, if none has a rule any more) and there is one.
Updates updates_for(std::vector<SharingPolicy> const& policies, NodeId const& recipient, Purpose purpose);

}  // namespace casebridge
