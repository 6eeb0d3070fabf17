// The text of a value that is used for one row after the other: it keeps the memory it has.
#pragma once

#include "adapters/sql_session.h"

namespace casebridge {

/// The value becomes a text, if it is none, whose content is whatever it was.
inline std::string& text_room(SqlValue& value) {
    auto* const text = std::get_if<std::string>(&value);
    return text == nullptr ? value.emplace<std::string>() : *text;
}

}  // namespace casebridge
