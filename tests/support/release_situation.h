// A situation to be decided on, in a form tests can change bit by bit before everything is loaded and decided.
//
// The usual situation: an adult Cambodian woman in Thailand returns with her own consent; the agreement and the policy
// of the sender allow every field as recorded, birth date by the year; the consent names all but health and narrative.
#pragma once

#include "policies/release.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace casebridge::test {

YamlFile yaml_file(std::string const& text, std::string const& name);

NodeId node(std::string_view text);
OfficeId office(std::string_view text);
Date date(std::string_view text);
Timestamp at_noon(std::string_view day);

/// Every field of the schema as recorded, birth date by the year.
Ceiling everything();

struct PartySketch {
    std::string node;
    NodeKind kind = NodeKind::welfare;
    std::vector<std::string> offices;
};

struct AgreementSketch {
    std::string id = "example";
    std::vector<PartySketch> parties;
    std::string from = "2026-01-01", until;
    std::map<Purpose, Ceiling> purposes;
    std::set<std::string> signed_by;

    [[nodiscard]] std::string yaml() const;
    /// Throws with the complaints if the sketch does not load.
    [[nodiscard]] SignedAgreement load() const;
};

struct RuleSketch {
    Purpose purpose = Purpose::return_and_handover;
    std::vector<std::string> recipients;  ///< none: any
    Ceiling fields;
    std::optional<int> minimum_age, maximum_age;
    std::vector<std::string> citizenship, trafficking_status;
};

struct PolicySketch {
    std::string id = "example-policy";
    int version = 1;
    std::vector<RuleSketch> rules;

    [[nodiscard]] std::string yaml() const;
    [[nodiscard]] SharingPolicy load() const;
};

/// A decision with the things it points to.
struct Decided {
    std::vector<std::unique_ptr<SignedAgreement>> agreements;
    std::vector<std::unique_ptr<SharingPolicy>> policies;
    std::vector<std::unique_ptr<Consent>> consents;
    std::unique_ptr<CaseRecord> record;
    std::optional<Decision> decision;

    [[nodiscard]] std::set<std::string> denial_codes() const;
    [[nodiscard]] FieldDecision const* field(std::string_view id) const;
};

struct Situation {
    Situation();

    FieldValues values;
    std::vector<GroupEntry> entries;
    ProtectionFacts facts;
    std::vector<AgreementSketch> agreements;
    std::vector<PolicySketch> policies;
    std::vector<Consent> consents;
    NodeId sender;
    Address recipient;
    NodeKind sender_kind = NodeKind::welfare, recipient_kind = NodeKind::welfare;
    Purpose purpose = Purpose::return_and_handover;
    int recipient_schema = schema_version;
    std::string legal_basis;
    About about = About::summary;
    Timestamp now;

    /// In the request, the consent and the policy; the agreement of the usual situation covers all it may.
    void set_purpose(Purpose to);
    /// In the registry and the agreement.
    void set_kinds(NodeKind sender_kind, NodeKind recipient_kind);
    /// A person under 18 with everything in order.
    void make_child();
    [[nodiscard]] CaseRecord record() const;
    [[nodiscard]] Decided decide() const;
};

}  // namespace casebridge::test
