// The configuration `casebridge init` writes: the commented example with this node's values in it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace casebridge::cli {

/// Puts `value` in place of what `example` says for a top-level key, also where the line is commented out; the
/// comment behind a value stays, indented lines below it go. A key the example does not have is added at the end.
std::string with_value(std::string const& example, std::string_view key, std::string_view value);

/// A YAML text in double quotes.
std::string yaml_quoted(std::string_view text);

}  // namespace casebridge::cli
