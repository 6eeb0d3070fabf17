// Code lists: the words a coded field may hold. HTCDS 2.0 lists under their HTCDS codes (CC BY 4.0, IOM), ISO 3166-1
// alpha-2 countries, ISO 639 languages, and our extensions.
#pragma once

#include "crypto/result.h"

#include <span>
#include <string_view>
#include <vector>

namespace casebridge {

struct CodeList {
    std::string_view name;
    std::span<std::string_view const> codes;
    [[nodiscard]] bool contains(std::string_view code) const;
};

/// nullptr if there is no list of that name.
CodeList const* find_code_list(std::string_view name);
std::vector<std::string_view> code_list_names();

}  // namespace casebridge
