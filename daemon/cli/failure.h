// Failure: what the command line tells a person (or a script) when a command cannot do what was asked.
#pragma once

#include "crypto/result.h"
#include "policies/json.h"

#include <string>
#include <variant>

namespace casebridge::cli {

/// Documented in `casebridge --help`.
enum class ExitCode : int {
    ok = 0,
    error = 1,
    usage = 2,
    refused = 3,  ///< by agreement, consent, policy or a built-in protection
    not_found = 4,
    unreachable = 5,  ///< the daemon, not a peer
    conflict = 6,
};

struct Failure {
    ExitCode exit = ExitCode::error;
    std::string code;  ///< the daemon's or our own, e.g. "peer.unknown"
    std::string detail{};
    Json denials{};  ///< of a refusal: [{rule, code, source, text}]
};

Failure to_failure(Error const& error);
Failure usage_failure(std::string_view code, std::string detail);
/// `purpose.unknown`, with the words there are and the nearest of them.
Failure unknown_purpose(std::string_view given);
/// From the status and problem document (RFC 9457) of an answer that is no success.
Failure to_failure(int status, Json const& problem);

/// In plain words what a code means, or empty: for details that are only an id.
std::string_view meaning(std::string_view code);
/// What to do about it, or empty.
std::string_view remedy(std::string_view code);

}  // namespace casebridge::cli
