// Markup: what is wrong with a page as XML, or empty: every element closed in order, attributes quoted, no bare < or &.
// The pages use no comments, no CDATA and only the five entities XML has, and numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace casebridge::test {

namespace markup {

inline bool is_entity(std::string_view text) {
    auto const end = text.find(';');
    if (end == std::string_view::npos || end > 8) return false;
    auto const name = text.substr(1, end - 1);
    return name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos" ||
           (name.size() > 1 && name[0] == '#' && name.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

/// Of the inside of a tag behind the name: ` a="b" c="d"`.
inline bool are_attributes(std::string_view text) {
    while (!text.empty()) {
        if (text.front() != ' ') return false;
        auto const quote = text.find("=\"");
        if (quote == std::string_view::npos || quote < 2) return false;
        auto const end = text.find('"', quote + 2);
        if (end == std::string_view::npos) return false;
        text.remove_prefix(end + 1);
    }
    return true;
}

}  // namespace markup

inline std::string wrong_markup(std::string_view page) {
    constexpr std::string_view doctype = "<!DOCTYPE html>";
    if (!page.starts_with(doctype)) return "no doctype";
    std::vector<std::string_view> open;
    for (std::size_t at = doctype.size(); at < page.size();) {
        auto const next = page.find_first_of("<&", at);
        if (next == std::string_view::npos) break;
        if (page[next] == '&') {
            if (!markup::is_entity(page.substr(next))) return "a bare & at " + std::to_string(next);
            at = next + 1;
            continue;
        }
        auto const end = page.find('>', next);
        if (end == std::string_view::npos) return "a tag without end at " + std::to_string(next);
        auto inside = page.substr(next + 1, end - next - 1);
        at = end + 1;
        if (inside.starts_with('/')) {
            if (open.empty() || open.back() != inside.substr(1))
                return "</" + std::string(inside.substr(1)) + "> at " + std::to_string(next);
            open.pop_back();
            continue;
        }
        bool const empty = inside.ends_with('/');
        if (empty) inside.remove_suffix(1);
        auto const name = inside.substr(0, inside.find(' '));
        if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") != std::string_view::npos)
            return "no name of an element at " + std::to_string(next);
        if (!markup::are_attributes(inside.substr(name.size()))) return "attributes at " + std::to_string(next);
        if (!empty) open.push_back(name);
    }
    return open.empty() ? "" : "<" + std::string(open.back()) + "> is not closed";
}

}  // namespace casebridge::test
