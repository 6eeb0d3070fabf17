// Terminal: what a command asks a person, and what it knows about where its output goes.
#pragma once

#include "crypto/result.h"
#include "crypto/secret.h"

#include <cstddef>
#include <optional>
#include <string>

namespace casebridge::cli {

/// Both standard input and standard error lead to a person.
bool can_ask();
bool output_is_terminal();
/// On a terminal, and neither NO_COLOR is set nor TERM=dumb.
bool wants_colour();
/// Columns of the terminal; 0 if the output goes elsewhere.
std::size_t terminal_width();

/// One line; nothing at end of input.
std::optional<std::string> ask(std::string const& question);
/// To the person, on standard error.
void tell(std::string const& text);
/// Yes only for "y" or "yes".
bool confirm(std::string const& question);
/// Without echo. Errors: `passphrase.no_terminal`.
Result<Secret> ask_passphrase(std::string const& what);
/// Twice, without echo. Errors: `passphrase.no_terminal`, `passphrase.mismatch`.
Result<Secret> ask_new_passphrase(std::string const& what);

}  // namespace casebridge::cli
