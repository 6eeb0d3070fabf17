// The built `casebridge` command, run as a person runs it.
#pragma once

#include "policies/json.h"
#include "tests/support/check_code.h"
#include "tests/support/temporary_directory.h"

#include <string>
#include <vector>

namespace casebridge::test {

struct Run {
    int exit = -1;
    std::string out, err;
};

/// `arguments` as a shell reads them; nobody is there to answer questions. `environment`: "NAME=value".
Run run(std::string const& arguments, std::string const& environment = "");
/// The daemon itself, for what it does and ends.
Run run_daemon(std::string const& arguments);
/// The command with a terminal for all three streams, and `typed` on its keyboard, a line to each question.
Run run_on_terminal(std::vector<std::string> arguments, std::string const& typed);

std::string text_of(std::filesystem::path const& path);
inline bool contains(std::string const& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}
inline Json json_of(std::string const& text) {
    return must(parse_json(text));
}

/// Makes the node th-msdhs in `directory`/state, with a passphrase file beside it.
std::string init_arguments(TemporaryDirectory const& directory);

}  // namespace casebridge::test

#define CHECK_CONTAINS(text, part)                                                                             \
    do {                                                                                                       \
        std::string const whole = (text); /* once: it may run the command */                                   \
        BOOST_CHECK_MESSAGE(::casebridge::test::contains(whole, part), "no `" << (part) << "` in: " << whole); \
    } while (false)
