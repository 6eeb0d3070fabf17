#include "policies/wire.h"

#include "crypto/digest.h"

#include <algorithm>
#include <stdexcept>

namespace casebridge::wire {

Error invalid(std::string_view code, std::string_view member) {
    return {ErrorKind::invalid, code, std::string(member)};
}

bool is_other_version(Json const& json) {
    auto const* const member = json.find("version");
    auto const* const number = member != nullptr ? member->as_integer() : nullptr;
    return number != nullptr && *number != version;
}

std::string padded(Json json, std::size_t size) {
    json.set("padding", "");
    auto const length = dump(json).size();
    if (length > size) throw std::length_error("a message longer than its size class");
    json.set("padding", std::string(size - length, '0'));
    return dump(json);
}

bool is_padding(Json const& json, std::string const& padding) {
    return json.as_object()->back().first == "padding" && padding.find_first_not_of('0') == std::string::npos;
}

bool is_reference(std::string_view text) {
    auto const graphic = [](char c) { return c > 0x20 && c < 0x7F; };
    return !text.empty() && std::all_of(text.begin(), text.end(), graphic);
}

bool is_log_head(std::string_view text) {
    auto const space = text.find(' ');
    if (space == std::string_view::npos || space == 0 || space > 19) return false;
    auto const size = text.substr(0, space);
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (!std::all_of(size.begin(), size.end(), is_digit) || (size.size() > 1 && size.front() == '0')) return false;
    return static_cast<bool>(Digest::from_hex(text.substr(space + 1)));
}

}  // namespace casebridge::wire
