#include "daemon/cli/subject_register.h"

#include "tests/support/check_code.h"
#include "tests/support/markup_check.h"
#include "tests/support/written_text.h"

using namespace casebridge;
using namespace casebridge::cli;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(register_of_disclosures)

namespace {

Json recorded() {
    return must(parse_json(read_source_file("tests/vectors/papers/register.json")));
}

Wording wording(std::string_view language) {
    return must(Wording::built_in(language));
}

/// The recorded answer with one member of its first disclosure replaced.
Json with(std::string const& key, Json value) {
    auto answer = recorded();
    auto list = *answer.find("disclosures")->as_array();
    list.front().set(key, std::move(value));
    return answer.set("disclosures", std::move(list));
}

bool has(std::string const& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_register_reads_as_it_was_last_read_by_people) {
    auto const subject = must(read_subject_register(recorded()));
    for (auto const language : Wording::built_in_languages()) {
        auto const page = register_html(subject, wording(language));
        BOOST_CHECK_EQUAL(wrong_markup(page), "");
        check_written("tests/vectors/papers/register-" + std::string(language) + ".html", page);
    }
    check_written("tests/vectors/papers/register-en.txt", register_text(subject, wording("en")));
    check_written("tests/vectors/papers/register-th.txt", register_text(subject, wording("th")));
}

BOOST_AUTO_TEST_CASE(days_are_those_of_the_ministrys_country) {
    auto const text = register_text(must(read_subject_register(recorded())), wording("en"));
    BOOST_CHECK(has(text, "Printed on: 29 November 2026"));         // 18:30 UTC
    BOOST_CHECK(has(text, "1 October 2026\n"));                     // told at 16:59:59 UTC
    BOOST_CHECK(has(text, "They received it on 2 October 2026."));  // a second later
    BOOST_CHECK(has(text, "You took it back on 21 November 2026."));
}

BOOST_AUTO_TEST_CASE(whom_a_partner_may_tell_is_said_in_every_language) {
    auto const permitted = Json::array().push(
        Json::object()
            .set("to", Json::object().set("node", "la-mlsw").set("office", "phonthong-reception-centre"))
            .set("name", "Ministry of Labour")
            .set("until", "2026-12-31T23:00:00.000Z"));
    auto const subject = must(read_subject_register(with("passed_on", permitted)));
    for (auto const language : Wording::built_in_languages()) {
        auto const page = register_html(subject, wording(language));
        BOOST_CHECK_EQUAL(wrong_markup(page), "");
        BOOST_CHECK_MESSAGE(has(page, "Ministry of Labour, phonthong-reception-centre"), language);
    }
    BOOST_CHECK(has(register_text(subject, wording("en")),
                    "We have allowed them to pass it on to Ministry of Labour, phonthong-reception-centre until 1 "
                    "January 2027."));
    CHECK_CODE(read_subject_register(with("passed_on", Json::array().push("la-mlsw"))), "daemon.bad_answer");
}

BOOST_AUTO_TEST_CASE(field_ids_codes_and_references_are_not_for_the_person) {
    auto const subject = must(read_subject_register(recorded()));
    for (auto const language : Wording::built_in_languages()) {
        auto const page = register_html(subject, wording(language));
        for (auto const* code :
             {"return_and_handover", "third_party", "family_tracing", "possibly_delivered", "019a0000"})
            BOOST_CHECK_MESSAGE(!has(page, code), language << " " << code);
    }
}

BOOST_AUTO_TEST_CASE(it_is_in_the_language_of_the_newest_consent) {
    auto subject = must(read_subject_register(recorded()));
    BOOST_CHECK_EQUAL(subject.language(), "th");
    subject.entries.pop_back();
    BOOST_CHECK_EQUAL(subject.language(), "km");
    subject.entries.clear();
    BOOST_CHECK_EQUAL(subject.language(), "");
    BOOST_CHECK(has(register_text(subject, wording("en")), "Nothing about you has been told"));
    BOOST_CHECK(has(register_html(subject, wording("en")), "Nothing about you has been told"));
}

BOOST_AUTO_TEST_CASE(what_others_wrote_stays_text) {
    auto answer = with("name", "</dd><script>alert(1)</script> {date} \xE2\x80\xAE");
    auto list = *answer.find("disclosures")->as_array();
    list.front()
        .set("office_name", "\"><img src=x onerror=y>")
        .set("purpose", "<b>unknown</b>")
        .set("state", "<i>new state</i>")
        .set("consent", Json::object().set("id", "{date}<u>").set("given_on", "2026-01-02"));
    answer.set("disclosures", std::move(list)).set("case", "TH<1>&").set("name", "{ministry}\x1b[2J");
    auto const subject = must(read_subject_register(answer));
    auto const page = register_html(subject, wording("en"));
    BOOST_CHECK_EQUAL(wrong_markup(page), "");
    for (auto const* tag : {"<script", "<img", "<b>", "<i>", "<u>"}) BOOST_CHECK_MESSAGE(!has(page, tag), tag);
    BOOST_CHECK(has(page, "&lt;/dd&gt;&lt;script&gt;alert(1)&lt;/script&gt; {date} \\u202e"));
    BOOST_CHECK(has(page, "each time {ministry}\\x1b[2J told"));
    BOOST_CHECK(has(page, "Number of the record: {date}&lt;u&gt;"));
    auto const text = register_text(subject, wording("en"));
    BOOST_CHECK(!has(text, "\x1b") && !has(text, "\xE2\x80\xAE"));
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_form_is_refused) {
    CHECK_CODE(read_subject_register(Json::array()), "daemon.bad_answer");
    CHECK_CODE(read_subject_register(Json::object()), "daemon.bad_answer");
    CHECK_CODE(read_subject_register(recorded().set("time", "yesterday")), "daemon.bad_answer");
    CHECK_CODE(read_subject_register(with("to", "kh-mosvy")), "daemon.bad_answer");
    CHECK_CODE(read_subject_register(with("told_at", nullptr)), "daemon.bad_answer");
    CHECK_CODE(read_subject_register(with("erased_at", 7)), "daemon.bad_answer");
    CHECK_CODE(read_subject_register(with("consent", "c-1")), "daemon.bad_answer");
    CHECK_CODE(read_subject_register(with("categories", Json::array().push(1))), "daemon.bad_answer");
    CHECK_CODE(read_subject_register(with("withdrawal", Json::object())), "daemon.bad_answer");
    CHECK_ACCEPTED(read_subject_register(with("something_newer", 1)));
}

BOOST_AUTO_TEST_SUITE_END()
