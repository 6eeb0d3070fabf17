#include "crypto/node_id.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::size_t kShortest = 4;
constexpr std::size_t kLongest = 40;

bool is_lower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
bool is_label_character(char c) noexcept {
    return is_lower(c) || (c >= '0' && c <= '9') || c == '-';
}

}  // namespace

Result<NodeId> NodeId::parse(std::string_view text) {
    Error const malformed{ErrorKind::invalid, "node_id.malformed"};
    if (text.size() < kShortest || text.size() > kLongest) return malformed;
    if (!std::all_of(text.begin(), text.end(), is_label_character)) return malformed;
    auto const hyphen = text.find('-');
    auto const country = text.substr(0, hyphen);
    if (hyphen == std::string_view::npos || !std::all_of(country.begin(), country.end(), is_lower)) return malformed;
    if (country.size() != 2 && country != "org") return malformed;
    // `xn--` and its like stay out: a hyphen is always between two letters or digits.
    if (text.back() == '-' || text.find("--") != std::string_view::npos) return malformed;
    return NodeId(std::string(text));
}

std::string_view NodeId::country() const noexcept {
    return std::string_view(text_).substr(0, text_.find('-'));
}

std::string NodeId::dns_name() const {
    return text_ + ".casebridge.internal";
}

std::string NodeId::uri() const {
    return "casebridge://" + text_ + "/";
}

}  // namespace casebridge
