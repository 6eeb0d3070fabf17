#include "daemon/cli/docket.h"

#include "tests/support/check_code.h"
#include "tests/support/markup_check.h"
#include "tests/support/written_text.h"

using namespace casebridge;
using namespace casebridge::cli;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(docket_of_a_meeting)

namespace {

Json recorded(std::string const& name) {
    return must(parse_json(read_source_file("tests/vectors/papers/" + name)));
}

Docket docket(bool own_numbers = false) {
    auto all = must(read_docket_head(recorded("meeting.json")));
    all.own_numbers = own_numbers;
    for (auto const* name : {"procedures-1.json", "procedures-2.json"}) {
        auto page = must(read_procedure_page(recorded(name), own_numbers));
        std::ranges::move(page.procedures, std::back_inserter(all.procedures));
    }
    all.ended = must(read_procedure_page(recorded("procedures-ended.json"), own_numbers)).procedures;
    return all;
}

class Languages {
public:
    Languages(std::initializer_list<std::string_view> names) {
        for (auto const name : names) wordings_.push_back(must(Wording::built_in(name)));
        for (auto const& wording : wordings_) all.push_back(&wording);
    }
    std::vector<Wording const*> all;

private:
    std::vector<Wording> wordings_;
};

/// "3 5" of a section: the last digits of the procedures' ids in order.
std::string order(Agenda const& agenda, DocketSection section) {
    std::string text;
    for (auto const& row : agenda.sections.at(static_cast<std::size_t>(section)))
        text += (text.empty() ? "" : " ") + row.procedure->procedure.substr(35);
    return text;
}

/// The first recorded procedure with one member replaced, as a page.
Json page_with(std::string const& key, Json value) {
    auto const page = recorded("procedures-1.json");
    auto first = page.find("procedures")->as_array()->front();
    first.set(key, std::move(value));
    return Json::object().set("procedures", Json::array().push(std::move(first)));
}

Json awaited_with(std::string const& key, Json value) {
    auto const page = recorded("procedures-1.json");
    auto awaited = *page.find("procedures")->as_array()->front().find("awaited");
    return page_with("awaited", awaited.set(key, std::move(value)));
}

bool has(std::string const& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string file(std::string const& name) {
    return "tests/vectors/papers/" + name;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_docket_reads_as_it_was_last_read_by_people) {
    Languages const thai_khmer{"en", "th", "km"};
    auto all = docket();
    auto const page = docket_html(all, thai_khmer.all);
    BOOST_CHECK_EQUAL(wrong_markup(page), "");
    check_written(file("docket-th-km.html"), page);
    check_written(file("docket-th-km.csv"), docket_csv(all, thai_khmer.all));
    check_written(file("docket.json"), dump_pretty(docket_json(all)) + "\n");
    for (auto const& [language, us, them] :
         {std::tuple("lo", "la-mlsw", "th-msdhs"), std::tuple("my", "mm-dsw", "th-msdhs"),
          std::tuple("vi", "vn-molisa", "kh-mosvy")}) {
        all.us = {us, ""};
        all.them = {them, ""};
        Languages const two{"en", language};
        auto const other = docket_html(all, two.all);
        BOOST_CHECK_EQUAL(wrong_markup(other), "");
        check_written(file("docket-" + std::string(language) + ".html"), other);
    }
}

BOOST_AUTO_TEST_CASE(who_acts_next_comes_first_the_overdue_before_the_urgent_before_the_oldest) {
    auto const all = docket();
    auto const agenda = agenda_of(all);
    BOOST_CHECK_EQUAL(order(agenda, DocketSection::us), "4 5");  // 5: perhaps overdue, nobody can tell
    BOOST_CHECK_EQUAL(order(agenda, DocketSection::them), "8 1 2 3 6");
    BOOST_CHECK_EQUAL(order(agenda, DocketSection::nobody), "7");
    BOOST_CHECK_EQUAL(order(agenda, DocketSection::ended), "9");  // the other ended before the last meeting
    BOOST_CHECK_EQUAL(agenda.open, 8);
    BOOST_CHECK_EQUAL(agenda.overdue, 3);
    BOOST_CHECK_EQUAL(agenda.opened, 3);
    BOOST_CHECK_EQUAL(agenda.changed, 2);
}

BOOST_AUTO_TEST_CASE(days_are_counted_in_our_country) {
    auto const all = docket();
    auto const agenda = agenda_of(all);
    // Asked on the 20th at 17:30 UTC, which is the 21st in Bangkok; printed on the 28th at 18:30, the 29th there.
    auto const& row = agenda.sections[1].at(1);
    BOOST_CHECK_EQUAL(to_iso8601(row.opened), "2026-11-21");
    BOOST_CHECK_EQUAL(row.days, 8);
    BOOST_CHECK_EQUAL(to_iso8601(*row.due), "2026-11-27");  // due when that day ends in Bangkok
    BOOST_CHECK_EQUAL(*row.overdue_days, 2);
    auto utc = docket();
    utc.us.node = "org-relief";
    auto const other = agenda_of(utc);
    BOOST_CHECK_EQUAL(to_iso8601(other.sections[1].at(1).opened), "2026-11-20");
    BOOST_CHECK_EQUAL(other.sections[1].at(1).days, 8);
}

BOOST_AUTO_TEST_CASE(where_hours_count_the_hour_is_there) {
    Languages const english{"en"};
    auto all = docket();
    all.procedures = {all.procedures.at(3)};
    BOOST_CHECK(has(docket_html(all, english.all), "2026-11-28<span class=\"small\">09:00</span>"));
    *all.procedures.front().wait->due += std::chrono::hours(15);  // midnight in Bangkok
    BOOST_CHECK(has(docket_html(all, english.all), "2026-11-28<span lang"));
}

BOOST_AUTO_TEST_CASE(what_came_on_the_day_of_the_meeting_is_told) {
    auto all = docket();
    all.since = std::chrono::year(2026) / 11 / 29;
    BOOST_CHECK_EQUAL(agenda_of(all).opened + agenda_of(all).changed, 0);
    all.since = std::chrono::year(2026) / 11 / 28;  // opened at 18:00 UTC of the 27th, 01:00 of the 28th in Bangkok
    BOOST_CHECK_EQUAL(agenda_of(all).opened, 1);
    BOOST_CHECK_EQUAL(agenda_of(all).changed, 1);
    all.since = std::nullopt;
    auto const none = agenda_of(all);
    BOOST_CHECK_EQUAL(none.opened + none.changed, 0);
    Languages const english{"en"};
    BOOST_CHECK(!has(docket_html(all, english.all), "Unchanged"));
}

BOOST_AUTO_TEST_CASE(our_case_numbers_are_there_only_if_they_were_asked_for) {
    Languages const english{"en"};
    auto const without = docket(), numbered = docket(true);
    for (auto const& text :
         {docket_html(without, english.all), docket_csv(without, english.all), dump(docket_json(without))}) {
        BOOST_CHECK(!has(text, "TH-25"));
        BOOST_CHECK(!has(text, "Our case number"));
        BOOST_CHECK(has(text, "000102030405060708090a0b0c0d0e0f"));
    }
    for (auto const& text :
         {docket_html(numbered, english.all), docket_csv(numbered, english.all), dump(docket_json(numbered))})
        BOOST_CHECK(has(text, "TH-2569-0007"));
}

BOOST_AUTO_TEST_CASE(what_others_wrote_stays_text) {
    auto all = docket(true);
    std::string const nasty = "=cmd|' /C calc'!A0\"<script>x</script>\xE2\x80\xAE";
    all.them.name = nasty;
    auto& procedure = all.procedures.front();
    procedure.kind = procedure.stage = procedure.office = procedure.their_office = procedure.subject =
        procedure.case_number = procedure.urgency = nasty;
    procedure.wait->action = nasty;
    Languages const two{"en", "th"};
    auto const page = docket_html(all, two.all);
    BOOST_CHECK_EQUAL(wrong_markup(page), "");
    BOOST_CHECK(!has(page, "<script") && !has(page, "\xE2\x80\xAE"));
    BOOST_CHECK(has(page, "&lt;script&gt;x&lt;/script&gt;\\u202e"));
    auto const csv = docket_csv(all, two.all);
    BOOST_CHECK(has(csv, "\"'=cmd|' /C calc'!A0\"\"<script>"));
    BOOST_CHECK(!has(csv, "\"=") && !has(csv, ",="));
    BOOST_CHECK(must(parse_json(dump(docket_json(all)))) == docket_json(all));
}

BOOST_AUTO_TEST_CASE(nothing_open_is_a_docket_too) {
    auto all = must(read_docket_head(recorded("meeting.json").set("held_on", nullptr)));
    BOOST_CHECK(!all.since);
    Languages const english{"en"};
    auto const page = docket_html(all, english.all);
    BOOST_CHECK_EQUAL(wrong_markup(page), "");
    BOOST_CHECK(has(page, "none is recorded"));
    BOOST_CHECK(has(page, ">None</span>"));
}

BOOST_AUTO_TEST_CASE(a_page_of_another_form_is_refused) {
    auto const read = [](Json const& json) { return read_procedure_page(json, false); };
    CHECK_CODE(read(Json()), "daemon.bad_answer");
    CHECK_CODE(read(Json::object()), "daemon.bad_answer");
    CHECK_CODE(read(Json::object().set("procedures", Json::array().push(1))), "daemon.bad_answer");
    CHECK_CODE(read(Json::object().set("procedures", Json::array()).set("next", 3)), "daemon.bad_answer");
    CHECK_CODE(read(page_with("subject", nullptr)), "daemon.bad_answer");
    CHECK_CODE(read(page_with("side", "third")), "daemon.bad_answer");
    CHECK_CODE(read(page_with("opened_at", "2026-11-20")), "daemon.bad_answer");
    CHECK_CODE(read(page_with("agreed_on", "2026-02-30")), "daemon.bad_answer");
    CHECK_CODE(read(page_with("with", "kh-mosvy")), "daemon.bad_answer");
    CHECK_CODE(read(page_with("awaited", "them")), "daemon.bad_answer");
    CHECK_CODE(read(page_with("reports", Json::object().set("done", 1))), "daemon.bad_answer");
    CHECK_CODE(read(page_with("signed", Json::object().set("us", "yes"))), "daemon.bad_answer");
    CHECK_CODE(read(awaited_with("us", 1)), "daemon.bad_answer");
    CHECK_CODE(read(awaited_with("since", nullptr)), "daemon.bad_answer");
    CHECK_CODE(read(awaited_with("state", nullptr)), "daemon.bad_answer");  // neither state nor error
    CHECK_CODE(read(awaited_with("error", "calendar.year_not_covered")), "daemon.bad_answer");  // both
    CHECK_ACCEPTED(read(page_with("something_newer", Json::array())));
    CHECK_ACCEPTED(read(page_with("kind", "something_newer")));
    auto const meeting = recorded("meeting.json");
    CHECK_CODE(read_docket_head(Json::object()), "daemon.bad_answer");
    CHECK_CODE(read_docket_head(Json(meeting).set("held_on", "2.11.2026")), "daemon.bad_answer");
    CHECK_CODE(read_docket_head(Json(meeting).set("us", Json::object().set("node", ""))), "daemon.bad_answer");
    CHECK_CODE(read_docket_head(Json(meeting).set("time", "now")), "daemon.bad_answer");
}

BOOST_AUTO_TEST_SUITE_END()
