#include "policies/query.h"

#include "parsing.h"

#include <algorithm>
#include <array>

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using test::refusal_of;

BOOST_AUTO_TEST_SUITE(query)

namespace {

Query question() {
    return Query{.id = *MessageId::parse("019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c3"),
                 .from = {*NodeId::parse("kh-mosvy"), OfficeId("poipet-transit-centre")},
                 .to = {*NodeId::parse("th-msdhs"), OfficeId("datip")},
                 .sent_at = *parse_rfc3339("2026-11-23T21:20:11.322Z"),
                 .expires_at = *parse_rfc3339("2026-11-25T21:20:11.322Z"),
                 .purpose = Purpose::return_and_handover,
                 .agreement = sha256(as_bytes("agreement")),
                 .subject = *SubjectReference::parse("000102030405060708090a0b0c0d0eff"),
                 .about = About::status};
}

AnswerHeader header() {
    return {question().id, sha256(as_bytes("inner")), *NodeId::parse("th-msdhs"), *NodeId::parse("kh-mosvy"),
            *parse_rfc3339("2026-11-23T21:20:12.000Z")};
}

std::string nothing() {
    return OutgoingAnswer::no_information(header()).payload();
}

/// The text with `change` applied to it before the padding, which stays as long as it was.
template <typename Change>
std::string changed(std::string const& text, Change change) {
    auto members = *parse_json(text)->as_object();
    auto const padding = members.back().second;
    members.pop_back();
    auto json = Json(std::move(members));
    change(json);
    if (json.find("padding") == nullptr) json.set("padding", padding);
    return dump(json);
}

std::string with(std::string const& text, std::string const& key, Json const& value) {
    return changed(text, [&](Json& json) { json.set(key, value); });
}

std::string without(std::string const& text, std::string_view key) {
    auto members = *parse_json(text)->as_object();
    std::erase_if(members, [key](Json::Member const& member) { return member.first == key; });
    return dump(Json(std::move(members)));
}

/// As told by a node that knows the body by other means.
std::string told() {
    return changed(nothing(), [](Json& json) {
        json.set("outcome", "answered").set("retain_until", "2026-12-23T00:00:00.000Z").set("onward_transfer", "none");
        json.set("body", Json::object().set("fields", Json::object()).set("groups", Json::object()));
    });
}

template <typename Parse>
void check_mutations(std::string const& text, Parse parse) {
    constexpr std::array<std::string_view, 9> prefixes = {"json.",   "query.", "message_id.", "purpose.", "node_id.",
                                                          "office.", "time.",  "encoding.",   "subject."};
    std::mt19937 random(7);
    for (int i = 0; i < test::mutation_rounds; ++i) {
        auto const code = refusal_of(parse(test::mutated(text, random)));
        auto const fits = [code](std::string_view prefix) { return code.starts_with(prefix); };
        BOOST_REQUIRE_MESSAGE((code.empty() || std::any_of(prefixes.begin(), prefixes.end(), fits)), code);
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_question_reads_back_as_it_was_written) {
    auto const text = to_payload(question());
    BOOST_TEST(text.size() == 2048U);
    auto const read = parse_query(text);
    BOOST_REQUIRE_MESSAGE(read, refusal_of(read));
    BOOST_TEST((read->id == question().id));
    BOOST_TEST((read->from == question().from));
    BOOST_TEST((read->to == question().to));
    BOOST_TEST((read->sent_at == question().sent_at));
    BOOST_TEST((read->expires_at == question().expires_at));
    BOOST_TEST((read->purpose == question().purpose));
    BOOST_TEST((read->agreement == question().agreement));
    BOOST_TEST((read->subject == question().subject));
    BOOST_TEST((read->about == About::status));
    BOOST_TEST(read->schema == schema_version);
}

BOOST_AUTO_TEST_CASE(every_question_has_one_size) {
    auto longest = question();
    longest.from = {*NodeId::parse("kh-" + std::string(29, 'a')), OfficeId(std::string(40, 'b'))};
    longest.about = About::summary;
    BOOST_TEST(to_payload(longest).size() == 2048U);
}

BOOST_AUTO_TEST_CASE(a_question_that_is_none_is_refused_with_its_code) {
    auto const text = to_payload(question());
    for (std::string_view const key : {"version", "schema", "type", "id", "from", "to", "sent_at", "expires_at",
                                       "purpose", "agreement", "subject", "about", "padding"})
        BOOST_TEST(refusal_of(parse_query(without(text, key))) == "query.missing_member", key);
    auto const code = [&](std::string const& key, Json const& value) {
        return refusal_of(parse_query(with(text, key, value)));
    };
    BOOST_TEST(code("version", 2) == "query.unknown_version");
    BOOST_TEST(code("schema", 0) == "query.out_of_range");
    BOOST_TEST(code("schema", std::int64_t{1} << 40) == "query.out_of_range");
    BOOST_TEST(code("type", "case_summary") == "query.unknown_type");
    BOOST_TEST(code("type", "query_answer") == "query.unknown_type");
    BOOST_TEST(code("id", "x") == "message_id.malformed");
    BOOST_TEST(code("from", "x") == "query.wrong_type");
    BOOST_TEST(code("from", Json::object()) == "query.missing_member");
    BOOST_TEST(code("from", Json::object().set("node", "X").set("office", "datip")) == "node_id.malformed");
    BOOST_TEST(code("to", Json::object().set("node", "th-msdhs").set("office", "X")) == "office.malformed");
    BOOST_TEST(code("sent_at", "now") == "time.bad_timestamp");
    BOOST_TEST(code("expires_at", "2026-11-23T21:20:11.322Z") == "query.expires_before_sent");
    BOOST_TEST(code("expires_at", "2026-12-31T21:20:11.323Z") == "query.life_too_long");
    BOOST_TEST(code("expires_at", "2026-12-31T21:20:11.322Z") == "");
    BOOST_TEST(code("purpose", "curiosity") == "purpose.unknown");
    BOOST_TEST(code("subject", "x") == "subject.malformed");
    BOOST_TEST(code("about", "everything") == "query.unknown_about");
    BOOST_TEST(code("more", 1) == "query.unknown_member");
    BOOST_TEST(code("about", std::string(65, 'x')) == "query.too_long");
    BOOST_TEST(code("padding", "hidden") == "query.bad_padding");
    BOOST_TEST(!code("agreement", "x").empty());
    BOOST_TEST(refusal_of(parse_query("[]")) == "query.wrong_type");
}

BOOST_AUTO_TEST_CASE(an_answer_without_information_says_nothing_and_has_the_size_of_every_answer) {
    BOOST_TEST(nothing().size() == 30U * 1024);
    auto const read = parse_query_answer(nothing());
    BOOST_REQUIRE_MESSAGE(read, refusal_of(read));
    BOOST_TEST(!read->told);
    BOOST_TEST((read->header.query == header().query));
    BOOST_TEST((read->header.query_digest == header().query_digest));
    BOOST_TEST((read->header.from == header().from));
    BOOST_TEST((read->header.to == header().to));
    BOOST_TEST((read->header.at == header().at));
}

BOOST_AUTO_TEST_CASE(an_answer_that_tells_something_is_read) {
    auto const read = parse_query_answer(told());
    BOOST_REQUIRE_MESSAGE(read, refusal_of(read));
    BOOST_REQUIRE(read->told);
    BOOST_TEST(dump(read->told->body) == R"({"fields":{},"groups":{}})");
    BOOST_TEST(to_rfc3339(read->told->retain_until) == "2026-12-23T00:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_none_is_refused_with_its_code) {
    for (std::string_view const key :
         {"version", "type", "query", "query_digest", "from", "to", "at", "outcome", "padding"})
        BOOST_TEST(refusal_of(parse_query_answer(without(nothing(), key))) == "query.missing_member", key);
    for (std::string_view const key : {"retain_until", "onward_transfer", "body"})
        BOOST_TEST(refusal_of(parse_query_answer(without(told(), key))) == "query.missing_member", key);
    auto const code = [](std::string const& key, Json const& value) {
        return refusal_of(parse_query_answer(with(told(), key, value)));
    };
    BOOST_TEST(code("version", 2) == "query.unknown_version");
    BOOST_TEST(code("type", "case_query") == "query.unknown_type");
    BOOST_TEST(code("outcome", "refused") == "query.unknown_member");
    BOOST_TEST(refusal_of(parse_query_answer(with(nothing(), "outcome", "refused"))) == "query.unknown_outcome");
    BOOST_TEST(refusal_of(parse_query_answer(with(nothing(), "body", Json::object()))) == "query.unknown_member");
    BOOST_TEST(code("onward_transfer", "allowed") == "query.onward_transfer");
    BOOST_TEST(code("query", "x") == "message_id.malformed");
    BOOST_TEST(code("from", "X") == "node_id.malformed");
    BOOST_TEST(code("to", "X") == "node_id.malformed");
    BOOST_TEST(code("at", "x") == "time.bad_timestamp");
    BOOST_TEST(code("retain_until", "x") == "time.bad_timestamp");
    BOOST_TEST(code("padding", "hidden") == "query.bad_padding");
    BOOST_TEST(!code("query_digest", "x").empty());
}

BOOST_AUTO_TEST_CASE(an_answer_counts_only_for_its_question_and_between_its_parties) {
    auto const fits = [](AnswerHeader const& answer) {
        return refusal_of(check_answer(answer, header().from, header().to, header().query, header().query_digest));
    };
    BOOST_TEST(fits(header()) == "");
    auto other = header();
    other.from = *NodeId::parse("vn-molisa");
    BOOST_TEST(fits(other) == "query.wrong_party");
    other = header();
    other.to = *NodeId::parse("vn-molisa");
    BOOST_TEST(fits(other) == "query.wrong_party");
    other = header();
    other.query = *MessageId::parse("019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c4");
    BOOST_TEST(fits(other) == "query.wrong_question");
    other = header();
    other.query_digest = sha256(as_bytes("other"));
    BOOST_TEST(fits(other) == "query.wrong_question");
}

BOOST_AUTO_TEST_CASE(mutated_questions_and_answers_are_read_or_refused_with_a_code_of_form) {
    check_mutations(to_payload(question()), [](std::string const& text) { return parse_query(text); });
    check_mutations(told(), [](std::string const& text) { return parse_query_answer(text); });
}

BOOST_AUTO_TEST_SUITE_END()
