// Random case × agreement × policy × consent, mostly in order, so that a good share is allowed.
#pragma once

#include "tests/support/release_situation.h"

#include <random>

namespace casebridge::test {

/// What was drawn, beside what was loaded from it: the oracle reads the drawing, `release` what was loaded.
struct DrawnAgreement {
    AgreementSketch sketch;
    SignedAgreement loaded;
};
struct DrawnPolicy {
    PolicySketch sketch;
    SharingPolicy loaded;
};

struct Trial {
    CaseRecord record{CaseId("case-1")};
    std::vector<DrawnAgreement const*> agreements;
    std::vector<DrawnPolicy const*> policies;
    std::vector<Consent> consents;
    std::string sender, recipient, office_name;
    NodeKind sender_kind = NodeKind::welfare, recipient_kind = NodeKind::welfare;
    Purpose purpose = Purpose::referral;
    int recipient_schema = schema_version;
    std::string legal_basis;
    Timestamp now;

    [[nodiscard]] Date today() const { return Date{std::chrono::floor<std::chrono::days>(now)}; }
    [[nodiscard]] ReleaseRequest request() const;
};

/// Draws trials from pools of agreements and policies that were loaded once.
class RandomRelease {
public:
    explicit RandomRelease(std::uint64_t seed);

    Trial draw();
    /// Adds one restriction: nothing of it may release more.
    void restrict_one(Trial& trial);
    bool chance(int percent) { return below(100) < percent; }
    int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(engine_); }
    std::mt19937_64& engine() { return engine_; }

private:
    struct AgreementPair {
        DrawnAgreement drawn, lowered;
    };
    struct PolicyTriple {
        DrawnPolicy drawn, lowered, with_more_rules;
    };

    Ceiling draw_ceiling();
    void lower(Ceiling& ceiling);
    AgreementSketch draw_agreement(int number);
    RuleSketch draw_rule(Purpose purpose);
    FieldValue draw_value(FieldDefinition const& field);
    void draw_frame(Trial& trial);
    void draw_record(Trial& trial);
    void draw_birth(Trial& trial);
    void draw_facts(Trial& trial);
    Consent draw_consent(Trial const& trial, int number);
    void restrict_facts(Trial& trial);
    void restrict_consents(Trial& trial);

    std::mt19937_64 engine_;
    std::vector<AgreementPair> agreements_;
    std::map<Purpose, std::vector<PolicyTriple>> policies_;
};

}  // namespace casebridge::test
