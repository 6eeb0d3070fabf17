// Agreement: the written instrument between ministries (MOU, SOP) as the daemon enforces it.
//
// One YAML file. Its identity is the SHA-256 of its exact bytes; each party signs that digest in a detached CMS
// signature beside the file: `<file>.<node>.p7s`. A file with `template: true` never loads as an agreement.
#pragma once

#include "crypto/digest.h"
#include "policies/directory.h"
#include "policies/purpose.h"
#include "policies/schema.h"
#include "policies/yaml.h"

#include <chrono>
#include <map>
#include <optional>
#include <set>

namespace casebridge {

using Ceiling = std::map<std::string, Form, std::less<>>;  ///< field id → most telling form allowed

struct AgreementParty {
    NodeId node;
    NodeKind kind;
    std::string name;                          ///< of the ministry, for people
    std::vector<OfficeId> offices;             ///< contact offices; empty means the node cannot keep offices apart
    std::vector<DirectoryOffice> directory{};  ///< where else it can be found, and what leads to one of `offices`
};

/// Optional terms of a purpose: how long each kind of answer may take. What is left out is as in Directive (EU)
/// 2023/977, Article 5(1): 8 hours if life or safety depends on it and the answer is at hand, 3 days if it has to be
/// looked for, 7 days otherwise.
struct DeadlineTerms {
    std::chrono::hours immediate{8};
    std::chrono::days urgent{3}, ordinary{7};
    std::chrono::hours countersign{24};  ///< a handover record, and the receipt of the person
    bool working_days = false;           ///< days on which both countries work (calendar.h); hours are always hours
};

/// Optional: officers may write to each other inside a procedure of the purpose (thread_entry.h).
struct ThreadTerms {
    std::size_t attachment_bytes = 0;  ///< largest attachment; 0: notes alone
};

struct AgreementPurpose {
    Purpose purpose;
    Ceiling ceiling;                                       ///< what is not named is withheld
    std::map<std::string, SourceLine, std::less<>> lines;  ///< where each field stands
    std::chrono::hours answer_within{0};
    std::optional<DeadlineTerms> deadlines{};  ///< of procedures; without it, `answer_within` for everything
    std::optional<ThreadTerms> thread{};
    /// Of procedures: how long after a step, or the day it is about, an open one lapses. Plain days, never working
    /// days. By default 90, or twice the answer's time.
    std::chrono::days expires_after{90};
    std::chrono::days retention{0};
    enum class Answering { automatic, officer } answering = Answering::officer;
    /// The longest `answer_within` where an officer answers: a question has to live as long.
    static constexpr std::chrono::days longest_officer_time{31};
    SourceLine source;
};

class Agreement {
public:
    /// Errors: `agreement.invalid` (all complaints in the detail), `agreement.is_template`.
    static Result<Agreement> load(YamlFile const& file);

    [[nodiscard]] Digest const& digest() const noexcept { return digest_; }
    [[nodiscard]] std::string const& id() const noexcept { return id_; }
    [[nodiscard]] std::string const& title() const noexcept { return title_; }
    [[nodiscard]] std::vector<AgreementParty> const& parties() const noexcept { return parties_; }
    [[nodiscard]] Date in_force_from() const noexcept { return from_; }
    [[nodiscard]] std::optional<Date> in_force_until() const noexcept { return until_; }
    [[nodiscard]] bool in_force(Timestamp now) const;
    [[nodiscard]] int schema() const noexcept { return schema_; }
    [[nodiscard]] std::string const& impact_assessment() const noexcept { return impact_assessment_; }
    /// nullptr if not a party / not covered.
    [[nodiscard]] AgreementParty const* party(NodeId const& node) const;
    [[nodiscard]] AgreementPurpose const* purpose(Purpose purpose) const;
    [[nodiscard]] std::map<Purpose, AgreementPurpose> const& purposes() const noexcept { return purposes_; }
    [[nodiscard]] SourceLine const& source() const noexcept { return source_; }
    /// "none", or "with_permission": the originator may permit a copy to a third office (onward.h).
    [[nodiscard]] std::string const& onward_transfer() const noexcept { return onward_transfer_; }

private:
    Agreement() = default;
    friend class AgreementReader;
    Digest digest_;
    std::string id_, title_, impact_assessment_, onward_transfer_;
    std::vector<AgreementParty> parties_;
    Date from_{};
    std::optional<Date> until_;
    int schema_ = 0;
    std::map<Purpose, AgreementPurpose> purposes_;
    SourceLine source_;
};

/// An agreement and who has validly signed it (checked by the caller against pins; this type only carries the fact).
struct SignedAgreement {
    Agreement agreement;
    std::set<NodeId> signed_by;
};

}  // namespace casebridge
