#include "daemon/cli/pages.h"

#include "daemon/cli/command.h"
#include "daemon/cli/command_line.h"
#include "daemon/config_keys.h"
#include "daemon/daemon_help.h"
#include "daemon/verify/help.h"
#include "daemon/version.h"

#include <algorithm>
#include <map>
#include <set>

namespace casebridge::cli {
namespace {

/// Text as man(7) prints it: no escape, no control line, hyphens that can be copied.
std::string roff(std::string_view text) {
    std::string out;
    bool line_begins = true;
    for (char const c : text) {
        if (line_begins && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else {
            out += c;
        }
        line_begins = c == '\n';
    }
    return out;
}

std::string heading(std::string_view name, std::string_view section, std::string_view summary) {
    std::string title(name);
    std::ranges::transform(title, title.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
    return ".TH " + title + " " + std::string(section) + " \"\" \"casebridge " + std::string(program_version) +
           "\"\n.SH NAME\n" + roff(name) + " \\- " + roff(summary) + "\n";
}

std::string as_it_is(std::string_view text) {
    std::string out = ".nf\n";
    // man(7) wants no empty lines: each becomes a space of its own.
    std::size_t at = 0;
    while (at < text.size()) {
        auto const end = std::min(text.find('\n', at), text.size());
        out += end == at ? ".sp\n" : roff(text.substr(at, end - at)) + "\n";
        at = end + 1;
    }
    return out + ".fi\n";
}

std::string option_text(OptionSpec const& option) {
    std::string out = ".TP\n\\fB" + roff(option.name) + "\\fR";
    if (!option.value.empty()) out += " \\fI" + roff(option.value) + "\\fR";
    return out + "\n" + roff(option.help) + (option.is_required() ? " (required)" : "") + "\n";
}

std::string command_text(Command const& command) {
    std::string out = ".SS casebridge " + roff(command.path) + "\n" + roff(command.summary) + "\n";
    for (auto const& option : command.options) out += option_text(option);
    return out + ".PP\nExample:\n" + as_it_is(command.example);
}

std::string see_also(std::string_view text) {
    return ".SH SEE ALSO\n" + std::string(text) + "\n";
}

/// Shell words only: what a help text says never reaches the script.
std::string words(std::set<std::string> const& all) {
    std::string out;
    for (auto const& word : all) out += (out.empty() ? "" : " ") + word;
    return out;
}

/// For a `case` of the shell.
std::string alternatives(std::set<std::string> const& all) {
    std::string out;
    for (auto const& word : all) out += (out.empty() ? "" : " | ") + word;
    return out;
}

}  // namespace

std::string command_page() {
    auto page = heading("casebridge", "1", "the officer's and operator's command for a casebridge node");
    page += ".SH SYNOPSIS\n\\fBcasebridge\\fR [\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]\n";
    page += ".SH DESCRIPTION\n" + roff(command_line_description()) + "\n.SH OPTIONS EVERYWHERE\n";
    for (auto const& option : global_options()) page += option_text(option);
    page += ".SH COMMANDS\n";
    for (auto const& command : all_commands()) page += command_text(command);
    page += ".SH EXIT STATUS AND ENVIRONMENT\n" + as_it_is(command_line_footer());
    return page + see_also("\\fBcasebridged\\fR(8), \\fBcasebridge.yaml\\fR(5)");
}

std::string daemon_page() {
    auto page = heading("casebridged", "8", "exchanges sealed case summaries with partner ministries");
    page += ".SH SYNOPSIS\n\\fBcasebridged\\fR [\\fB\\-\\-config\\fR \\fIFILE\\fR] [\\fB\\-\\-check\\fR]\n";
    page += ".SH DESCRIPTION\n" + as_it_is(daemon_help);
    return page + see_also("\\fBcasebridge\\fR(1), \\fBcasebridge.yaml\\fR(5), \\fBsystemctl\\fR(1)");
}

std::string verify_page() {
    auto page = heading("casebridge-verify", "1", "judges an evidence bundle, offline");
    page += ".SH SYNOPSIS\n\\fBcasebridge\\-verify\\fR \\fIFOLDER\\fR [\\fIoptions\\fR]\n";
    page += ".SH DESCRIPTION\n" + as_it_is(verify_help);
    return page + see_also("\\fBcasebridge\\fR(1), \\fBopenssl\\fR(1)");
}

std::string configuration_page() {
    auto page = heading("casebridge.yaml", "5", "configuration of casebridged");
    page +=
        ".SH DESCRIPTION\nOne YAML file describes one node of one ministry. Relative paths are relative to the file. A "
        "key that is not known is refused, with the nearest one that is.\n";
    for (auto const& section : config_sections()) {
        page += section.name.empty() ? ".SH KEYS\n" : ".SH KEYS UNDER " + roff(section.name) + "\n";
        for (auto const& key : section.keys) {
            page += ".TP\n\\fB" + roff(key.name) + "\\fR (" + roff(type_of(key)) + (key.required ? ", required" : "");
            if (!key.fallback.empty()) page += ", default " + roff(key.fallback);
            page += ")\n" + roff(key.meaning) + "\n";
        }
    }
    page +=
        ".SH EXAMPLE\nA commented file to start from:\n.PP\n.nf\ncasebridge config example > casebridge.yaml\n.fi\n";
    return page + see_also("\\fBcasebridge\\fR(1), \\fBcasebridged\\fR(8)");
}

std::string bash_completion() {
    std::map<std::string, std::set<std::string>> next;  // after these words, these may follow
    for (auto const& command : all_commands()) {
        std::string const path(command.path);
        auto const space = path.find(' ');
        next[""].insert(path.substr(0, space));
        next[path];
        if (space != std::string::npos) next[path.substr(0, space)].insert(path.substr(space + 1));
        for (auto const& option : command.options)
            if (!option.is_argument()) next[path].insert(std::string(option.name));
    }
    std::set<std::string> everywhere{"--help"};
    std::set<std::string> with_value;
    for (auto const& option : global_options()) {
        everywhere.insert(std::string(option.name));
        if (!option.is_flag()) with_value.insert(std::string(option.name));
    }
    std::string script =
        "# bash completion for casebridge, made by `casebridge completion`\n"
        "_casebridge() {\n"
        "    local word path='' value='' current=${COMP_WORDS[COMP_CWORD]} choices=''\n"
        "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
        "        if [[ -n $value ]]; then [[ $word == = ]] || value=''; continue; fi\n"
        "        case $word in\n"
        "            " +
        alternatives(with_value) +
        ") value=yes; continue ;;\n"
        "            " +
        alternatives(everywhere) +
        " | --*=*) continue ;;\n"
        "            -*) break ;;\n"
        "        esac\n"
        "        case \" $path ${path:+ }$word\" in\n";
    for (auto const& [path, following] : next) {
        if (path.empty()) continue;
        auto const space = path.find(' ');
        auto const shown =
            space == std::string::npos ? "  " + path : " " + path.substr(0, space) + "  " + path.substr(space + 1);
        script += "            '" + shown + "') path='" + path + "' ;;\n";
    }
    script += "        esac\n    done\n    [[ -z $value ]] && case \"$path\" in\n";
    for (auto const& [path, following] : next)
        script += "        '" + path + "') choices='" + words(following) + "' ;;\n";
    script += "    esac\n    [[ -z $value && ($current == -* || -n $choices) ]] && choices=\"$choices " +
              words(everywhere) +
              "\"\n    mapfile -t COMPREPLY < <(compgen -W \"$choices\" -- \"$current\")\n"
              "    [[ ${#COMPREPLY[@]} -gt 0 ]] || mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
              "}\ncomplete -F _casebridge casebridge\n";
    return script;
}

}  // namespace casebridge::cli
