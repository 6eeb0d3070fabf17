#include "daemon/verify/command_line.h"

#include "daemon/verify/folder.h"

namespace casebridge::verify {
namespace {

Error usage(std::string_view code, std::string_view detail) {
    return {ErrorKind::invalid, code, std::string(detail)};
}

Status take_option(CommandLine& line, std::string_view name, std::string_view value) {
    if (name == "--root") return line.trust.add_root(value);
    if (name == "--log-key") return line.trust.add_log(value);
    if (name == "--witness") return line.trust.add_witness(value);
    if (name != "--trust" && name != "--crl") return usage("usage.unknown_option", name);
    ASSIGN_OR_RETURN(auto const bytes, read_whole(std::filesystem::path(value)));
    auto const text = to_text(bytes);
    return name == "--crl" ? line.trust.add_revocation_lists(text) : line.trust.add_lines(text);
}

}  // namespace

Result<CommandLine> parse_command_line(std::span<char const* const> arguments) {
    CommandLine line;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::string_view const word = arguments[i];
        if (word == "--json") {
            line.json = true;
        } else if (word.starts_with("--")) {
            auto const equals = word.find('=');
            bool const joined = equals != std::string_view::npos;
            if (!joined && i + 1 == arguments.size()) return usage("usage.value_missing", word);
            auto const value = joined ? word.substr(equals + 1) : std::string_view(arguments[++i]);
            RETURN_IF_ERROR(take_option(line, word.substr(0, equals), value));
        } else if (line.folder.empty()) {
            line.folder = word;
        } else {
            return usage("usage.unknown_option", word);
        }
    }
    if (line.folder.empty()) return usage("usage.no_folder", "");
    return line;
}

}  // namespace casebridge::verify
