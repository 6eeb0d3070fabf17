// The daemon's answers as a docket's facts.
#include "daemon/cli/answer_reader.h"
#include "daemon/cli/docket.h"

namespace casebridge::cli {
namespace {

DocketWait read_wait(Json const& json, bool& good) {
    AnswerReader reader(json);
    DocketWait wait{.us = reader.flag("us"),
                    .action = reader.text("for"),
                    .since = reader.time("since"),
                    .due = reader.optional_time("due"),
                    .overdue = reader.optional_time("overdue"),
                    .state = reader.optional_text("state"),
                    .on = reader.optional_day("on"),
                    .error = reader.optional_text("error")};
    good = good && reader.good() && wait.state.empty() != wait.error.empty();
    return wait;
}

DocketProcedure read_procedure(Json const& json, bool own_numbers, bool& good) {
    AnswerReader reader(json);
    AnswerReader with(reader.object("with"));
    auto const side = reader.text("side");
    DocketProcedure procedure{.procedure = reader.text("procedure"),
                              .kind = reader.text("kind"),
                              .stage = reader.text("stage"),
                              .urgency = reader.text("urgency"),
                              .office = reader.text("office"),
                              .their_office = with.text("office"),
                              .opened_by_us = side == "initiator",
                              .subject = reader.text("subject"),
                              .case_number = own_numbers ? reader.optional_text("case") : std::string(),
                              .wait = {},
                              .opened_at = reader.time("opened_at"),
                              .updated_at = reader.time("updated_at"),
                              .last_by_us = reader.optional_flag("last_by_us"),
                              .offered_on = reader.optional_day("offered_on"),
                              .agreed_on = reader.optional_day("agreed_on"),
                              .reports = {}};
    if (auto const* wait = reader.optional_object("awaited")) procedure.wait = read_wait(*wait, good);
    if (auto const* reports = reader.optional_object("reports")) {
        AnswerReader of(*reports);
        procedure.reports.emplace(of.integer("done"), of.integer("of"));
        good = good && of.good();
    }
    if (auto const* signatures = reader.optional_object("signed")) {
        AnswerReader by(*signatures);
        procedure.signed_by_us = by.flag("us");
        procedure.signed_by_them = by.flag("them");
        good = good && by.good();
    }
    good = good && reader.good() && with.good() && (side == "initiator" || side == "responder");
    return procedure;
}

DocketParty read_party(Json const& json, bool& good) {
    AnswerReader reader(json);
    DocketParty party{reader.text("node"), reader.optional_text("name")};
    good = good && reader.good() && !party.node.empty();
    return party;
}

Error bad(std::string_view what) {
    return {ErrorKind::internal, "daemon.bad_answer", std::string(what) + " has not the form that is expected"};
}

}  // namespace

Result<ProcedurePage> read_procedure_page(Json const& answer, bool own_numbers) {
    AnswerReader reader(answer);
    ProcedurePage page;
    bool good = true;
    auto const& list = reader.array("procedures");
    page.procedures.reserve(list.size());
    for (auto const& json : list) page.procedures.push_back(read_procedure(json, own_numbers, good));
    page.next = reader.optional_text("next");
    if (!good || !reader.good()) return bad("a procedure in the daemon's answer");
    return page;
}

Result<Docket> read_docket_head(Json const& meeting) {
    AnswerReader reader(meeting);
    bool good = true;
    Docket docket{.us = read_party(reader.object("us"), good),
                  .them = read_party(reader.object("with"), good),
                  .now = reader.time("time"),
                  .held_on = reader.optional_day("held_on"),
                  .since = {},
                  .procedures = {},
                  .ended = {}};
    docket.since = docket.held_on;
    if (!good || !reader.good()) return bad("the daemon's answer about the last meeting");
    return docket;
}

}  // namespace casebridge::cli
