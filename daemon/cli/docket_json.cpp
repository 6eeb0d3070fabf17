// The docket for programs: codes, and the numbers people would count.
#include "daemon/cli/docket.h"

namespace casebridge::cli {
namespace {

constexpr std::array<std::string_view, 3> change_words{"none", "opened", "changed"};

Json optional_day(std::optional<Date> const& day) {
    return day ? Json(to_iso8601(*day)) : Json(nullptr);
}

Json wait_json(DocketWait const& wait, DocketRow const& row) {
    auto json = Json::object();
    json.set("for", wait.action)
        .set("since", optional_day(row.waiting_since))
        .set("days", row.days)
        .set("due", optional_day(row.due));
    if (wait.error.empty())
        json.set("state", wait.state);
    else
        json.set("error", wait.error);
    if (row.overdue_days) json.set("overdue_days", *row.overdue_days);
    if (wait.on) json.set("on", to_iso8601(*wait.on));
    return json;
}

Json row_json(DocketRow const& row) {
    auto const& procedure = *row.procedure;
    auto json = Json::object();
    json.set("procedure", procedure.procedure)
        .set("subject", procedure.subject)
        .set("kind", procedure.kind)
        .set("stage", procedure.stage)
        .set("urgency", procedure.urgency)
        .set("office", procedure.office)
        .set("their_office", procedure.their_office)
        .set("opened_by_us", procedure.opened_by_us)
        .set("opened_on", to_iso8601(row.opened))
        .set("updated_on", to_iso8601(row.updated))
        .set("last_by_us", procedure.last_by_us ? Json(*procedure.last_by_us) : Json(nullptr));
    if (!procedure.case_number.empty()) json.set("case", procedure.case_number);
    if (procedure.wait) json.set("awaited", wait_json(*procedure.wait, row));
    if (procedure.offered_on) json.set("offered_on", to_iso8601(*procedure.offered_on));
    if (procedure.agreed_on) json.set("agreed_on", to_iso8601(*procedure.agreed_on));
    if (procedure.reports)
        json.set("reports", Json::object().set("done", procedure.reports->first).set("of", procedure.reports->second));
    if (procedure.signed_by_us || procedure.signed_by_them)
        json.set("signed", Json::object().set("us", procedure.signed_by_us).set("them", procedure.signed_by_them));
    return json.set("change", change_words.at(static_cast<std::size_t>(row.change)));
}

Json party_json(DocketParty const& party) {
    return Json::object().set("node", party.node).set("name", party.name);
}

Json rows_json(std::vector<DocketRow> const& rows) {
    Json::Array list;
    list.reserve(rows.size());
    for (auto const& row : rows) list.push_back(row_json(row));
    return list;
}

}  // namespace

Json docket_json(Docket const& docket) {
    auto const agenda = agenda_of(docket);
    auto counts = Json::object();
    counts.set("open", agenda.open)
        .set("overdue", agenda.overdue)
        .set("opened", agenda.opened)
        .set("changed", agenda.changed);
    auto const rows = [&](DocketSection section) {
        return rows_json(agenda.sections.at(static_cast<std::size_t>(section)));
    };
    auto json = Json::object();
    json.set("us", party_json(docket.us))
        .set("with", party_json(docket.them))
        .set("printed_at", to_rfc3339(docket.now))
        .set("time_zone", PaperTime::of_node(docket.us.node).zone_name())
        .set("held_on", optional_day(docket.held_on))
        .set("since", optional_day(docket.since))
        .set("counts", std::move(counts))
        .set("waits_for_us", rows(DocketSection::us))
        .set("waits_for_them", rows(DocketSection::them))
        .set("waits_for_nobody", rows(DocketSection::nobody))
        .set("ended", rows(DocketSection::ended));
    return json;
}

}  // namespace casebridge::cli
