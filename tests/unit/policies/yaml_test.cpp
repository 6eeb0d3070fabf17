#include "policies/yaml.h"

#include "parsing.h"

#include <fstream>

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using namespace std::string_literals;
using test::refusal_of;

BOOST_AUTO_TEST_SUITE(yaml)

namespace {

Result<YamlNode> parse(std::string_view text) {
    return parse_yaml(text, "f.yaml");
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

constexpr std::string_view sample = R"(# an agreement
id: th-kh
parties:
  - node: th-msdhs
    offices: [poipet, "sa-kaeo"]
  - {node: kh-mosvy, kind: welfare}
purposes:
  referral:
    ceiling:
      birth_date: age_band
text: |
  two
  lines
quoted: 'it''s'
nothing:
)";

}  // namespace

BOOST_AUTO_TEST_CASE(a_file_is_read_with_lines_and_paths) {
    auto const root = parse(sample);
    BOOST_REQUIRE(root);
    BOOST_TEST((root->kind == YamlNode::Kind::mapping));
    BOOST_TEST(root->source.line == 2);
    BOOST_TEST(root->entries.size() == 6U);
    BOOST_TEST(root->find("id")->scalar == "th-kh");
    auto const& parties = *root->find("parties");
    BOOST_REQUIRE(parties.elements.size() == 2U);
    BOOST_TEST(parties.elements[0].source.line == 4);
    BOOST_TEST(parties.elements[0].path == "parties[0]");
    BOOST_TEST(parties.elements[0].find("offices")->elements[1].scalar == "sa-kaeo");
    BOOST_TEST(parties.elements[0].find("offices")->elements[1].path == "parties[0].offices[1]");
    BOOST_TEST(parties.elements[1].find("kind")->scalar == "welfare");
    auto const& ceiling = *root->find("purposes")->find("referral")->find("ceiling");
    BOOST_TEST(ceiling.path == "purposes.referral.ceiling");
    BOOST_TEST(ceiling.entries[0].line == 10);
    BOOST_TEST(to_text(ceiling.entries[0].value.source) == "f.yaml:10");
    BOOST_TEST(root->find("text")->scalar == "two\nlines\n");
    BOOST_TEST(root->find("quoted")->scalar == "it's");
    BOOST_TEST((root->find("nothing")->kind == YamlNode::Kind::null));
    BOOST_TEST((root->find("absent") == nullptr));
}

BOOST_AUTO_TEST_CASE(scalars_stay_text_whatever_they_look_like) {
    auto const root =
        parse("a: NO\nb: yes\nc: 010\nd: 1.0\ne: 2026-11-23\nf: null\ng: \"null\"\nh: ~\ni: \"\"\nj: !\n");
    BOOST_TEST(refusal_of(root) == "yaml.malformed");  // for the last line, a tag
    auto const good = parse("a: NO\nb: yes\nc: 010\nd: 1.0\ne: 2026-11-23\nf: null\ng: \"null\"\nh: ~\ni: \"\"\n");
    BOOST_REQUIRE(good);
    for (auto const& [key, text] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
             {"a", "NO"}, {"b", "yes"}, {"c", "010"}, {"d", "1.0"}, {"e", "2026-11-23"}, {"g", "null"}, {"i", ""}}) {
        BOOST_TEST((good->find(key)->kind == YamlNode::Kind::scalar), key);
        BOOST_TEST(good->find(key)->scalar == text);
    }
    BOOST_TEST((good->find("f")->kind == YamlNode::Kind::null));
    BOOST_TEST((good->find("h")->kind == YamlNode::Kind::null));
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_null_on_line_one) {
    for (std::string_view const text : {"", "\n\n", "# only a comment\n", "\xEF\xBB\xBF"}) {
        auto const root = parse(text);
        BOOST_REQUIRE(root);
        BOOST_TEST((root->kind == YamlNode::Kind::null));
        BOOST_TEST(root->source.line == 1);
    }
}

BOOST_AUTO_TEST_CASE(windows_line_ends_and_a_byte_order_mark_are_read) {
    auto const root = parse(
        "\xEF\xBB\xBF"
        "a: 1\r\nb: 'x'\r\n");
    BOOST_REQUIRE(root);
    BOOST_TEST(root->find("a")->scalar == "1");
    BOOST_TEST(root->find("b")->source.line == 2);
}

BOOST_AUTO_TEST_CASE(a_quotation_that_is_not_closed_is_refused) {
    for (std::string_view const text :
         {"a: 'x", "a: 'x\n", "a: \"x\n", "a: 'it''\n", "a: \"x\\\"\n", "'a: 1\n", "a: ['x\n", "a: '\n", "a: \"\\"}) {
        BOOST_TEST(refusal_of(parse(text)) == "yaml.malformed", text);
    }
}

BOOST_AUTO_TEST_CASE(quotations_after_text_in_any_script_and_line_end_are_read) {
    auto const root = parse(
        "\xEF\xBB\xBF# ไทย\r\n'ชื่อ': 'สม''หญิง'\r\nb: \"ខ្មែរ \\\"x\\\"\"\r\nc: ''\r\nd: ['', \"\", 'ก']\r\ne: >-\r\n  "
        "ลาว\r\n");
    BOOST_REQUIRE_MESSAGE(root, refusal_of(root));
    BOOST_TEST(root->find("ชื่อ")->scalar == "สม'หญิง");
    BOOST_TEST(root->find("b")->scalar == "ខ្មែរ \"x\"");
    BOOST_TEST(root->find("c")->scalar == "");
    BOOST_TEST(root->find("d")->elements.size() == 3U);
    BOOST_TEST(root->find("e")->scalar == "ลาว");
    BOOST_TEST(refusal_of(parse("# ไทย\r\nก: ! 1\r\n")) == "yaml.malformed");
}

BOOST_AUTO_TEST_CASE(a_duplicate_key_is_refused_with_its_line) {
    auto const refused = parse("a: 1\nb:\n  c: 1\n  d: 2\n  \"c\": 3\n");
    BOOST_TEST(refusal_of(refused) == "yaml.duplicate_key");
    BOOST_TEST(refused.error().detail == "f.yaml:5: the key `c` is there already");
    BOOST_TEST(refusal_of(parse("{a: 1, a: 1}")) == "yaml.duplicate_key");
    BOOST_TEST(refusal_of(parse("- {a: 1}\n- {a: 1}\n")) == "");
}

BOOST_AUTO_TEST_CASE(aliases_and_anchors_are_refused) {
    for (std::string_view const text : {"a: &x 1\n", "a: &x {b: 1}\n", "a: &x [1]\n", "&x a: 1\n", "a: &x\n"}) {
        BOOST_TEST(refusal_of(parse(text)) == "yaml.alias", text);
    }
    BOOST_TEST(parse("a: 1\nb: &x 1\nc: *x\n").error().detail == "f.yaml:2: anchors are not allowed");
}

BOOST_AUTO_TEST_CASE(a_billion_laughs_is_refused_at_the_first_anchor) {
    std::string text = "a0: &a0 [x, x]\n";
    for (int i = 1; i < 30; ++i) {
        auto const last = std::to_string(i - 1), now = std::to_string(i);
        text += "a" + now + ": &a" + now + " [*a" + last + ", *a" + last + "]\n";
    }
    BOOST_TEST(refusal_of(parse(text)) == "yaml.alias");
}

BOOST_AUTO_TEST_CASE(tags_are_refused) {
    for (std::string_view const text : {"a: !!str 1\n", "a: !own 1\n", "a: ! 1\n", "!!map {a: 1}\n", "a: !!seq [1]\n",
                                        "!!str a: 1\n", "a: !!null\n", "a: !<tag:x> 1\n"}) {
        BOOST_TEST(refusal_of(parse(text)) == "yaml.malformed", text);
    }
}

BOOST_AUTO_TEST_CASE(a_second_document_is_refused) {
    BOOST_TEST(refusal_of(parse("---\na: 1\n")) == "");
    BOOST_TEST(refusal_of(parse("a: 1\n---\nb: 2\n")) == "yaml.malformed");
    BOOST_TEST(refusal_of(parse("a: 1\n...\n---\nb: 2\n")) == "yaml.malformed");
}

BOOST_AUTO_TEST_CASE(a_key_that_is_not_a_word_is_refused) {
    for (std::string_view const text :
         {"? [a]\n: 1\n", "? {a: 1}\n: 1\n", "[a]: 1\n", "{a: 1}: 2\n", "~: 1\n", ": 1\n"}) {
        BOOST_TEST(refusal_of(parse(text)) == "yaml.malformed", text);
    }
}

BOOST_AUTO_TEST_CASE(the_sixteenth_level_is_read_and_the_seventeenth_refused) {
    BOOST_TEST(refusal_of(parse(repeated("[", 16) + repeated("]", 16))) == "");
    BOOST_TEST(refusal_of(parse(repeated("[", 17) + repeated("]", 17))) == "yaml.malformed");
    BOOST_TEST(refusal_of(parse(repeated("- ", 17) + "a")) == "yaml.malformed");
    BOOST_TEST(refusal_of(parse(repeated("{a: ", 17) + repeated("}", 17))) == "yaml.malformed");
    BOOST_TEST(refusal_of(parse(repeated("[", 100'000))) == "yaml.malformed");
    BOOST_TEST(refusal_of(parse(repeated("- ", 100'000))) == "yaml.malformed");
    BOOST_TEST(refusal_of(parse(repeated("? ", 100'000))) == "yaml.malformed");
}

BOOST_AUTO_TEST_CASE(a_file_over_256_kibibytes_is_refused) {
    BOOST_TEST(refusal_of(parse("# " + std::string(256 * 1024 - 2, 'x'))) == "");
    BOOST_TEST(refusal_of(parse("# " + std::string(256 * 1024 - 1, 'x'))) == "yaml.too_large");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_utf_8_is_refused) {
    BOOST_TEST(refusal_of(parse("a: \xFF\n")) == "yaml.not_utf8");
    BOOST_TEST(refusal_of(parse("# \xC0\x80\n")) == "yaml.not_utf8");
    BOOST_TEST(refusal_of(parse("\xFF\xFE"
                                "a\0"s)) == "yaml.not_utf8");
}

BOOST_AUTO_TEST_CASE(characters_that_hide_or_reorder_text_are_refused_with_their_line) {
    for (std::string_view const text : {"a: 1\nb: \"\xE2\x80\xAE\"\n", "a: 1\n# \xE2\x81\xA6\n", "a: 1\nb: \x07\n",
                                        "a: 1\nb: \xEF\xBB\xBF\n", "a: 1\nb\x1B[2J: 1\n", "a: 1\nb\r: 1\n"}) {
        auto const refused = parse(text);
        BOOST_TEST(refusal_of(refused) == "yaml.malformed");
        BOOST_TEST(refused.error().detail == "f.yaml:2: a control, direction or invisible character");
    }
    BOOST_TEST(refusal_of(parse("a: \0"s)) == "yaml.malformed");
}

BOOST_AUTO_TEST_CASE(text_that_is_not_yaml_is_refused_with_its_line) {
    for (std::string_view const text : {"a: 1\nb: [1\n", "a: 1\n b: 2\n", "a: 'x\n", "a: 1\n\tb: 1\n", "a: {\n",
                                        "a: b: c\n", "a: @x\n", "%YAML 2 3\n---\na\n"}) {
        auto const refused = parse(text);
        BOOST_TEST(refusal_of(refused) == "yaml.malformed", text);
        BOOST_TEST(refused.error().detail.starts_with("f.yaml:"));
    }
}

BOOST_AUTO_TEST_CASE(a_loaded_file_keeps_its_exact_bytes) {
    auto const path = std::filesystem::temp_directory_path() / "casebridge-yaml-test.yaml";
    std::ofstream(path, std::ios::binary) << "a:   1\r\n# é\n";
    auto const file = load_yaml(path);
    std::filesystem::remove(path);
    BOOST_REQUIRE(file);
    BOOST_TEST(to_text(file->bytes) == "a:   1\r\n# é\n");
    BOOST_TEST(file->root.find("a")->scalar == "1");
    BOOST_TEST(file->root.source.file == path.string());
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_or_a_directory_is_unreadable) {
    BOOST_TEST(refusal_of(load_yaml("/nonexistent/f.yaml")) == "file.unreadable");
    BOOST_TEST(refusal_of(load_yaml(std::filesystem::temp_directory_path())) == "file.unreadable");
}

BOOST_AUTO_TEST_CASE(mutated_yaml_parses_or_is_refused_with_a_yaml_code) {
    std::mt19937 random(4);
    for (int i = 0; i < test::mutation_rounds; ++i) {
        auto const code = refusal_of(parse(test::mutated(std::string(sample), random)));
        BOOST_REQUIRE((code.empty() || code.starts_with("yaml.")));
    }
}

BOOST_AUTO_TEST_SUITE_END()
