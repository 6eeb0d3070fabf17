// casebridge-verify: an auditor's program. It links no store, no network and nothing of the daemon.
#include "daemon/verify/command_line.h"
#include "daemon/verify/folder.h"
#include "daemon/verify/help.h"
#include "daemon/version.h"
#include "policies/evidence/verdict.h"

#include <chrono>
#include <iostream>

namespace {

using namespace casebridge;

enum Exit { holds = 0, broken = 1, usage = 2, missing = 3, unfounded = 4 };

/// SECURITY: what a bundle says must not command a terminal.
std::string printable(std::string_view text) {
    std::string out;
    for (char const c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    return out;
}

int exit_code(Finding finding) {
    switch (finding) {
        case Finding::holds:
            return holds;
        case Finding::missing:
            return missing;
        case Finding::unfounded:
            return unfounded;
        case Finding::broken:
            break;
    }
    return broken;
}

void print(Verdict const& verdict) {
    std::size_t number = 0;
    for (auto const& link : verdict.links) {
        std::string finding(to_text(link.finding));
        finding.resize(std::max<std::size_t>(finding.size(), 10), ' ');
        std::cout << ++number << ". " << finding << link.name << ": " << printable(link.words) << "\n";
    }
    std::cout << "\n" << printable(verdict.conclusion) << "\n";
}

int fail(Error const& error, int code) {
    std::cerr << "casebridge-verify: " << error.code;
    if (!error.detail.empty()) std::cerr << ": " << printable(error.detail);
    std::cerr << "\n";
    if (code == usage) std::cerr << "casebridge-verify --help says how it is used\n";
    return code;
}

int run(std::span<char const* const> arguments) {
    for (std::string_view const word : arguments) {
        if (word == "--help" || word == "-h") return std::cout << verify_help ? holds : broken;
        if (word == "--version") return std::cout << "casebridge-verify " << program_version << "\n" ? holds : broken;
    }
    auto const line = verify::parse_command_line(arguments);
    if (!line) return fail(line.error(), usage);
    auto const files = verify::read_folder(line->folder);
    if (!files) return fail(files.error(), files.error().code == "evidence.not_a_folder" ? usage : broken);
    auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    auto const verdict = judge(*files, line->trust, now);
    if (line->json)
        std::cout << dump_pretty(verdict.json()) << "\n";
    else
        print(verdict);
    std::cout.flush();
    // What could not be said was not said.
    return std::cout ? exit_code(verdict.finding()) : broken;
}

}  // namespace

int main(int count, char** arguments) {
    try {
        return run({arguments + 1, static_cast<std::size_t>(std::max(count - 1, 0))});
    } catch (std::exception const&) {
        std::cerr << "casebridge-verify: evidence.exception\n";
        return broken;
    }
}
