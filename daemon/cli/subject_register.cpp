#include "daemon/cli/subject_register.h"

#include "daemon/cli/answer_reader.h"
#include "daemon/cli/markup.h"
#include "daemon/cli/render.h"

#include <algorithm>

namespace casebridge::cli {
namespace {

constexpr std::string_view style =
    "body{font-size:12pt;max-width:178mm}\n"
    "dl{border:1px solid #888;border-radius:2mm;padding:2mm 4mm;margin:0 0 5mm;break-inside:avoid}\n"
    "dt{font-weight:bold;font-size:.9em;color:#333}dd{margin:0 0 .4em 0}\n"
    "ul{margin:.2em 0;padding-left:1.4em}.note{font-size:.95em}\n"
    ".head{margin:0 0 1em}\n";

RegisterEntry read_entry(Json const& json, bool& good) {
    AnswerReader reader(json);
    AnswerReader to(reader.object("to"));
    RegisterEntry entry{.node = to.text("node"),
                        .office = to.text("office"),
                        .name = reader.optional_text("name"),
                        .office_name = reader.optional_text("office_name"),
                        .purpose = reader.text("purpose"),
                        .categories = {},
                        .consent = {},
                        .consent_given_on = {},
                        .consent_withdrawn_at = {},
                        .consent_language = {},
                        .told_at = reader.time("told_at"),
                        .state = reader.text("state"),
                        .settled_at = reader.optional_time("settled_at"),
                        .withdrawal = {},
                        .erased_at = reader.optional_time("erased_at")};
    for (auto const& category : reader.array("categories")) {
        if (category.as_string() != nullptr)
            entry.categories.push_back(*category.as_string());
        else
            good = false;
    }
    if (auto const* consent = reader.optional_object("consent")) {
        AnswerReader of(*consent);
        entry.consent = of.text("id");
        entry.consent_given_on = of.optional_day("given_on");
        entry.consent_withdrawn_at = of.optional_time("withdrawn_at");
        entry.consent_language = of.optional_text("language");
        good = good && of.good();
    }
    if (auto const* withdrawal = reader.optional_object("withdrawal")) {
        AnswerReader of(*withdrawal);
        entry.withdrawal = of.text("state");
        good = good && of.good();
    }
    for (auto const& each : reader.optional_array("passed_on")) {
        AnswerReader of(each);
        AnswerReader whom(of.object("to"));
        entry.passed_on.push_back({.node = whom.text("node"),
                                   .office = whom.text("office"),
                                   .name = of.optional_text("name"),
                                   .until = of.time("until")});
        good = good && of.good() && whom.good();
    }
    good = good && reader.good() && to.good();
    return entry;
}

std::string upper_case(std::string text) {
    for (auto& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

/// One heading of an entry and what stands under it.
struct Answer {
    std::string_view heading;
    std::vector<std::string> sentences;
};

/// What is said about one disclosure, in the order in which it is read.
class EntryWords {
public:
    EntryWords(RegisterEntry const& entry, Wording const& wording, PaperTime const& time)
        : entry_(entry), wording_(wording), time_(time) {}

    [[nodiscard]] std::vector<Answer> answers() const {
        std::vector<Answer> all{{"register.told", {recipient()}}};
        if (auto const country = country_name(); !country.empty()) all.push_back({"register.country", {country}});
        all.push_back({"register.when", {day(entry_.told_at)}});
        all.push_back({"register.purpose", {std::string(wording_.word("purposes", entry_.purpose))}});
        std::vector<std::string> things;
        for (auto const& category : entry_.categories) things.emplace_back(wording_.word("categories", category));
        if (!things.empty()) all.push_back({"register.categories", std::move(things)});
        all.push_back({"register.consent", consent()});
        all.push_back({"register.outcome", {outcome()}});
        if (!entry_.passed_on.empty()) all.push_back({"register.passed_on", passed_on()});
        all.push_back({"register.erased", {erasure()}});
        return all;
    }

private:
    [[nodiscard]] std::string day(Timestamp at) const { return day_in_words(wording_, time_.day(at)); }

    [[nodiscard]] std::string recipient() const {
        return (entry_.name.empty() ? entry_.node : entry_.name) + ", " +
               (entry_.office_name.empty() ? entry_.office : entry_.office_name);
    }

    [[nodiscard]] std::string country_name() const {
        auto const code = entry_.node.substr(0, entry_.node.find('-'));
        return code == "org" ? std::string() : std::string(wording_.word("countries", upper_case(code)));
    }

    [[nodiscard]] std::vector<std::string> consent() const {
        if (entry_.consent.empty()) return {wording_.text("register.consent_gone")};
        if (!entry_.consent_given_on) return {wording_.filled("register.consent_named", {{"id", entry_.consent}})};
        auto const given = day_in_words(wording_, *entry_.consent_given_on);
        std::vector<std::string> sentences{
            wording_.filled("register.consent_given", {{"date", given}, {"id", entry_.consent}})};
        sentences.push_back(entry_.consent_withdrawn_at
                                ? wording_.filled("register.withdrawn", {{"date", day(*entry_.consent_withdrawn_at)}})
                                : wording_.text("register.not_withdrawn"));
        return sentences;
    }

    [[nodiscard]] bool is_with_them() const {
        return entry_.state == "delivered" || entry_.state == "possibly_delivered";
    }

    [[nodiscard]] std::string outcome() const {
        if (entry_.state == "delivered")
            return wording_.filled("register.state_delivered",
                                   {{"date", day(entry_.settled_at.value_or(entry_.told_at))}});
        for (auto const* state : {"prepared", "possibly_delivered", "never_sent", "rejected"})
            if (entry_.state == state) return wording_.text(std::string("register.state_") + state);
        return entry_.state;
    }

    [[nodiscard]] std::vector<std::string> passed_on() const {
        std::vector<std::string> sentences;
        for (auto const& each : entry_.passed_on) {
            auto const who = (each.name.empty() ? each.node : each.name) + ", " + each.office;
            sentences.push_back(wording_.filled("register.passed_on_to", {{"who", who}, {"date", day(each.until)}}));
        }
        return sentences;
    }

    [[nodiscard]] std::string erasure() const {
        if (entry_.erased_at) return wording_.filled("register.erased_on", {{"date", day(*entry_.erased_at)}});
        if (entry_.withdrawal == "rejected") return wording_.text("register.erasure_refused");
        if (!entry_.withdrawal.empty()) return wording_.text("register.erasure_asked");
        return wording_.text(is_with_them() ? "register.erasure_not_asked" : "register.erasure_not_needed");
    }

    RegisterEntry const& entry_;
    Wording const& wording_;
    PaperTime const& time_;
};

std::vector<std::string_view> rights() {
    return {"register.right_again", "register.right_withdraw", "register.right_service", "register.right_correct"};
}

std::string ministry_of(SubjectRegister const& subject) {
    return subject.name.empty() ? subject.node : subject.name;
}

}  // namespace

std::string SubjectRegister::language() const {
    auto const found = std::find_if(entries.rbegin(), entries.rend(),
                                    [](RegisterEntry const& entry) { return !entry.consent_language.empty(); });
    return found == entries.rend() ? std::string() : found->consent_language;
}

Result<SubjectRegister> read_subject_register(Json const& answer) {
    AnswerReader reader(answer);
    SubjectRegister subject{.case_number = reader.text("case"),
                            .node = reader.text("node"),
                            .name = reader.optional_text("name"),
                            .printed_at = reader.time("time"),
                            .entries = {}};
    bool good = true;
    for (auto const& json : reader.array("disclosures")) subject.entries.push_back(read_entry(json, good));
    if (!good) return Error{ErrorKind::internal, "daemon.bad_answer", "a disclosure has not the form expected"};
    RETURN_IF_ERROR(reader.finish());
    return subject;
}

std::string register_html(SubjectRegister const& subject, Wording const& wording) {
    auto const time = PaperTime::of_node(subject.node);
    auto const phrase = [&](std::string_view key) { return html_text(wording.text(key)); };
    auto out = html_head(wording.text("register.title"), wording.language(), Orientation::portrait, style);
    out += "<h1>" + phrase("register.title") + "</h1>\n<p>" +
           html_text(wording.filled("register.intro", {{"ministry", ministry_of(subject)}})) + "</p>\n";
    out += "<p class=\"head\">" + phrase("register.case") + ": " + html_text(subject.case_number) + "<br/>" +
           phrase("register.printed") + ": " + html_text(day_in_words(wording, time.day(subject.printed_at))) +
           "</p>\n";
    if (subject.entries.empty()) out += "<p>" + phrase("register.nothing") + "</p>\n";
    for (auto const& entry : subject.entries) {
        out += "<dl>\n";
        for (auto const& [heading, sentences] : EntryWords(entry, wording, time).answers()) {
            out += "<dt>" + phrase(heading) + "</dt>";
            for (auto const& sentence : sentences) out += "<dd>" + html_text(sentence) + "</dd>";
            out += "\n";
        }
        out += "</dl>\n";
    }
    out += "<h2>" + phrase("register.rights") + "</h2>\n<ul>\n";
    for (auto const right : rights()) out += "<li>" + phrase(right) + "</li>\n";
    out += "</ul>\n<p class=\"note\">" + phrase("register.note") + "</p>\n<p class=\"note\">" +
           phrase("register.keep_safe") + "</p>\n";
    return out + std::string(html_end);
}

std::string register_text(SubjectRegister const& subject, Wording const& wording) {
    auto const time = PaperTime::of_node(subject.node);
    auto const line = [](std::string const& text) { return printable(text) + "\n"; };
    std::string out =
        line(wording.text("register.title")) + "\n" +
        line(wording.filled("register.intro", {{"ministry", ministry_of(subject)}})) +
        line(wording.text("register.case") + ": " + subject.case_number) +
        line(wording.text("register.printed") + ": " + day_in_words(wording, time.day(subject.printed_at)));
    if (subject.entries.empty()) out += "\n" + line(wording.text("register.nothing"));
    for (auto const& entry : subject.entries) {
        out += "\n";
        for (auto const& [heading, sentences] : EntryWords(entry, wording, time).answers()) {
            out += line(wording.text(heading) + ":");
            for (auto const& sentence : sentences) out += "  " + line(sentence);
        }
    }
    out += "\n" + line(wording.text("register.rights") + ":");
    for (auto const right : rights()) out += "- " + line(wording.text(right));
    return out + "\n" + line(wording.text("register.note")) + line(wording.text("register.keep_safe"));
}

}  // namespace casebridge::cli
