// casebridge docket, docket held: the agenda of a Case Management Meeting, and when the last one was.
#include "daemon/cli/docket.h"
#include "daemon/cli/paper.h"
#include "policies/country.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace casebridge::cli {
namespace {

constexpr char kPageSize[] = "1000";

using Procedures = std::vector<DocketProcedure>;

/// All pages of the list. `open`: "true", or empty for those that have ended, too.
std::variant<Procedures, Failure> fetch_procedures(OfficerClient const& client, std::string const& node,
                                                   std::string const& open, bool own_numbers) {
    Procedures all;
    for (std::string cursor;;) {
        auto const answer =
            client.get("/v1/procedures", {{"with", node}, {"open", open}, {"after", cursor}, {"limit", kPageSize}});
        if (auto const* failure = std::get_if<Failure>(&answer)) return *failure;
        auto page = read_procedure_page(std::get<Json>(answer), own_numbers);
        if (!page) return to_failure(page.error());
        std::ranges::move(page->procedures, std::back_inserter(all));
        if (page->next.empty()) return all;
        // The same page for ever would fill the memory.
        if (page->next == cursor || page->procedures.empty())
            return to_failure(Error{ErrorKind::internal, "daemon.bad_answer", "the list of procedures does not end"});
        cursor = std::move(page->next);
    }
}

/// Of all procedures those that are not open any more.
Procedures ended_of(Procedures all, Procedures const& open) {
    std::set<std::string_view> references;
    for (auto const& each : open) references.insert(each.procedure);
    std::erase_if(all, [&](DocketProcedure const& each) { return references.contains(each.procedure); });
    return all;
}

std::variant<Docket, Failure> fetch(OfficerClient const& client, Invocation const& in, std::optional<Date> since) {
    auto const node = in.text("--with");
    auto const meeting = client.get("/v1/meetings/" + percent_encoded(node));
    if (auto const* failure = std::get_if<Failure>(&meeting)) return *failure;
    auto docket = read_docket_head(std::get<Json>(meeting));
    if (!docket) return to_failure(docket.error());
    docket->own_numbers = in.has("--own-numbers");
    if (since) docket->since = since;
    auto open = fetch_procedures(client, node, "true", docket->own_numbers);
    if (auto const* failure = std::get_if<Failure>(&open)) return *failure;
    docket->procedures = std::get<Procedures>(std::move(open));
    if (!docket->since) return *std::move(docket);
    auto all = fetch_procedures(client, node, "", docket->own_numbers);
    if (auto const* failure = std::get_if<Failure>(&all)) return *failure;
    docket->ended = ended_of(std::get<Procedures>(std::move(all)), docket->procedures);
    return *std::move(docket);
}

std::string language_of(DocketParty const& party) {
    auto const* const country = find_country(party.node.substr(0, party.node.find('-')));
    return country == nullptr ? std::string() : std::string(country->language);
}

/// English first, then what was asked for; else both countries' languages, as far as there is a wording.
Result<std::vector<Wording const*>> languages_of(Invocation const& in, PaperWordings& wordings, Docket const& docket) {
    auto wanted = in.values("--language");
    bool const asked = !wanted.empty();
    if (!asked) wanted = {language_of(docket.us), language_of(docket.them)};
    wanted.insert(wanted.begin(), "en");
    std::vector<Wording const*> all;
    for (auto const& language : wanted) {
        auto const wording = wordings.in_language(language);
        if (!wording && asked) return wording.error();
        if (wording && std::ranges::find(all, *wording) == all.end()) all.push_back(*wording);
    }
    return all;
}

Cell state_cell(DocketRow const& row) {
    auto const& wait = row.procedure->wait;
    if (!wait) return "-";
    if (!wait->error.empty()) return {wait->error, Tone::warning};
    if (row.overdue_days) {
        auto const days = std::to_string(*row.overdue_days);
        return {wait->state + (days == "0" ? "" : " by " + days + " days"), Tone::bad};
    }
    return wait->state == "reminder" ? Cell{"due soon", Tone::warning} : Cell(wait->state);
}

std::string docket_text(Docket const& docket, Style const& style) {
    auto const agenda = agenda_of(docket);
    Facts facts;
    facts.add("between", docket.us.shown_name() + " and " + docket.them.shown_name());
    facts.add("last meeting", docket.held_on ? to_iso8601(*docket.held_on) : "none is recorded");
    facts.add("open", std::to_string(agenda.open) + ", overdue " + std::to_string(agenda.overdue));
    if (docket.since)
        facts.add("since " + to_iso8601(*docket.since),
                  std::to_string(agenda.opened) + " opened, " + std::to_string(agenda.changed) + " changed");
    Table table({"waits for", "case", "procedure", "stage", "since", "days", "state", "next step"});
    for (auto const& rows : agenda.sections) {
        for (auto const& row : rows) {
            auto const& each = *row.procedure;
            table.row({!each.wait      ? "nobody"
                       : each.wait->us ? docket.us.node
                                       : docket.them.node,
                       {each.case_number.empty() ? each.subject : each.case_number, Tone::bold},
                       each.kind,
                       each.stage,
                       row.waiting_since ? to_iso8601(*row.waiting_since) : "-",
                       row.waiting_since ? std::to_string(row.days) : "-",
                       state_cell(row),
                       each.wait ? each.wait->action : "-"});
        }
    }
    return facts.text(style) + "\n" + (table.empty() ? "nothing is open\n" : table.text(style));
}

/// The form asked for, of what was fetched.
std::variant<std::string, Failure> paper_of(Invocation const& in, PaperForm form, PaperWordings& wordings,
                                            Docket const& docket) {
    if (form == PaperForm::json) return dump_pretty(docket_json(docket)) + "\n";
    // A file is for people, too, but not for a terminal: no colours.
    if (form == PaperForm::text) return docket_text(docket, in.has("--out") ? Style{} : output_style());
    auto const languages = languages_of(in, wordings, docket);
    if (!languages) return to_failure(languages.error());
    return form == PaperForm::html ? docket_html(docket, *languages) : docket_csv(docket, *languages);
}

ExitCode print(Invocation const& in) {
    auto const form = paper_form(in);
    if (auto const* failure = std::get_if<Failure>(&form)) return in.fail(*failure);
    std::optional<Date> since;
    if (in.has("--since")) {
        auto const day = parse_date(in.text("--since"));
        if (!day) return in.fail(usage_failure("usage.bad_date", "--since is a day as YYYY-MM-DD"));
        since = *day;
    }
    // Not `required`: it would be asked for before `docket held`, too.
    if (!in.has("--with")) return in.fail(usage_failure("usage.partner_missing", "--with names the partner"));
    auto wordings = PaperWordings::load(in);
    if (!wordings) return in.fail(wordings.error());
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto const fetched = fetch(*client, in, since);
    if (auto const* failure = std::get_if<Failure>(&fetched)) return in.fail(*failure);
    auto const& docket = std::get<Docket>(fetched);
    auto const paper = paper_of(in, std::get<PaperForm>(form), *wordings, docket);
    if (auto const* failure = std::get_if<Failure>(&paper)) return in.fail(*failure);
    return put_paper(in, std::get<std::string>(paper));
}

ExitCode held(Invocation const& in) {
    auto const day = parse_date(in.text("--on"));
    if (!day) return in.fail(usage_failure("usage.bad_date", "--on is a day as YYYY-MM-DD"));
    auto const why = in.reason();
    if (auto const* failure = std::get_if<Failure>(&why)) return in.fail(*failure);
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto body = Json::object();
    body.set("on", to_iso8601(*day)).set("reason", std::get<std::string>(why));
    return in.show(client->put("/v1/meetings/" + percent_encoded(in.text("--with")), body),
                   [](Json const& json, Style const&) {
                       auto const* with = json.find("with");
                       return "last meeting with " + printable(with == nullptr ? "-" : shown(*with, "node")) + ": " +
                              printable(shown(json, "held_on")) + "\n";
                   });
}

}  // namespace

std::vector<Command> docket_commands() {
    using enum OptionSpec::Count;
    return {
        {"docket",
         "The agenda of a Case Management Meeting with a partner: what is open, who is waited for, since when",
         "casebridge docket --with kh-mosvy --html --out docket.html",
         {{"--with", "NODE", "The partner (required)", optional},
          {"--html", "", "Pages to print on A4", optional},
          {"--csv", "", "For a spreadsheet", optional},
          {"--text", "", "Text (as if nothing is said)", optional},
          {"--language", "LANG",
           "Beside English: en, km, lo, my, th or vi; may be given more than once. Left out: both countries'",
           optional_many},
          {"--wording", "FILE", "The ministry's own wording of a language, in place of the built-in one",
           optional_many},
          {"--since", "DATE", "What has changed since this day; left out: since the last meeting", optional},
          {"--own-numbers", "", "With this ministry's case numbers: for its own copy", optional},
          {"--out", "FILE", "Where to write it; left out: standard output", optional}},
         print},
        {"docket held",
         "Record when the last meeting with a partner was held: the next docket tells what has changed since",
         "casebridge docket held --with kh-mosvy --on 2026-11-20 --reason \"the 12th meeting, Sa Kaeo\"",
         {{"--with", "NODE", "The partner", required}, {"--on", "DATE", "The day, as YYYY-MM-DD", required}},
         held},
    };
}

}  // namespace casebridge::cli
