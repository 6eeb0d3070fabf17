#include "policies/release.h"

#include "policies/protections.h"
#include "policies/yaml_values.h"

#include <algorithm>
#include <stdexcept>

namespace casebridge {
namespace {

/// The schema version that introduced a field. A later version adds its fields here.
constexpr int introduced_in(FieldDefinition const&) {
    return 1;
}

Form allowed_by(Ceiling const& ceiling, FieldDefinition const& field) {
    auto const found = ceiling.find(field.id);
    return found == ceiling.end() ? Form::withheld : found->second;
}

SourceLine line_of(std::map<std::string, SourceLine, std::less<>> const& lines, FieldDefinition const& field,
                   SourceLine const& otherwise) {
    auto const found = lines.find(field.id);
    return found == lines.end() ? otherwise : found->second;
}

template <typename Pointers>
bool holds_nothing(Pointers const& pointers) {
    return std::ranges::find(pointers, nullptr) != pointers.end();
}

/// INVARIANT: what the caller hands over is there. If not, `release` denies.
void require_whole(ReleaseRequest const& request) {
    if (request.record == nullptr || holds_nothing(request.agreements) || holds_nothing(request.consents) ||
        holds_nothing(request.policies)) {
        throw std::invalid_argument("release: a part of the request is missing");
    }
}

}  // namespace

/// Builds one Decision: grounds, then protections of the case, then every field, then protections of the outcome.
class ReleaseBuilder {
public:
    explicit ReleaseBuilder(ReleaseRequest const& request) : request_(request) {}

    void build(Decision& decision) {
        require_whole(request_);
        decision.made_for_ = request_.record->id();
        find_agreement(request_, grounds_);
        find_consent(request_, grounds_);
        find_policy_rules(request_, grounds_);
        auto const today = day_of(request_.now);
        Circumstances const given{request_, *request_.record, grounds_, today, majority_at(*request_.record, today)};
        decision.denials_ = grounds_.denials;
        for (auto const& protection : case_protections()) {
            if (auto reason = protection.check(given)) decision.denials_.push_back(*std::move(reason));
        }
        if (decision.denials_.empty()) {
            add_fields(decision, [&](FieldDefinition const& field) { return decide(given, field); });
            for (auto const& protection : outcome_protections()) {
                if (auto reason = protection.check(given, decision.fields_)) {
                    decision.denials_.push_back(*std::move(reason));
                }
            }
        }
        decision.denials_.empty() ? allow(decision) : withhold_all(decision);
    }

private:
    /// `decide` once a field; each entry of a group has the decision for itself.
    template <typename Decide>
    void add_fields(Decision& decision, Decide const& decide) const {
        auto const& entries = request_.record->entries();
        decision.fields_.reserve(2 * schema().size());
        for (auto const& field : schema()) {
            FieldDecision outcome = decide(field);
            bool placed = false;
            for (std::size_t i = 0; i < entries.size() && field.group != Group::none; ++i) {
                if (entries[i].group != field.group) continue;
                outcome.entry = i;
                outcome.recorded = entries[i].values.find(field.id) != entries[i].values.end();
                decision.fields_.push_back(outcome);
                placed = true;
            }
            if (placed) continue;
            outcome.recorded = field.group == Group::none && request_.record->find(field.id) != nullptr;
            decision.fields_.push_back(std::move(outcome));
        }
    }

    /// The intersection for one field. The reason is that of the rule that limited last, so most.
    FieldDecision decide(Circumstances const& given, FieldDefinition const& field) const {
        FieldDecision outcome{.field = &field, .entry = {}, .form = Form::withheld, .reason = {}};
        by_agreement(outcome);
        by_consent(outcome);
        for (auto const* rule : grounds_.rules) by_policy(outcome, *rule);
        if (std::min(request_.recipient_schema, grounds_.agreement->schema()) < introduced_in(field)) {
            limit(outcome, Form::withheld, [] {
                return Reason{"M1", "release.schema_too_old", {}, "the partner does not know this field"};
            });
        }
        for (auto const& protection : field_protections()) {
            if (outcome.form == Form::withheld) break;
            if (auto reason = protection.check(given, field))
                limit(outcome, Form::withheld, [&] { return *std::move(reason); });
        }
        return outcome;
    }

    /// `reason` gives one, and is asked only if this limits: most rules do not limit most fields.
    template <typename GiveReason>
    static void limit(FieldDecision& outcome, Form form, GiveReason reason) {
        auto const lower = less_telling(outcome.field->forms, outcome.form, form);
        if (lower == outcome.form) return;
        outcome.form = lower;
        outcome.reason = reason();
    }

    void by_agreement(FieldDecision& outcome) const {
        auto const& terms = *grounds_.terms;
        outcome.form = less_telling(outcome.field->forms, allowed_by(terms.ceiling, *outcome.field), Form::exact);
        auto const source = line_of(terms.lines, *outcome.field, terms.source);
        outcome.reason = outcome.form == Form::withheld
                             ? Reason{"agreement", "release.not_in_agreement", source, "not in the agreement"}
                             : Reason{"agreement", "release.released", source, "as the agreement allows"};
    }

    /// Health and narrative are left to their own protections, which say so more clearly.
    void by_consent(FieldDecision& outcome) const {
        auto const category = outcome.field->category;
        if (category == Category::health || category == Category::narrative) return;
        if (outcome.form == Form::withheld || grounds_.consent->categories.contains(category)) return;
        limit(outcome, Form::withheld, [&] {
            return Reason{"consent", "release.category_not_consented", grounds_.consent->source,
                          "the consent does not name " + std::string(to_text(category))};
        });
    }

    static void by_policy(FieldDecision& outcome, PolicyRule const& rule) {
        if (outcome.form == Form::withheld) return;
        auto const form = allowed_by(rule.fields, *outcome.field);
        limit(outcome, form, [&] {
            auto source = line_of(rule.lines, *outcome.field, rule.source);
            return form == Form::withheld
                       ? Reason{"policy", "release.not_in_policy", std::move(source), "not in the sharing policy"}
                       : Reason{"policy", "release.coarsened_by_policy", std::move(source),
                                "coarsened by the sharing policy"};
        });
    }

    void allow(Decision& decision) const {
        decision.allowed_ = true;
        decision.agreement_ = grounds_.agreement;
        decision.policy_ = grounds_.policy;
        decision.consent_ = grounds_.consent;
    }

    void withhold_all(Decision& decision) const {
        decision.fields_.clear();
        auto const& first = decision.denials_.front();
        add_fields(decision, [&](FieldDefinition const& field) {
            return FieldDecision{.field = &field, .entry = {}, .form = Form::withheld, .reason = first};
        });
    }

    ReleaseRequest const& request_;
    Grounds grounds_;
};

std::string_view to_text(About about) {
    return about == About::summary ? "summary" : "status";
}

Result<About> parse_about(std::string_view text) {
    if (text == to_text(About::summary)) return About::summary;
    if (text == to_text(About::status)) return About::status;
    return Error{ErrorKind::invalid, "query.unknown_about", "summary or status"};
}

Decision release(ReleaseRequest const& request) {
    try {
        Decision decision(request.recipient, request.purpose);
        ReleaseBuilder(request).build(decision);
        return decision;
    } catch (...) {
        // SECURITY: whatever failed, the answer is no.
        Decision decision(request.recipient, request.purpose);
        decision.denials_.push_back({"error", "release.error", {}, "the decision could not be made"});
        for (auto const& field : schema()) {
            decision.fields_.push_back(
                {.field = &field, .entry = {}, .form = Form::withheld, .reason = decision.denials_.front()});
        }
        return decision;
    }
}

Form Decision::form_of(std::string_view field, std::optional<std::size_t> entry) const {
    auto const found = std::ranges::find_if(
        fields_, [&](FieldDecision const& each) { return each.field->id == field && each.entry == entry; });
    return found == fields_.end() ? Form::withheld : found->form;
}

std::vector<ReleasedForm> Decision::released() const {
    std::vector<ReleasedForm> all;
    for (auto const& each : fields_) {
        if (allowed_ && each.recorded && each.form != Form::withheld) {
            all.push_back({std::string(each.field->id), each.entry, each.form});
        }
    }
    return all;
}

bool Decision::still_covers(std::vector<ReleasedForm> const& earlier) const {
    return allowed_ && std::ranges::all_of(earlier, [&](ReleasedForm const& before) {
               auto const* field = find_field(before.field);
               return field != nullptr && tells_no_more(field->forms, before.form, form_of(before.field, before.entry));
           });
}

bool Decision::made_for(CaseRecord const& record) const {
    return made_for_ == record.id() && std::ranges::all_of(fields_, [&](FieldDecision const& each) {
               return !each.entry || (*each.entry < record.entries().size() &&
                                      record.entries()[*each.entry].group == each.field->group);
           });
}

}  // namespace casebridge
