#include "policies/purpose.h"

#include "policies/yaml.h"

#include <algorithm>

namespace casebridge {

namespace {

constexpr std::array<std::string_view, purpose_count> purpose_names = {
    "identity_verification",
    "family_tracing",
    "referral",
    "return_and_handover",
    "reintegration_follow_up",
    "claim_status",
    "identification_notice",
    "law_enforcement",
    "statistics",
    "matching",
};
static_assert(static_cast<std::size_t>(Purpose::matching) + 1 == purpose_count);

constexpr std::array<std::string_view, 5> kind_names = {"welfare", "police", "justice", "health", "organisation"};
static_assert(static_cast<std::size_t>(NodeKind::organisation) + 1 == kind_names.size());

/// The detail holds words of our own list only, never the text that was given: that may come from a peer.
Error unknown_word(std::string_view code, std::string_view text, std::span<std::string_view const> words) {
    auto const nearest = nearest_word(text, {words.begin(), words.end()});
    std::string detail;
    if (!nearest.empty()) detail = "did you mean `" + std::string(nearest) + "`?";
    return Error{ErrorKind::invalid, code, std::move(detail)};
}

}  // namespace

std::string_view to_text(Purpose purpose) {
    return purpose_names.at(static_cast<std::size_t>(purpose));
}

Result<Purpose> parse_purpose(std::string_view text) {
    auto const found = std::find(purpose_names.begin(), purpose_names.end(), text);
    if (found == purpose_names.end()) return unknown_word("purpose.unknown", text, purpose_names);
    return static_cast<Purpose>(found - purpose_names.begin());
}

std::string_view to_text(NodeKind kind) {
    return kind_names.at(static_cast<std::size_t>(kind));
}

Result<NodeKind> parse_node_kind(std::string_view text) {
    auto const found = std::find(kind_names.begin(), kind_names.end(), text);
    if (found == kind_names.end()) return unknown_word("node_kind.unknown", text, kind_names);
    return static_cast<NodeKind>(found - kind_names.begin());
}

}  // namespace casebridge
