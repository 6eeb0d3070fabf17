// The docket for spreadsheets: one line a procedure, headings in all languages, words in the first, codes beside them.
#include "daemon/cli/docket.h"
#include "daemon/cli/markup.h"

#include <map>

namespace casebridge::cli {
namespace {

class CsvDocket {
public:
    CsvDocket(Docket const& docket, std::vector<Wording const*> const& languages)
        : docket_(docket), languages_(languages) {}

    std::string text() {
        out_ = csv_mark;
        for (auto const key :
             {"number",       "acts_next", "subject", "own_number",    "kind",    "stage",     "urgency", "our_office",
              "their_office", "opened_by", "opened",  "waiting_since", "days",    "due",       "overdue", "next_step",
              "offered",      "agreed",    "planned", "report_count",  "signers", "since_last"}) {
            std::string_view const name(key);
            if (name == "own_number" && !docket_.own_numbers) continue;
            cell(heading(name));
        }
        end();
        auto const agenda = agenda_of(docket_);
        out_.reserve(out_.size() + static_cast<std::size_t>(agenda.open) * 400);
        for (std::size_t section = 0; section < docket_section_count; ++section)
            for (auto const& row : agenda.sections[section])
                line(row, static_cast<DocketSection>(section) == DocketSection::ended);
        return std::move(out_);
    }

private:
    [[nodiscard]] std::string heading(std::string_view name) const {
        std::string all;
        for (auto const* wording : languages_)
            all.append(all.empty() ? "" : " / ").append(wording->text("docket." + std::string(name)));
        return all;
    }

    /// Looked up once for each code.
    std::string_view word(std::string_view group, std::string_view code) {
        auto& of_group = words_[group];
        auto const known = of_group.find(code);
        if (known != of_group.end()) return known->second;
        if (of_group.size() > 200) of_group.clear();  // codes come from the daemon, and are few
        return of_group.emplace(code, languages_.front()->word(group, code)).first->second;
    }

    void line(DocketRow const& row, bool has_ended) {
        auto const& procedure = *row.procedure;
        cell(std::to_string(++number_));
        cell(has_ended ? "ended" : !procedure.wait ? "" : procedure.wait->us ? docket_.us.node : docket_.them.node);
        cell(procedure.subject);
        if (docket_.own_numbers) cell(procedure.case_number);
        cell(word("kinds", procedure.kind));
        cell(word("stages", procedure.stage));
        cell(procedure.urgency);
        cell(procedure.office);
        cell(procedure.their_office);
        cell(procedure.opened_by_us ? docket_.us.node : docket_.them.node);
        day(row.opened);
        waiting(procedure.wait, row);
        day(procedure.offered_on);
        day(procedure.agreed_on);
        day(procedure.wait ? procedure.wait->on : std::nullopt);
        cell(!procedure.reports
                 ? ""
                 : std::to_string(procedure.reports->first) + " of " + std::to_string(procedure.reports->second));
        cell(signers(procedure));
        change(row);
        end();
    }

    void waiting(std::optional<DocketWait> const& wait, DocketRow const& row) {
        day(row.waiting_since);
        cell(wait ? std::to_string(row.days) : "");
        day(row.due);
        cell(row.overdue_days ? std::to_string(*row.overdue_days) : wait ? wait->error : "");
        cell(wait ? word("actions", wait->action) : "");
    }

    [[nodiscard]] std::string signers(DocketProcedure const& procedure) const {
        std::string all = procedure.signed_by_us ? docket_.us.node : "";
        if (procedure.signed_by_them) all += (all.empty() ? "" : " ") + docket_.them.node;
        return all;
    }

    void change(DocketRow const& row) {
        if (!docket_.since) return cell("");
        auto const key = row.change == DocketChange::opened    ? "docket.new"
                         : row.change == DocketChange::changed ? "docket.changed"
                                                               : "docket.unchanged";
        cell(languages_.front()->text(key));
    }

    void day(std::optional<Date> const& day) {
        if (!day) return cell("");
        auto& text = days_[std::chrono::sys_days(*day).time_since_epoch().count()];
        if (text.empty()) text = to_iso8601(*day);
        cell(text);
    }
    void cell(std::string_view text) {
        if (!first_) out_ += ',';
        first_ = false;
        append_csv_cell(out_, text);
    }
    void end() {
        out_ += "\r\n";
        first_ = true;
    }

    Docket const& docket_;
    std::vector<Wording const*> const& languages_;
    std::string out_;
    bool first_ = true;
    std::int64_t number_ = 0;
    std::map<std::string_view, std::map<std::string, std::string, std::less<>>> words_;
    std::map<std::int64_t, std::string> days_;
};

}  // namespace

std::string docket_csv(Docket const& docket, std::vector<Wording const*> const& languages) {
    return CsvDocket(docket, languages).text();
}

}  // namespace casebridge::cli
