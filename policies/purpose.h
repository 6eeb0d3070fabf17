// The closed lists a message is sorted by: purposes and kinds of nodes.
#pragma once

#include "crypto/result.h"

#include <array>
#include <string_view>

namespace casebridge {

enum class Purpose {
    identity_verification,
    family_tracing,
    referral,
    return_and_handover,
    reintegration_follow_up,
    claim_status,
    identification_notice,
    law_enforcement,
    statistics,
    matching,
};
inline constexpr std::size_t purpose_count = 10;
std::string_view to_text(Purpose purpose);
/// Errors: `purpose.unknown`; the detail offers the nearest word.
Result<Purpose> parse_purpose(std::string_view text);

enum class NodeKind { welfare, police, justice, health, organisation };
std::string_view to_text(NodeKind kind);
/// Errors: `node_kind.unknown`.
Result<NodeKind> parse_node_kind(std::string_view text);

}  // namespace casebridge
