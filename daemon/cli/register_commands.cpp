// casebridge case register: who was told what about a person, printed for that person.
#include "daemon/cli/paper.h"
#include "daemon/cli/subject_register.h"

#include <algorithm>

namespace casebridge::cli {
namespace {

/// As asked for; else the one the person gave the newest consent in, if there is a wording; else English.
std::string language_for(Invocation const& in, SubjectRegister const& subject) {
    if (in.has("--language")) return in.text("--language");
    auto const own = subject.language();
    auto const known = Wording::built_in_languages();
    return std::ranges::find(known, own) == known.end() ? "en" : own;
}

ExitCode print(Invocation const& in) {
    auto const form = paper_form(in);
    if (auto const* failure = std::get_if<Failure>(&form)) return in.fail(*failure);
    auto wordings = PaperWordings::load(in);
    if (!wordings) return in.fail(wordings.error());
    // A language nobody can print is found out before the reading, which is an act.
    if (in.has("--language"))
        if (auto const known = wordings->in_language(in.text("--language")); !known) return in.fail(known.error());
    auto const why = in.reason();
    if (auto const* failure = std::get_if<Failure>(&why)) return in.fail(*failure);
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto const answer =
        client->get("/v1/cases/register", {{"case", in.text("CASE")}, {"reason", std::get<std::string>(why)}});
    if (auto const* failure = std::get_if<Failure>(&answer)) return in.fail(*failure);
    auto const& json = std::get<Json>(answer);
    if (std::get<PaperForm>(form) == PaperForm::json) return put_paper(in, dump_pretty(json) + "\n");
    auto const subject = read_subject_register(json);
    if (!subject) return in.fail(subject.error());
    auto const wording = wordings->in_language(language_for(in, *subject));
    if (!wording) return in.fail(wording.error());
    return put_paper(in, std::get<PaperForm>(form) == PaperForm::html ? register_html(*subject, **wording)
                                                                      : register_text(*subject, **wording));
}

}  // namespace

std::vector<Command> register_commands() {
    using enum OptionSpec::Count;
    return {
        {"case register",
         "Who was told what about a person, when and why, in plain words for that person to keep. An act.",
         "casebridge case register TH-2026-0113 --html --language km --out register.html --reason \"asked by her\"",
         {{"CASE", "", "The case number", required},
          {"--html", "", "A page to print on A4", optional},
          {"--text", "", "Text (as if nothing is said)", optional},
          {"--language", "LANG", "en, km, lo, my, th or vi; left out: the one of the newest consent, else en",
           optional},
          {"--wording", "FILE", "The ministry's own wording of a language, in place of the built-in one",
           optional_many},
          {"--out", "FILE", "Where to write it; left out: standard output", optional}},
         print},
    };
}

}  // namespace casebridge::cli
