#include "tests/unit/policies/decision_table.h"

#include <fstream>
#include <sstream>

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(decision_table)

namespace {

std::string table_text() {
    std::ifstream file(CASEBRIDGE_SOURCE_DIR "/tests/vectors/decision-table.txt");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// What a row's `then` says.
struct Expected {
    bool allowed = false;
    std::set<std::string> denials;
    struct Field {
        std::string id;
        Form form = Form::withheld;
        std::string code;
    };
    std::vector<Field> fields;
};

Expected::Field read_field(std::string const& text) {
    std::istringstream words(text);
    std::string id, form, code, rest;
    words >> id >> form >> code >> rest;
    auto const parsed = parse_form(form);
    bool const coded = code.empty() || (code.front() == '(' && code.back() == ')');
    if (find_field(id) == nullptr || !parsed || !coded || !rest.empty()) {
        throw std::runtime_error("expected `field form (code)`: " + text);
    }
    return {id, *parsed, code.empty() ? code : code.substr(1, code.size() - 2)};
}

Expected read_expected(std::vector<std::string> const& then) {
    Expected expected;
    auto const& first = then.at(0);
    if (first == "allow") {
        expected.allowed = true;
        for (std::size_t i = 1; i < then.size(); ++i) expected.fields.push_back(read_field(then[i]));
        return expected;
    }
    if (!first.starts_with("deny release.") || then.size() != 1) throw std::runtime_error("expected allow or deny");
    std::istringstream codes(first.substr(5));
    std::string code;
    while (codes >> code) {
        if (code.ends_with(',')) code.pop_back();
        expected.denials.insert(code);
    }
    return expected;
}

std::string joined(std::set<std::string> const& words) {
    std::string text;
    for (auto const& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

void check_row(TableRow const& row) {
    Situation situation;
    // The purpose and the kinds come first, whatever their place: other words change the terms of that purpose.
    for (bool const first : {true, false}) {
        for (auto const& phrase : row.given) {
            bool const frame = phrase.starts_with("purpose ") || phrase.starts_with("kinds ") || phrase == "a child";
            if (frame != first) continue;
            if (!apply(phrase, situation)) throw std::runtime_error("unknown words: " + phrase);
        }
    }
    auto const expected = read_expected(row.then);
    auto const decided = situation.decide();
    BOOST_CHECK_MESSAGE(decided.decision->allowed() == expected.allowed && decided.denial_codes() == expected.denials,
                        row.line << ": " << row.situation << ": got "
                                 << (decided.decision->allowed() ? "allow" : joined(decided.denial_codes())));
    for (auto const& [id, form, code] : expected.fields) {
        auto const* field = decided.field(id);
        BOOST_REQUIRE_MESSAGE(field != nullptr, row.line << ": no decision for " << id);
        BOOST_CHECK_MESSAGE(field->form == form && (code.empty() || field->reason.code == code),
                            row.line << ": " << row.situation << ": " << id << " is " << to_text(field->form) << " ("
                                     << field->reason.code << ")");
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_row_of_the_decision_table_holds) {
    auto const rows = read_table(table_text());
    BOOST_CHECK_GE(rows.size(), 60u);
    for (auto const& row : rows) {
        try {
            check_row(row);
        } catch (std::exception const& failure) {
            BOOST_ERROR("decision-table.txt:" << row.line << ": " << row.situation << ": " << failure.what());
        }
    }
}

BOOST_AUTO_TEST_CASE(words_the_table_does_not_know_are_refused) {
    Situation situation;
    BOOST_CHECK(!apply("the moon is full", situation));
    BOOST_CHECK_THROW(apply("agreement silent on shoe_size", situation), std::runtime_error);
    BOOST_CHECK_THROW(read_expected({"perhaps"}), std::runtime_error);
    BOOST_CHECK_THROW(read_expected({"allow", "shoe_size exact"}), std::runtime_error);
    BOOST_CHECK_THROW(read_table("A row\n  given  nothing unusual\nAnother row\n"), std::runtime_error);
    BOOST_CHECK_THROW(read_table("A row\n  whenever  nothing unusual\n"), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
