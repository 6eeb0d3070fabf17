// What a partner has told of a person it and we know by a reference.
#pragma once

#include <string_view>

namespace casebridge::schema {

inline constexpr std::string_view version_7 = R"sql(
CREATE INDEX inbox_subject ON inbox(subject, sender);
)sql";

}  // namespace casebridge::schema
