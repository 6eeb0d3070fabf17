// release: the one place that decides what leaves. Pure: no clock, no disk, no randomness.
//
// What is released is the intersection of agreement, consent, sharing policy and the built-in protections; what is not
// named by all is withheld; an error while deciding is a no. The same function serves the real release, the officer's
// preview, the recheck at each delivery attempt and the policy test.
#pragma once

#include "policies/agreement.h"
#include "policies/case_record.h"
#include "policies/consent.h"
#include "policies/sharing_policy.h"

namespace casebridge {

/// How much of a case is asked for: a question about the status alone gets the fields of that category and no others.
enum class About { summary, status };
std::string_view to_text(About about);
/// Errors: `query.unknown_about`.
Result<About> parse_about(std::string_view text);

struct ReleaseRequest {
    CaseRecord const* record = nullptr;
    NodeId sender;
    NodeKind sender_kind;
    Address recipient;
    NodeKind recipient_kind;
    Purpose purpose;
    int recipient_schema = schema_version;
    /// All agreements known to this node, signed or not: the decision says why none applies.
    std::vector<SignedAgreement const*> agreements{};
    std::vector<Consent const*> consents{};  ///< of this case
    std::vector<SharingPolicy const*> policies{};
    /// C7: an enumerated other legal basis. Denied always until two officers exist to approve.
    std::string legal_basis{};
    About about = About::summary;
    Timestamp now{};
};

/// Why a field has its form, or why all is denied. `rule` is a stable id: "agreement", "consent", "policy", or the
/// built-in protection ("C2", "C5", "C6", "C7", "P2", "P3", "M1", "M2", "M4", "M5", "A1", "A2", "health", "narrative",
/// "third_party"), or "error".
struct Reason {
    std::string_view rule;
    std::string_view code;  ///< literal, e.g. "release.no_agreement"; see policies/README.md for the list
    SourceLine source;      ///< file and line, where a file decided
    std::string text;       ///< for the officer; no personal data
};

/// One field (of one group entry) and what became of it.
struct FieldDecision {
    FieldDefinition const* field = nullptr;
    std::optional<std::size_t> entry;  ///< index into CaseRecord::entries(), for group fields
    Form form = Form::withheld;
    Reason reason;          ///< the rule that coarsened or withheld it, or that released it
    bool recorded = false;  ///< the case has a value for it
};

/// One released field, by id, as the store remembers it.
struct ReleasedForm {
    std::string field;
    std::optional<std::size_t> entry;
    Form form = Form::withheld;
    bool operator==(ReleasedForm const&) const = default;
};

class Decision {
public:
    [[nodiscard]] bool allowed() const noexcept { return allowed_; }
    /// Denials first; empty if allowed.
    [[nodiscard]] std::vector<Reason> const& denials() const noexcept { return denials_; }
    /// Every field of the schema (and of every group entry), in schema order. If denied: all withheld.
    [[nodiscard]] std::vector<FieldDecision> const& fields() const noexcept { return fields_; }
    [[nodiscard]] Form form_of(std::string_view field, std::optional<std::size_t> entry = {}) const;

    // What the decision rests on; set if allowed.
    [[nodiscard]] Agreement const* agreement() const noexcept { return agreement_; }
    [[nodiscard]] SharingPolicy const* policy() const noexcept { return policy_; }
    [[nodiscard]] Consent const* consent() const noexcept { return consent_; }
    [[nodiscard]] Address const& recipient() const noexcept { return recipient_; }
    [[nodiscard]] Purpose purpose() const noexcept { return purpose_; }

    /// What is released, for the record of the send.
    [[nodiscard]] std::vector<ReleasedForm> released() const;
    /// Whether everything `earlier` names would still be released, as telling or more: the recheck at delivery.
    [[nodiscard]] bool still_covers(std::vector<ReleasedForm> const& earlier) const;
    /// Whether the decision was made for this case, with entries of the same groups.
    [[nodiscard]] bool made_for(CaseRecord const& record) const;

private:
    friend Decision release(ReleaseRequest const& request);
    friend class ReleaseBuilder;
    Decision(Address recipient, Purpose purpose) : recipient_(std::move(recipient)), purpose_(purpose) {}
    bool allowed_ = false;
    std::vector<Reason> denials_;
    std::vector<FieldDecision> fields_;
    Agreement const* agreement_ = nullptr;
    SharingPolicy const* policy_ = nullptr;
    Consent const* consent_ = nullptr;
    std::optional<CaseId> made_for_;
    Address recipient_;
    Purpose purpose_;
};

/// Never throws on input; anything that fails inside denies with code `release.error`.
Decision release(ReleaseRequest const& request);

}  // namespace casebridge
