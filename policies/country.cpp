#include "policies/country.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

constexpr std::array countries{
    Country{"CN", "Asia/Shanghai", "zh"},    Country{"JP", "Asia/Tokyo", "ja"},  Country{"KH", "Asia/Phnom_Penh", "km"},
    Country{"LA", "Asia/Vientiane", "lo"},   Country{"MM", "Asia/Yangon", "my"}, Country{"TH", "Asia/Bangkok", "th"},
    Country{"VN", "Asia/Ho_Chi_Minh", "vi"},
};

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

Country const* find_country(std::string_view code) {
    auto const* const found = std::ranges::find_if(
        countries, [&](Country const& each) { return std::ranges::equal(each.code, code, {}, {}, upper); });
    return found == countries.end() ? nullptr : found;
}

}  // namespace casebridge
