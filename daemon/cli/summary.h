// Summary: how case data and decisions are shown; shared by `case` and `inbox`.
#pragma once

#include "daemon/cli/render.h"

namespace casebridge::cli {

/// A body as partners get it: {"fields":{id:{form,value}},"groups":{name:[{id:{form,value}}]}}.
std::string render_body(Json const& body, Style const& style);
/// What an erasure receipt says: "2 messages, 1 answer, in own_store".
std::string erased_text(Json const& receipt);
/// Denials: rule, why, where.
std::string render_denials(Json const& denials, Style const& style);
/// Every field: in which form it goes out, by which rule of which file and line; what stays, grouped by reason.
std::string render_decision(Json const& decision, Style const& style);

}  // namespace casebridge::cli
