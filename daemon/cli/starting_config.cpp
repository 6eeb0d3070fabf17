#include "daemon/cli/starting_config.h"

namespace casebridge::cli {
namespace {

/// Where the key's line begins to say something: "key:" at the start, or behind "#" and at most one blank.
bool is_line_of(std::string_view line, std::string_view key) {
    if (line.starts_with('#')) {
        line.remove_prefix(1);
        if (line.starts_with(' ')) line.remove_prefix(1);
    }
    return line.starts_with(key) && line.substr(key.size()).starts_with(':');
}

/// "  # comment" at the end of a line, or nothing.
std::string_view comment_of(std::string_view line) {
    auto const at = line.find(" #", 1);
    return at == std::string_view::npos ? std::string_view{} : line.substr(at);
}

}  // namespace

std::string with_value(std::string const& example, std::string_view key, std::string_view value) {
    std::string out;
    bool found = false, inside = false;  // inside: below the line that was replaced
    std::string_view rest = example;
    while (!rest.empty()) {
        auto const end = std::min(rest.find('\n'), rest.size());
        auto const line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        inside = inside && line.starts_with(' ');
        if (inside) continue;
        if (!found && is_line_of(line, key)) {
            found = inside = true;
            out.append(key).append(": ").append(value).append(comment_of(line));
        } else {
            out += line;
        }
        out += '\n';
    }
    if (!found) out.append(key).append(": ").append(value).append("\n");
    return out;
}

std::string yaml_quoted(std::string_view text) {
    std::string out = "\"";
    for (char const c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

}  // namespace casebridge::cli
