#include "policies/json.h"

#include "parsing.h"

#include <limits>

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using namespace std::string_literals;
using test::refusal_of;

BOOST_AUTO_TEST_SUITE(json)

namespace {

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

constexpr std::string_view sample =
    R"({"version":1,"text":"é \"ไทย\" \\ \n","list":[1,-2,true,false,null,{"a":{}}],"empty":[]})";

}  // namespace

BOOST_AUTO_TEST_CASE(canonical_text_reads_back_to_the_same_bytes) {
    for (std::string_view const text :
         {"null", "true", "0", "-1", "9223372036854775807", "-9223372036854775808", "\"\"", "[]", "{}", "[[],{}]",
          R"({"b":1,"a":2})", R"("\u0000\u001f\b\f\n\r\t\"\\/")"}) {
        auto const value = parse_json(text);
        BOOST_REQUIRE_MESSAGE(value, text);
        BOOST_TEST(dump(*value) == text);
    }
    BOOST_REQUIRE(parse_json(sample));
    BOOST_TEST(dump(*parse_json(sample)) == sample);
}

BOOST_AUTO_TEST_CASE(white_space_and_escapes_do_not_change_the_value) {
    auto const value = parse_json(" { \"\\u0061\" :\t[ 1 , 2 ]\r\n} ");
    BOOST_REQUIRE(value);
    BOOST_TEST(dump(*value) == R"({"a":[1,2]})");
    auto const pair = parse_json(R"("\ud83d\ude00")");
    BOOST_REQUIRE(pair);
    BOOST_TEST(*pair->as_string() == "\xF0\x9F\x98\x80");
}

BOOST_AUTO_TEST_CASE(a_zero_character_is_kept_for_the_layer_that_knows_what_the_text_is_for) {
    auto const value = parse_json(R"("a\u0000b")");
    BOOST_REQUIRE(value);
    BOOST_TEST((*value->as_string() == "a\0b"s));
}

BOOST_AUTO_TEST_CASE(text_that_is_not_json_is_refused) {
    for (std::string_view const text : {"",
                                        " ",
                                        "{",
                                        "}",
                                        "[1",
                                        "[1,]",
                                        "{\"a\":1,}",
                                        "{\"a\"}",
                                        "{a:1}",
                                        "'a'",
                                        "nul",
                                        "True",
                                        "\"",
                                        "\"\n\"",
                                        "\"\t\"",
                                        "01",
                                        "+1",
                                        ".5",
                                        "1.",
                                        "0x1",
                                        "NaN",
                                        "Infinity",
                                        "// c\n1",
                                        "/* c */1",
                                        "\xEF\xBB\xBF{}",
                                        "\"\\x41\"",
                                        "\"\\u12\"",
                                        "\"\\ud800\"",
                                        "\"\\udc00\"",
                                        "\"\\ud800\\u0041\"",
                                        "\"\\udc00\\ud800\"",
                                        "1 2",
                                        "{} {}",
                                        "[] x",
                                        "null,",
                                        "\x01"}) {
        BOOST_TEST(refusal_of(parse_json(text)) == "json.malformed", text);
    }
    BOOST_TEST(refusal_of(parse_json("{}\0"s)) == "json.malformed");
    BOOST_TEST(refusal_of(parse_json("{}\0 hidden"s)) == "json.malformed");
    BOOST_TEST(refusal_of(parse_json("\0{}"s)) == "json.malformed");
    BOOST_TEST(refusal_of(parse_json("\"a\0b\""s)) == "json.malformed");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf_8_are_refused) {
    for (std::string_view const bytes : {"\xFF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80",
                                         "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xE0\xB8", "\x80", "\xFE\xFF"}) {
        BOOST_TEST(refusal_of(parse_json('"' + std::string(bytes) + '"')) == "json.not_utf8");
    }
}

BOOST_AUTO_TEST_CASE(a_number_that_is_not_a_64_bit_integer_is_refused) {
    for (std::string_view const text :
         {"1.0", "1e3", "1E3", "-0", "-0.0", "0.1", "9223372036854775808", "-9223372036854775809",
          "18446744073709551615", "18446744073709551616", "123456789012345678901234567890", "1e999", "-1e999"}) {
        auto const code = refusal_of(parse_json(text));
        // A float out of the range of a double is a syntax error to the library; both are refusals.
        BOOST_TEST(code == (text.ends_with("e999") ? "json.malformed" : "json.not_integer"), text);
    }
}

BOOST_AUTO_TEST_CASE(a_duplicate_key_is_refused_at_any_depth) {
    for (std::string_view const text :
         {R"({"a":1,"a":1})", R"({"a":1,"b":2,"\u0061":3})", R"([{"x":{"a":1,"a":2}}])", R"({"":1,"":2})"}) {
        BOOST_TEST(refusal_of(parse_json(text)) == "json.duplicate_key", text);
    }
    BOOST_TEST(refusal_of(parse_json(R"([{"a":1},{"a":1}])")) == "");
    BOOST_TEST(refusal_of(parse_json(R"({"a":{"a":{"a":1}},"A":1})")) == "");
}

BOOST_AUTO_TEST_CASE(the_32nd_level_is_read_and_the_33rd_refused) {
    BOOST_TEST(refusal_of(parse_json(repeated("[", 32) + repeated("]", 32))) == "");
    BOOST_TEST(refusal_of(parse_json(repeated("[", 33) + repeated("]", 33))) == "json.too_deep");
    BOOST_TEST(refusal_of(parse_json(repeated("{\"a\":", 32) + "1" + repeated("}", 32))) == "");
    BOOST_TEST(refusal_of(parse_json(repeated("{\"a\":", 33) + "1" + repeated("}", 33))) == "json.too_deep");
    BOOST_TEST(refusal_of(parse_json("[[[1]]]", {.depth = 2})) == "json.too_deep");
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_levels_are_refused_at_once) {
    BOOST_TEST(refusal_of(parse_json(repeated("[", 100'000))) == "json.too_deep");
    BOOST_TEST(refusal_of(parse_json(repeated("{\"a\":", 100'000))) == "json.too_deep");
    BOOST_TEST(refusal_of(parse_json(repeated("[", 100'000) + repeated("]", 100'000))) == "json.too_deep");
}

BOOST_AUTO_TEST_CASE(the_limit_on_members_counts_elements_and_members_everywhere) {
    BOOST_TEST(refusal_of(parse_json("[" + repeated("1,", 19'999) + "1]")) == "");
    BOOST_TEST(refusal_of(parse_json("[" + repeated("1,", 20'000) + "1]")) == "json.too_many_members");
    BOOST_TEST(refusal_of(parse_json("[" + repeated("[],", 20'000) + "1]")) == "json.too_many_members");
    std::string keys = "{";
    for (int i = 0; i < 100'000; ++i) keys += '"' + std::to_string(i) + "\":1,";
    BOOST_TEST(refusal_of(parse_json(keys + "\"x\":1}", {.bytes = 1 << 22})) == "json.too_many_members");
    BOOST_TEST(refusal_of(parse_json("[[1,2],[3]]", {.members = 5})) == "");
    BOOST_TEST(refusal_of(parse_json("[[1,2],[3]]", {.members = 4})) == "json.too_many_members");
}

BOOST_AUTO_TEST_CASE(the_limit_on_size_is_exact) {
    BOOST_TEST(refusal_of(parse_json('"' + std::string((1 << 20) - 2, 'a') + '"')) == "");
    BOOST_TEST(refusal_of(parse_json('"' + std::string((1 << 20) - 1, 'a') + '"')) == "json.too_large");
    BOOST_TEST(refusal_of(parse_json("[]", {.bytes = 1})) == "json.too_large");
}

BOOST_AUTO_TEST_CASE(the_detail_of_a_refusal_has_the_place_and_never_the_content) {
    for (std::string_view const text : {R"({"secret":1,"secret":2})", R"({"secret":1.5})", R"({"secret":x})"}) {
        auto const refused = parse_json(text);
        BOOST_REQUIRE(!refused);
        BOOST_TEST(refused.error().detail.starts_with("at byte "));
        BOOST_TEST(refused.error().detail.find("secret") == std::string::npos);
    }
    BOOST_TEST(parse_json("[1, 2, x]").error().detail == "at byte 8");
}

BOOST_AUTO_TEST_CASE(writing_text_that_is_not_utf_8_throws) {
    BOOST_CHECK_THROW(dump(Json("\xFF")), std::invalid_argument);
    BOOST_CHECK_THROW(dump(Json::object().set("\xC0\x80", 1)), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(an_unsigned_number_above_the_range_throws) {
    BOOST_TEST(dump(Json(std::uint64_t{9223372036854775807U})) == "9223372036854775807");
    BOOST_CHECK_THROW(Json(std::numeric_limits<std::uint64_t>::max()), std::range_error);
}

BOOST_AUTO_TEST_CASE(set_replaces_in_place_and_push_appends) {
    auto object = Json::object().set("a", 1).set("b", 2).set("a", 3);
    BOOST_TEST(dump(object) == R"({"a":3,"b":2})");
    BOOST_TEST(dump(Json::array().push(1).push("x")) == R"([1,"x"])");
    BOOST_CHECK_THROW(Json(1).set("a", 1), std::logic_error);
    BOOST_CHECK_THROW(Json::object().push(1), std::logic_error);
}

BOOST_AUTO_TEST_CASE(find_and_text_or_read_members_of_objects_only) {
    auto const object = Json::object().set("a", "x").set("n", 1);
    BOOST_REQUIRE(object.find("a") != nullptr);
    BOOST_TEST(object.text_or("a") == "x");
    BOOST_TEST(object.text_or("n", "-") == "-");
    BOOST_TEST(object.text_or("z", "-") == "-");
    BOOST_TEST((Json(1).find("a") == nullptr));
}

BOOST_AUTO_TEST_CASE(pretty_text_has_one_member_a_line) {
    auto const value = parse_json(R"({"a":[1,{}],"b":[]})");
    BOOST_REQUIRE(value);
    BOOST_TEST(dump_pretty(*value) == "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

BOOST_AUTO_TEST_CASE(a_reader_takes_members_of_their_type) {
    auto const value = parse_json(R"({"s":"x","i":-4,"b":true,"o":{},"a":[]})");
    BOOST_REQUIRE(value);
    JsonReader reader(*value, JsonReader::Scope::request);
    BOOST_TEST(reader.string("s", 1) == "x");
    BOOST_TEST(reader.integer("i") == -4);
    BOOST_TEST(reader.boolean("b"));
    BOOST_TEST((reader.object("o") != nullptr));
    BOOST_TEST((reader.array("a") != nullptr));
    BOOST_TEST(reader.optional_string("none", 1) == "");
    BOOST_TEST(reader.optional_integer("none", 7) == 7);
    BOOST_TEST(reader.optional_boolean("none", true));
    BOOST_TEST((reader.optional_object("none") == nullptr));
    BOOST_TEST((reader.optional_array("none") == nullptr));
    BOOST_TEST((reader.any("none") == nullptr));
    BOOST_TEST(refusal_of(reader.finish()) == "");
}

BOOST_AUTO_TEST_CASE(a_reader_keeps_its_first_failure) {
    auto const value = Json::object().set("s", 1).set("t", "long");
    JsonReader reader(value, JsonReader::Scope::message);
    BOOST_TEST(reader.string("s", 10) == "");
    BOOST_TEST(reader.string("t", 3) == "");
    BOOST_TEST(reader.integer("missing") == 0);
    auto const status = reader.finish();
    BOOST_TEST(refusal_of(status) == "message.wrong_type");
    BOOST_TEST(status.error().detail == "s");
}

BOOST_AUTO_TEST_CASE(a_reader_has_a_code_for_every_failure_in_every_scope) {
    struct Row {
        JsonReader::Scope scope;
        std::string name;
    };
    for (auto const& [scope, name] :
         {Row{JsonReader::Scope::message, "message"}, Row{JsonReader::Scope::receipt, "receipt"},
          Row{JsonReader::Scope::node, "node"}, Row{JsonReader::Scope::request, "request"}}) {
        auto const value = Json::object().set("a", "xx");
        JsonReader missing(value, scope), wrong(value, scope), unknown(value, scope), longer(value, scope);
        missing.boolean("b");
        BOOST_TEST(refusal_of(missing.finish()) == name + ".missing_member");
        wrong.object("a");
        BOOST_TEST(refusal_of(wrong.finish()) == name + ".wrong_type");
        BOOST_TEST(refusal_of(unknown.finish()) == name + ".unknown_member");
        longer.string("a", 1);
        BOOST_TEST(refusal_of(longer.finish()) == name + ".too_long");
    }
}

BOOST_AUTO_TEST_CASE(a_null_is_not_a_missing_member) {
    auto const value = Json::object().set("a", nullptr);
    JsonReader reader(value, JsonReader::Scope::request);
    reader.optional_string("a", 10);
    BOOST_TEST(refusal_of(reader.finish()) == "request.wrong_type");
}

BOOST_AUTO_TEST_CASE(a_reader_of_something_else_than_an_object_fails) {
    auto const value = Json::array();
    JsonReader reader(value, JsonReader::Scope::request);
    BOOST_TEST(reader.string("a", 10) == "");
    BOOST_TEST(refusal_of(reader.finish()) == "request.wrong_type");
}

BOOST_AUTO_TEST_CASE(an_unknown_member_is_counted_but_not_repeated) {
    auto const value = Json::object().set("a", 1).set("evil\nname", 1);
    JsonReader reader(value, JsonReader::Scope::node);
    reader.integer("a");
    auto const status = reader.finish();
    BOOST_TEST(refusal_of(status) == "node.unknown_member");
    BOOST_TEST(status.error().detail == "member 2");
}

BOOST_AUTO_TEST_CASE(mutated_json_parses_to_canonical_text_or_is_refused_with_a_json_code) {
    std::mt19937 random(3);
    for (int i = 0; i < test::mutation_rounds; ++i) {
        auto const value = parse_json(test::mutated(std::string(sample), random));
        if (!value) {
            BOOST_REQUIRE(value.error().code.starts_with("json."));
            continue;
        }
        auto const again = parse_json(dump(*value));
        BOOST_REQUIRE(again);
        BOOST_REQUIRE((*again == *value));
    }
}

BOOST_AUTO_TEST_SUITE_END()
