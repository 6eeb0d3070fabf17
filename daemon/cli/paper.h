// Paper: what commands that print something have in common: the form asked for, the languages, and where it goes.
#pragma once

#include "daemon/cli/command.h"
#include "policies/wording.h"

#include <deque>

namespace casebridge::cli {

enum class PaperForm { text, html, csv, json };
/// From --html, --csv, --text and --json; text if none is given. Failure: `usage.two_forms`.
std::variant<PaperForm, Failure> paper_form(Invocation const& in);

/// The wordings of the papers of one run: from --wording files, else built in.
class PaperWordings {
public:
    /// Errors: those of `load_yaml` and `Wording::load`.
    static Result<PaperWordings> load(Invocation const& in);
    /// Errors: `wording.unknown_language`.
    Result<Wording const*> in_language(std::string_view language);

private:
    std::deque<Wording> known_;  ///< does not move what it holds
};

/// To --out, readable by its owner alone, and says so; else to standard output.
ExitCode put_paper(Invocation const& in, std::string const& paper);

}  // namespace casebridge::cli
