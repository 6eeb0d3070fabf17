#include "daemon/cli/paper.h"

#include "daemon/files.h"

#include <algorithm>
#include <iostream>

namespace casebridge::cli {

std::variant<PaperForm, Failure> paper_form(Invocation const& in) {
    std::vector<PaperForm> asked;
    if (in.has("--html")) asked.push_back(PaperForm::html);
    if (in.has("--csv")) asked.push_back(PaperForm::csv);
    if (in.has("--text")) asked.push_back(PaperForm::text);
    if (in.json()) asked.push_back(PaperForm::json);
    if (asked.size() > 1)
        return usage_failure("usage.two_forms", "one form at a time: --html, --text, --csv or --json");
    return asked.empty() ? PaperForm::text : asked.front();
}

Result<PaperWordings> PaperWordings::load(Invocation const& in) {
    PaperWordings wordings;
    for (auto const& path : in.values("--wording")) {
        ASSIGN_OR_RETURN(auto const file, load_yaml(path));
        ASSIGN_OR_RETURN(auto wording, Wording::load(file));
        wordings.known_.push_back(std::move(wording));
    }
    return wordings;
}

Result<Wording const*> PaperWordings::in_language(std::string_view language) {
    auto const found = std::ranges::find(known_, language, &Wording::language);
    if (found != known_.end()) return &*found;
    ASSIGN_OR_RETURN(auto wording, Wording::built_in(language));
    known_.push_back(std::move(wording));
    return &known_.back();
}

ExitCode put_paper(Invocation const& in, std::string const& paper) {
    if (!in.has("--out") || in.text("--out") == "-") {
        std::cout << paper << std::flush;
        return std::cout ? ExitCode::ok : ExitCode::error;
    }
    auto const path = in.text("--out");
    if (auto const written = write_file_atomically(path, as_bytes(paper), 0600); !written)
        return in.fail(written.error());
    auto json = Json::object();
    json.set("file", path).set("bytes", static_cast<std::int64_t>(paper.size()));
    return in.show(json, [](Json const& written, Style const&) {
        return "wrote " + printable(shown(written, "file")) + " (" + shown(written, "bytes") + " bytes)\n";
    });
}

}  // namespace casebridge::cli
