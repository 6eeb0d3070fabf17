// The docket on paper: A4, landscape, every heading and word in all the languages of the meeting.
#include "daemon/cli/docket.h"
#include "daemon/cli/markup.h"

#include <map>

namespace casebridge::cli {
namespace {

constexpr std::string_view style =
    "body{font-size:8pt;line-height:1.45;max-width:277mm}\n"
    ".head{margin:0 0 2mm}.head span,th span,td span{display:block}\n"
    ".head td{border:0;padding:0 6mm 0 0}.head th{border:0;background:none;padding:0 2mm 0 0}\n"
    "table{border-collapse:collapse;width:100%;margin:0 0 4mm}\n"
    ".agenda{table-layout:fixed}\n"
    "th,td{border:1px solid #777;padding:.8mm 1.2mm;vertical-align:top;text-align:left;overflow-wrap:anywhere}\n"
    "th{background:#eee;font-weight:bold}thead{display:table-header-group}tr{break-inside:avoid}\n"
    ".ref{font-family:\"DejaVu Sans Mono\",\"Noto Sans Mono\",monospace;font-size:.85em}\n"
    "td b{display:block}.over{font-weight:bold;border-left:1.2mm solid #000}.small{font-size:.85em;color:#333}\n"
    "@media print{.over{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n";

/// Column widths in per cent of the page; the last, for what the meeting decides, is as wide as a hand needs.
constexpr std::string_view columns =
    "<colgroup><col style=\"width:3%\"/><col style=\"width:12%\"/><col style=\"width:13%\"/><col style=\"width:9%\"/>"
    "<col style=\"width:8%\"/><col style=\"width:9%\"/><col style=\"width:13%\"/><col style=\"width:11%\"/>"
    "<col style=\"width:8%\"/><col style=\"width:14%\"/></colgroup>\n";

class HtmlDocket {
public:
    HtmlDocket(Docket const& docket, std::vector<Wording const*> const& languages)
        : docket_(docket), languages_(languages), time_(PaperTime::of_node(docket.us.node)) {}

    std::string text() {
        auto const agenda = agenda_of(docket_);
        auto const& first = *languages_.front();
        out_ = html_head(first.text("docket.title"), first.language(), Orientation::landscape, style);
        out_.reserve(out_.size() + static_cast<std::size_t>(agenda.open) * 1500);
        head(agenda);
        section(DocketSection::us, agenda);
        section(DocketSection::them, agenda);
        section(DocketSection::nobody, agenda);
        if (docket_.since) section(DocketSection::ended, agenda);
        out_ += html_end;
        return std::move(out_);
    }

private:
    // One span for each language.
    template <typename Text>
    [[nodiscard]] std::string each(Text const& text) const {
        std::string all;
        for (auto const* wording : languages_) {
            all += "<span lang=\"" + html_text(wording->language()) + "\">";
            append_html_text(all, text(*wording));
            all += "</span>";
        }
        return all;
    }
    /// A phrase of the docket; made once.
    std::string const& phrase(std::string_view key) {
        auto const known = made_.find(key);
        if (known != made_.end()) return known->second;
        return made_
            .emplace(key, each([&](Wording const& wording) { return wording.text("docket." + std::string(key)); }))
            .first->second;
    }
    std::string const& word(std::string_view group, std::string_view code) {
        auto& of_group = words_[std::string(group)];
        auto const known = of_group.find(code);
        if (known != of_group.end()) return known->second;
        // Codes come from the daemon: a few, but nothing grows without end because of them.
        if (of_group.size() > 200) of_group.clear();
        return of_group
            .emplace(code, each([&](Wording const& wording) { return std::string(wording.word(group, code)); }))
            .first->second;
    }
    /// ISO, with the Buddhist era below it where one of the languages has it.
    std::string const& day(Date date) {
        auto const number = std::chrono::sys_days(date).time_since_epoch().count();
        auto const known = days_.find(number);
        if (known != days_.end()) return known->second;
        auto text = to_iso8601(date);
        for (auto const* wording : languages_)
            if (auto const buddhist = wording->buddhist_day(date))
                text += "<span class=\"small\" lang=\"" + html_text(wording->language()) + "\">" +
                        html_text(*buddhist) + "</span>";
        return days_.emplace(number, std::move(text)).first->second;
    }
    /// A phrase with a day in it, in each language.
    std::string const& dated(std::string_view key, Date date) {
        auto const number = std::chrono::sys_days(date).time_since_epoch().count();
        auto& made = dated_[std::string(key)][number];
        if (made.empty())
            made = each([&](Wording const& wording) {
                return wording.filled("docket." + std::string(key), {{"date", to_iso8601(date)}});
            });
        return made;
    }

    void head(Agenda const& agenda) {
        out_ += "<h1>" + phrase("title") + "</h1>\n<table class=\"head\">\n<tr><td>" +
                each([&](Wording const& wording) {
                    return wording.filled("docket.between",
                                          {{"us", docket_.us.shown_name()}, {"them", docket_.them.shown_name()}});
                }) +
                "</td><th>" + phrase("last_meeting") + "</th><td>" +
                (docket_.held_on ? day(*docket_.held_on) : phrase("no_meeting")) + "</td>";
        if (docket_.since && docket_.since != docket_.held_on)
            out_ += "<th>" + phrase("changed") + "</th><td>≥ " + day(*docket_.since) + "</td>";
        out_ += "<th>" + phrase("printed") + "</th><td>" + html_text(time_.minute(docket_.now)) + "</td>";
        count("open", agenda.open);
        count("overdue", agenda.overdue);
        if (docket_.since) {
            count("new", agenda.opened);
            count("changed", agenda.changed);
        }
        out_ += "</tr>\n</table>\n<p>" + phrase("confidential") + "</p>\n";
    }

    void count(std::string_view key, std::int64_t number) {
        out_ += "<th>" + phrase(key) + "</th><td>" + std::to_string(number) + "</td>";
    }

    void section(DocketSection which, Agenda const& agenda) {
        auto const& rows = agenda.sections.at(static_cast<std::size_t>(which));
        out_ += "<h2>";
        if (which == DocketSection::nobody || which == DocketSection::ended) {
            out_ += phrase(which == DocketSection::ended ? "ended" : "waits_for_nobody");
        } else {
            auto const& party = which == DocketSection::us ? docket_.us : docket_.them;
            out_ += each([&](Wording const& wording) {
                return wording.filled("docket.waits_for", {{"who", party.shown_name()}});
            });
        }
        out_ += " (" + std::to_string(rows.size()) + ")</h2>\n";
        if (rows.empty()) {
            out_ += "<p>" + phrase("none") + "</p>\n";
            return;
        }
        out_ += "<table class=\"agenda\">\n";
        out_ += columns;
        out_ += "<thead><tr>";
        for (auto const key : {"number", "subject", "kind", "opened", "waiting_since", "due", "next_step", "agreed",
                               "since_last", "decision"})
            out_ += "<th>" + phrase(key) + (key == std::string_view("waiting_since") ? phrase("days") : "") + "</th>";
        out_ += "</tr></thead>\n<tbody>\n";
        for (auto const& row : rows) line(row);
        out_ += "</tbody>\n</table>\n";
    }

    void line(DocketRow const& row) {
        auto const& procedure = *row.procedure;
        out_ += row.overdue_days ? "<tr class=\"over\"><td>" : "<tr><td>";
        out_ += std::to_string(++number_);
        subject(procedure);
        kind(procedure);
        out_ += "</td><td>";
        out_ += day(row.opened);
        out_ += "<span class=\"small\">";
        append_html_text(out_, procedure.opened_by_us ? docket_.us.node : docket_.them.node);
        out_ += "</span>";
        waiting(procedure, row);
        agreed(procedure);
        change(row);
        out_ += "</td><td></td></tr>\n";
    }

    void subject(DocketProcedure const& procedure) {
        out_ += "</td><td><span class=\"ref\">";
        append_html_text(out_, procedure.subject);
        out_ += "</span>";
        if (procedure.case_number.empty()) return;
        out_ += "<span class=\"small\">";
        append_html_text(out_, procedure.case_number);
        out_ += "</span>";
    }

    void kind(DocketProcedure const& procedure) {
        out_ += "</td><td>";
        out_ += word("kinds", procedure.kind);
        out_ += "<span class=\"small\">";
        append_html_text(out_, procedure.office);
        out_ += " – ";
        append_html_text(out_, procedure.their_office);
        out_ += "</span>";
        if (procedure.urgency != "urgent" && procedure.urgency != "immediate") return;
        out_ += "<b>";
        out_ += phrase(procedure.urgency);
        out_ += "</b>";
    }

    void waiting(DocketProcedure const& procedure, DocketRow const& row) {
        out_ += "</td><td>";
        if (row.waiting_since) {
            out_ += day(*row.waiting_since);
            out_ += "<b>";
            out_ += std::to_string(row.days);
            out_ += "</b>";
        }
        out_ += "</td><td>";
        if (row.due) {
            out_ += day(*row.due);
            due_time(*procedure.wait->due);
        }
        if (procedure.wait) state(*procedure.wait, row);
        out_ += "</td><td>";
        out_ += word("stages", procedure.stage);
        if (!procedure.wait) return;
        out_ += "<b>→ ";
        append_html_text(out_, procedure.wait->us ? docket_.us.node : docket_.them.node);
        out_ += word("actions", procedure.wait->action);
        out_ += "</b>";
    }

    /// Where hours count; the end of a day needs none.
    void due_time(Timestamp due) {
        auto const text = time_.clock_time(due);
        if (text == "00:00") return;
        out_ += "<span class=\"small\">";
        out_ += text;
        out_ += "</span>";
    }

    void state(DocketWait const& wait, DocketRow const& row) {
        if (wait.error.starts_with("calendar."))
            out_ += phrase("no_calendar");
        else
            append_html_text(out_, wait.error);
        if (wait.state == "reminder") out_ += phrase("due_soon");
        if (wait.state == "expired") out_ += phrase("lapsed");
        if (row.overdue_days == 0) {
            out_ += phrase("overdue");
        } else if (row.overdue_days) {
            auto const days = std::to_string(*row.overdue_days);
            out_ += each([&](Wording const& wording) {
                return wording.filled("docket.overdue_days", {{"days", days}});
            });
        }
    }

    void agreed(DocketProcedure const& procedure) {
        out_ += "</td><td>";
        if (procedure.offered_on) out_ += dated("offered_on", *procedure.offered_on);
        if (procedure.agreed_on) out_ += dated("agreed_on", *procedure.agreed_on);
        if (procedure.wait && procedure.wait->on) out_ += dated("planned_on", *procedure.wait->on);
        if (procedure.reports) {
            auto const done = std::to_string(procedure.reports->first), of = std::to_string(procedure.reports->second);
            out_ += each([&](Wording const& wording) {
                return wording.filled("docket.reports", {{"done", done}, {"of", of}});
            });
        }
        for (auto const& [has_signed, party] :
             {std::pair(procedure.signed_by_us, &docket_.us), std::pair(procedure.signed_by_them, &docket_.them)}) {
            if (!has_signed) continue;
            out_ += each([&, who = party](Wording const& wording) {
                return wording.filled("docket.signed", {{"who", who->node}});
            });
        }
    }

    void change(DocketRow const& row) {
        out_ += "</td><td>";
        if (!docket_.since) return;
        if (row.change == DocketChange::none) {
            out_ += phrase("unchanged");
            return;
        }
        out_ += phrase(row.change == DocketChange::opened ? "new" : "changed");
        out_ += day(row.updated);
        if (!row.procedure->last_by_us) return;
        out_ += "<span class=\"small\">";
        append_html_text(out_, *row.procedure->last_by_us ? docket_.us.node : docket_.them.node);
        out_ += "</span>";
    }

    Docket const& docket_;
    std::vector<Wording const*> const& languages_;
    PaperTime time_;
    std::string out_;
    std::int64_t number_ = 0;
    std::map<std::string, std::string, std::less<>> made_;
    std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> words_;
    std::map<std::int64_t, std::string> days_;
    std::map<std::string, std::map<std::int64_t, std::string>, std::less<>> dated_;
};

}  // namespace

std::string docket_html(Docket const& docket, std::vector<Wording const*> const& languages) {
    return HtmlDocket(docket, languages).text();
}

}  // namespace casebridge::cli
