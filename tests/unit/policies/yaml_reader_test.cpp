#include "parsing.h"
#include "policies/yaml.h"

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using test::refusal_of;

BOOST_AUTO_TEST_SUITE(yaml_reader)

namespace {

/// What `read` complains about when it reads `text`.
template <typename Read>
std::string complaints_about(std::string_view text, Read read) {
    auto const root = parse_yaml(text, "f.yaml");
    BOOST_REQUIRE(root);
    YamlComplaints complaints;
    YamlReader reader(*root, complaints);
    read(reader);
    BOOST_TEST(complaints.to_error("policy.invalid").code == "policy.invalid");
    return complaints.to_error("policy.invalid").detail;
}

std::vector<std::string_view> const words = {"referral", "family_tracing", "matching"};

}  // namespace

BOOST_AUTO_TEST_CASE(values_of_the_right_kind_are_read_without_complaint) {
    auto const text = "t: x\ni: -5\nb: true\nw: referral\ns: [a, b]\nm: {k: v}\nl: [{k: v}]\n";
    auto const complaints = complaints_about(text, [](YamlReader& reader) {
        BOOST_TEST(reader.text("t") == "x");
        BOOST_TEST(reader.integer("i", -5, 5) == -5);
        BOOST_TEST(reader.boolean("b"));
        BOOST_TEST(reader.word("w", words) == "referral");
        BOOST_TEST(reader.sequence("s").size() == 2U);
        BOOST_TEST((reader.mapping("m") != nullptr));
        BOOST_TEST(reader.mappings("l").size() == 1U);
        BOOST_TEST(reader.optional_text("-", "d") == "d");
        BOOST_TEST(reader.optional_integer("-", 0, 1, 9) == 9);
        BOOST_TEST(reader.optional_boolean("-", true));
        BOOST_TEST(reader.optional_word("-", words, "d") == "d");
        BOOST_TEST(reader.optional_sequence("-").empty());
        BOOST_TEST(reader.optional_mappings("-").empty());
        BOOST_TEST((reader.optional_mapping("-") == nullptr));
        BOOST_TEST((reader.any("-") == nullptr));
        BOOST_TEST(reader.at("i").line == 2);
        BOOST_TEST(reader.at("-").line == 1);
        reader.refuse_unknown_keys();
    });
    BOOST_TEST(complaints == "");
}

BOOST_AUTO_TEST_CASE(a_missing_key_is_complained_about_at_the_mapping) {
    BOOST_TEST(complaints_about("\na: 1\n", [](YamlReader& reader) { reader.text("id"); }) ==
               "f.yaml:2: id: expected a text; it is missing at the top of the file");
}

BOOST_AUTO_TEST_CASE(a_missing_key_of_a_nested_mapping_is_complained_about_with_its_place) {
    auto const root = parse_yaml("a:\n  b:\n    - c: 1\n", "f.yaml");
    BOOST_REQUIRE(root);
    YamlComplaints complaints;
    YamlReader reader(root->find("a")->find("b")->elements.front(), complaints);
    reader.word("kind", words);
    reader.mapping("fields");
    BOOST_TEST(complaints.to_error("x").detail ==
               "f.yaml:3: kind: expected one of referral, family_tracing, matching; it is missing under `a.b[0]`\n"
               "f.yaml:3: fields: expected keys with values; it is missing under `a.b[0]`");
}

BOOST_AUTO_TEST_CASE(a_key_that_belongs_elsewhere_is_refused_also_mistyped_and_never_offered) {
    BOOST_TEST(complaints_about("user: a\npassword: b\npasword: c\npwd: d\nusr: e\n",
                                [](YamlReader& r) {
                                    r.refuse_keys({"password", "pwd"}, "it belongs elsewhere");
                                    r.text("user");
                                    r.refuse_unknown_keys();
                                }) ==
               "f.yaml:2: password: it belongs elsewhere\n"
               "f.yaml:3: pasword: looks like `password`: it belongs elsewhere\n"
               "f.yaml:4: pwd: it belongs elsewhere\n"
               "f.yaml:5: usr: unknown key; expected one of user; did you mean `user`?");
}

BOOST_AUTO_TEST_CASE(a_value_of_the_wrong_kind_is_complained_about_at_its_line) {
    auto const is = [](std::string_view text, auto read, std::string_view expected) {
        BOOST_TEST(complaints_about(text, read) == expected);
    };
    is(
        "k: [x]\n", [](YamlReader& r) { r.text("k"); }, "f.yaml:1: k: expected a text");
    is(
        "k:\n", [](YamlReader& r) { r.text("k"); }, "f.yaml:1: k: expected a text");
    is(
        "k: \"\"\n", [](YamlReader& r) { r.text("k"); }, "f.yaml:1: k: expected a text");
    is(
        "k:\n", [](YamlReader& r) { r.optional_text("k"); }, "f.yaml:1: k: expected a text");
    is(
        "k: yes\n", [](YamlReader& r) { r.boolean("k"); }, "f.yaml:1: k: expected true or false");
    is(
        "k: True\n", [](YamlReader& r) { r.optional_boolean("k", false); }, "f.yaml:1: k: expected true or false");
    is(
        "k: a\n", [](YamlReader& r) { r.sequence("k"); }, "f.yaml:1: k: expected a list of words");
    is(
        "k:\n  - a\n  - [b]\n", [](YamlReader& r) { r.sequence("k"); }, "f.yaml:3: k: expected a list of words");
    is(
        "k:\n  - a\n", [](YamlReader& r) { r.mappings("k"); }, "f.yaml:2: k: expected a list of keys with values");
    is(
        "k: a\n", [](YamlReader& r) { r.mapping("k"); }, "f.yaml:1: k: expected keys with values");
    is(
        "a: b\n", [](YamlReader& r) { r.sequence("k"); },
        "f.yaml:1: k: expected a list of words; it is missing at the top of the file");
}

BOOST_AUTO_TEST_CASE(a_number_that_is_not_whole_plain_and_in_range_is_complained_about) {
    for (std::string_view const text : {"k: 11", "k: -1", "k: 1.0", "k: 1e1", "k: 0x1", "k: 01", "k: +1",
                                        "k: 99999999999999999999", "k: ''", "k:", "k: 1 2"}) {
        BOOST_TEST(complaints_about(text, [](YamlReader& r) { BOOST_TEST(r.integer("k", 0, 10) == 0); }) ==
                       "f.yaml:1: k: expected a whole number from 0 to 10",
                   text);
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_word_is_complained_about_with_the_nearest) {
    BOOST_TEST(complaints_about("k: referal\n", [](YamlReader& r) { BOOST_TEST(r.word("k", words) == ""); }) ==
               "f.yaml:1: k: expected one of referral, family_tracing, matching; did you mean `referral`?");
    BOOST_TEST(complaints_about("k: xyz\n", [](YamlReader& r) {
                   BOOST_TEST(r.optional_word("k", words, "d") == "d");
               }) == "f.yaml:1: k: expected one of referral, family_tracing, matching");
}

BOOST_AUTO_TEST_CASE(every_unknown_key_is_complained_about_with_the_nearest) {
    BOOST_TEST(complaints_about("id: x\ntitel: y\nzzzzz: 1\n",
                                [](YamlReader& r) {
                                    r.text("id");
                                    r.optional_text("title");
                                    r.refuse_unknown_keys();
                                }) ==
               "f.yaml:2: titel: unknown key; expected one of id, title; did you mean `title`?\n"
               "f.yaml:3: zzzzz: unknown key; expected one of id, title");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_mapping_is_complained_about_once) {
    for (std::string_view const text : {"", "word", "- a\n"}) {
        BOOST_TEST(complaints_about(text, [](YamlReader& r) {
                       r.text("id");
                       r.integer("n", 0, 1);
                       r.boolean("b");
                       r.word("w", words);
                       r.sequence("s");
                       r.mapping("m");
                       r.refuse_unknown_keys();
                   }) == "f.yaml:1: the file: expected keys with values");
    }
}

BOOST_AUTO_TEST_CASE(a_key_with_a_line_break_cannot_forge_a_second_complaint) {
    auto const complaints =
        complaints_about("\"a\\nf.yaml:9: all is well\": 1\n", [](YamlReader& r) { r.refuse_unknown_keys(); });
    BOOST_TEST(complaints.find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_nearest_word_is_at_most_a_third_of_the_letters_away) {
    BOOST_TEST(nearest_word("referal", words) == "referral");
    BOOST_TEST(nearest_word("refreral", words) == "referral");  // neighbours swapped: one step
    BOOST_TEST(nearest_word("mathcnig", words) == "matching");  // two swaps
    BOOST_TEST(nearest_word("familytracing", words) == "family_tracing");
    BOOST_TEST(nearest_word("tracing", words) == "");
    BOOST_TEST(nearest_word("", words) == "");
    BOOST_TEST(nearest_word("ab", {"ac"}) == "");
    BOOST_TEST(nearest_word("abc", {"abd"}) == "abd");
    BOOST_TEST(nearest_word("referral", {}) == "");
    BOOST_TEST(nearest_word(std::string(100'000, 'r'), words) == "");
}

BOOST_AUTO_TEST_SUITE_END()
