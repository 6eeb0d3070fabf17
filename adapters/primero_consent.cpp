#include "adapters/primero_consent.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

constexpr std::string_view services = "consent_for_services";
constexpr std::string_view other_organisations = "disclosure_other_orgs";
constexpr std::string_view tracing = "consent_for_tracing";
constexpr std::string_view reporting = "consent_reporting";
constexpr std::string_view sharing = "consent_info_sharing";
constexpr std::string_view deny_details = "disclosure_deny_details";
constexpr std::string_view withholding_reason = "withholding_info_reason";
constexpr std::string_view withholding_other = "withholding_info_other_reason";
constexpr std::string_view unhcr_opt_in = "unhcr_export_opt_in";

constexpr std::array<std::string_view, 9> fields = {
    services,     other_organisations, tracing,           reporting,   sharing,
    deny_details, withholding_reason,  withholding_other, unhcr_opt_in};

/// A referral needs both ticks, a transfer the one (Primero's own rules); what is like a referral needs what it needs.
struct Need {
    Purpose purpose;
    std::array<std::string_view, 2> fields;  ///< all of them; empty: none
};
constexpr std::array<Need, purpose_count> needs = {{
    {Purpose::identity_verification, {other_organisations, ""}},
    {Purpose::family_tracing, {other_organisations, tracing}},
    {Purpose::referral, {other_organisations, services}},
    {Purpose::return_and_handover, {other_organisations, ""}},
    {Purpose::reintegration_follow_up, {other_organisations, services}},
    {Purpose::claim_status, {other_organisations, ""}},
    {Purpose::identification_notice, {other_organisations, ""}},
    {Purpose::law_enforcement, {other_organisations, ""}},
    {Purpose::statistics, {reporting, ""}},
    {Purpose::matching, {other_organisations, tracing}},
}};

/// A tick, or the yes of a yes/no question. Anything else is no yes.
bool says_yes(Json const& record, std::string_view field) {
    auto const* const value = record.find(field);
    if (value == nullptr) return false;
    if (auto const* const tick = value->as_bool()) return *tick;
    auto const* const word = value->as_string();
    return word != nullptr && (*word == "true" || *word == "yes");
}

bool chosen(Json const& record, std::string_view field, std::string_view word) {
    auto const* const value = record.find(field);
    auto const* const words = value == nullptr ? nullptr : value->as_array();
    return words != nullptr && std::any_of(words->begin(), words->end(), [word](Json const& each) {
               auto const* const text = each.as_string();
               return text != nullptr && *text == word;
           });
}

/// Anything but null, false, "", [] and spaces.
bool says_something(Json const* value) {
    if (value == nullptr || value->is_null()) return false;
    if (auto const* const flag = value->as_bool()) return *flag;
    if (auto const* const list = value->as_array()) return !list->empty();
    auto const* const text = value->as_string();
    return text == nullptr || text->find_first_not_of(" \t\r\n") != std::string::npos;
}

std::string trimmed(std::string_view text) {
    auto const first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

/// The pieces of the free text between line ends and semicolons. One that is no node, office or `person:` forbids
/// everyone (policies/protections.cpp): nobody can tell by machine who is meant.
void withhold(Json const& record, ProtectionFacts& facts) {
    auto const* const value = record.find(deny_details);
    bool const details = says_something(value);
    auto const* const text = value == nullptr ? nullptr : value->as_string();
    if (details && text != nullptr) {
        for (std::size_t start = 0; start <= text->size();) {
            auto const end = std::min(text->find_first_of(";\n", start), text->size());
            auto piece = trimmed(std::string_view(*text).substr(start, end - start));
            if (!piece.empty()) facts.withhold_from.push_back(std::move(piece));
            start = end + 1;
        }
    }
    bool const reason =
        says_something(record.find(withholding_reason)) || says_something(record.find(withholding_other));
    // Something is to be withheld, and nobody wrote from whom.
    if ((details && text == nullptr) || (reason && !details)) facts.withhold_from.emplace_back("?");
}

}  // namespace

std::span<std::string_view const> primero_consent_fields() {
    return fields;
}

void restrict_by_record(Json const& record, PrimeroSettings const& settings, ProtectionFacts& facts) {
    for (auto const& need : needs) {
        bool const agreed = std::all_of(need.fields.begin(), need.fields.end(), [&record](std::string_view field) {
            return field.empty() || says_yes(record, field);
        });
        if (!agreed) facts.refused_purposes.insert(need.purpose);
    }
    if (!chosen(record, sharing, "authorities")) {
        facts.refused_recipients.insert({NodeKind::welfare, NodeKind::police, NodeKind::justice, NodeKind::health});
    }
    if (!chosen(record, sharing, "other_organizations")) facts.refused_recipients.insert(NodeKind::organisation);
    bool const unhcr = says_yes(record, unhcr_opt_in) && chosen(record, sharing, "unhcr");
    if (!settings.unhcr_node.empty() && !unhcr) facts.withhold_from.push_back(settings.unhcr_node);
    withhold(record, facts);
}

}  // namespace casebridge
