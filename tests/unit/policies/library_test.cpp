#include "tests/support/yaml_edit.h"

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

using namespace casebridge;
using namespace casebridge::test;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(policy_library)

namespace {

fs::path const library = fs::path(CASEBRIDGE_SOURCE_DIR) / "policies/library";

std::vector<fs::path> files_in(std::string const& folder) {
    std::vector<fs::path> files;
    for (auto const& entry : fs::directory_iterator(library / folder)) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

std::string read(fs::path const& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string line_of(std::string const& text, int number) {
    std::istringstream lines(text);
    std::string line;
    for (int i = 0; i < number; ++i) std::getline(lines, line);
    return line;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_pair_has_a_template_and_no_template_loads) {
    std::vector<std::string> names;
    for (auto const& path : files_in("agreements")) {
        names.push_back(path.stem().string());
        CHECK_CODE(Agreement::load(must(load_yaml(path))), "agreement.is_template");
    }
    std::vector<std::string> const pairs{"kh-cn", "kh-vn", "mm-cn", "th-cn", "th-kh",
                                         "th-la", "th-mm", "th-vn", "vn-cn", "vn-la"};
    BOOST_CHECK_EQUAL_COLLECTIONS(names.begin(), names.end(), pairs.begin(), pairs.end());
}

BOOST_AUTO_TEST_CASE(a_template_lacks_nothing_but_what_it_says_is_to_be_filled_in) {
    for (auto const& path : files_in("agreements")) {
        auto const text = replaced(read(path), "\ntemplate: true", "\ntemplate: false");
        auto const result = Agreement::load(yaml_file(text, "t"));
        BOOST_TEST_CONTEXT(path) {
            CHECK_CODE(result, "agreement.invalid");
            if (result) continue;
            std::istringstream complaints(result.error().detail);
            for (std::string complaint; std::getline(complaints, complaint);) {
                auto const line = line_of(text, std::stoi(complaint.substr(2)));
                BOOST_CHECK_MESSAGE(line.find("TO BE FILLED IN") != std::string::npos, complaint);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(there_is_a_policy_for_every_purpose_and_each_loads) {
    auto const files = files_in("policies");
    BOOST_CHECK_EQUAL(files.size(), purpose_count);
    for (auto const& path : files) {
        BOOST_TEST_CONTEXT(path) {
            auto const policy = must(SharingPolicy::load(must(load_yaml(path))));
            BOOST_REQUIRE_EQUAL(policy.rules().size(), 1u);
            BOOST_CHECK_EQUAL(to_text(policy.rules()[0].purpose), path.stem().string());
        }
    }
}

BOOST_AUTO_TEST_CASE(the_examples_load_and_say_that_they_are_examples) {
    for (auto const& path : files_in("examples/agreements")) {
        CHECK_ACCEPTED(Agreement::load(must(load_yaml(path))));
        BOOST_CHECK(read(path).starts_with("# Example: not a real agreement."));
    }
    for (auto const& path : files_in("examples/policies")) {
        CHECK_ACCEPTED(SharingPolicy::load(must(load_yaml(path))));
        BOOST_CHECK(read(path).starts_with("# Example: not a real policy"));
    }
    for (auto const& path : files_in("examples/consents")) {
        CHECK_ACCEPTED(Consent::load(must(load_yaml(path))));
        BOOST_CHECK(read(path).starts_with("# Example: no real person."));
    }
}

BOOST_AUTO_TEST_CASE(the_example_consents_cite_the_example_form_by_its_digest) {
    auto const digest = sha256(as_bytes(read(library / "forms/consent-en.md")));
    auto const files = files_in("examples/consents");
    BOOST_CHECK_GE(files.size(), 3u);
    for (auto const& path : files) {
        BOOST_CHECK_EQUAL(must(Consent::load(must(load_yaml(path)))).form.sha256.hex(), digest.hex());
    }
}

BOOST_AUTO_TEST_CASE(no_example_agreement_joins_cambodia_and_lao_pdr) {
    for (auto const& path : files_in("examples/agreements")) {
        auto const agreement = must(Agreement::load(must(load_yaml(path))));
        BOOST_CHECK(agreement.party(node("kh-mosvy")) == nullptr || agreement.party(node("la-mlsw")) == nullptr);
        BOOST_CHECK(agreement.in_force(at_noon("2026-11-24")));
    }
}

BOOST_AUTO_TEST_CASE(the_example_return_is_allowed_between_the_example_parties) {
    auto agreement = must(Agreement::load(must(load_yaml(library / "examples/agreements/th-msdhs--kh-mosvy.yaml"))));
    SignedAgreement const signed_agreement{std::move(agreement), {node("th-msdhs"), node("kh-mosvy")}};
    auto const policy = must(SharingPolicy::load(must(load_yaml(library / "examples/policies/th-msdhs.yaml"))));
    auto consent = must(Consent::load(must(load_yaml(library / "examples/consents/return-adult.yaml"))));
    Situation const usual;
    consent.case_id = usual.record().id();
    auto const record = usual.record();
    ReleaseRequest const request{.record = &record,
                                 .sender = usual.sender,
                                 .sender_kind = NodeKind::welfare,
                                 .recipient = usual.recipient,
                                 .recipient_kind = NodeKind::welfare,
                                 .purpose = Purpose::return_and_handover,
                                 .agreements = {&signed_agreement},
                                 .consents = {&consent},
                                 .policies = {&policy},
                                 .now = usual.now};
    auto const decision = release(request);
    BOOST_CHECK(decision.allowed());
    BOOST_CHECK(decision.form_of("birth_date") == Form::year);
    BOOST_CHECK(decision.form_of("exploitation_types") == Form::withheld);
    BOOST_CHECK(decision.form_of("trafficking_status") == Form::exact);
}

BOOST_AUTO_TEST_CASE(every_code_of_a_decision_is_explained_in_the_readme) {
    auto const folder = fs::path(CASEBRIDGE_SOURCE_DIR) / "policies";
    auto const readme = read(folder / "README.md");
    std::set<std::string> codes;
    std::regex const literal("\"(release\\.[a-z0-9_]+)\"");
    for (auto const& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() != ".cpp") continue;
        auto const text = read(entry.path());
        for (std::sregex_iterator at(text.begin(), text.end(), literal), end; at != end; ++at) codes.insert((*at)[1]);
    }
    BOOST_CHECK_GE(codes.size(), 40u);
    for (auto const& code : codes) BOOST_CHECK_MESSAGE(readme.find("| `" + code + "` |") != std::string::npos, code);
}

BOOST_AUTO_TEST_SUITE_END()
