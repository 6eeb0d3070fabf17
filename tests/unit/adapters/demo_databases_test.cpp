// The demonstration databases through their field maps: everybody loads, and the published table comes out again.
#include "adapters/open_case_source.h"
#include "policies/fields.h"
#include "tests/support/demo/national_databases.h"
#include "tests/unit/adapters/adapter_fixtures.h"

#include <set>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(demo_databases)

namespace {

using namespace casebridge;
using namespace casebridge::test;

Date const today = std::chrono::year(2026) / 11 / 23;
std::string const raw_key(64, 'c');
std::filesystem::path const source_directory = CASEBRIDGE_SOURCE_DIR;

std::vector<Kind> counts() {
    return read_counts(source_directory / "tests/vectors/thailand-shelters-2017.csv");
}

struct Ministry {
    TemporaryDirectory directory;
    std::unique_ptr<CaseSource> source;

    void open(std::string const& node, std::string const& key = "") {
        auto const map = directory.path() / "map.yaml";
        std::filesystem::copy_file(source_directory / "packaging/demo/field-maps" / (node + ".yaml"), map);
        auto opened = open_case_source(map, Secret::from_text(key));
        BOOST_REQUIRE_MESSAGE(opened, detail_of(opened));
        source = *std::move(opened);
    }
    [[nodiscard]] std::filesystem::path file() const { return directory.path() / "national.db"; }

    /// Every case, by way of the list.
    std::vector<SourcedCase> load_all() const {
        std::vector<SourcedCase> all;
        std::string after;
        for (bool more = true; more;) {
            auto const page = source->list(after, 50, today);
            BOOST_REQUIRE_MESSAGE(page, detail_of(page));
            BOOST_TEST(page->unreadable == 0);
            more = page->more;
            for (auto const& listing : page->cases) {
                auto sourced = source->load(listing.id);
                BOOST_REQUIRE_MESSAGE(sourced, detail_of(sourced));
                BOOST_TEST(sourced->left_out.empty());
                all.push_back(*std::move(sourced));
                after = listing.id.text();
            }
        }
        return all;
    }
};

std::unique_ptr<Ministry> thailand(std::uint64_t seed = 1) {
    auto ministry = std::make_unique<Ministry>();
    write_thailand(ministry->file(), counts(), seed, today);
    ministry->open("th-msdhs");
    return ministry;
}

std::string code(CaseRecord const& record, std::string_view field) {
    auto const* const value = record.find(field);
    return value == nullptr ? "" : std::get<std::string>(*value);
}

std::string only_code(CaseRecord const& record, std::string_view field) {
    auto const* const value = record.find(field);
    if (value == nullptr) return "";
    auto const& codes = std::get<std::vector<std::string>>(*value);
    return codes.size() == 1 ? codes.front() : "several";
}

/// The cell of the published table a case belongs to, as a CaseSource tells it.
Kind kind_of(CaseRecord const& record) {
    auto const age = age_at(record, today);
    BOOST_REQUIRE(age.has_value());
    auto const harm = only_code(record, field::exploitation_types);
    return {only_code(record, field::citizenship),
            harm == "SexualExploitation" ? Exploitation::sexual_exploitation
            : harm == "ForcedLabour"     ? Exploitation::forced_labour
                                         : Exploitation::begging,
            *age < 15   ? "0-14"
            : *age < 18 ? "15-17"
                        : "18+",
            code(record, field::sex) == "male" ? Sex::male : Sex::female};
}

std::size_t names_of_kind(CaseRecord const& record, std::string const& kind) {
    std::size_t count = 0;
    for (auto const& entry : record.entries()) {
        auto const found = entry.values.find(field::names::kind);
        if (entry.group == Group::names && found != entry.values.end() && found->second == FieldValue(kind)) ++count;
    }
    return count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_thai_database_reproduces_the_published_table_exactly) {
    auto expected = counts();
    BOOST_TEST(expected.size() == 360);
    std::vector<Kind> found;
    auto const ministry = thailand();
    for (auto const& sourced : ministry->load_all()) found.push_back(kind_of(sourced.record));
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    BOOST_TEST((found == expected));
}

BOOST_AUTO_TEST_CASE(every_person_has_a_legal_name_and_its_transliteration) {
    auto const ministry = thailand();
    for (auto const& sourced : ministry->load_all()) {
        BOOST_TEST(names_of_kind(sourced.record, "legal") == 1);
        BOOST_TEST(names_of_kind(sourced.record, "transliterated") == 1);
    }
}

BOOST_AUTO_TEST_CASE(the_adult_of_the_return_example_has_all_a_return_needs) {
    auto const sourced = thailand()->source->load(CaseId(std::string(adult_return_case)));
    BOOST_REQUIRE_MESSAGE(sourced, detail_of(sourced));
    auto const& record = sourced->record;
    BOOST_TEST((kind_of(record) == Kind{"KH", Exploitation::forced_labour, "18+", Sex::male}));
    BOOST_TEST((majority_at(record, today) == Majority::adult));
    for (auto const field : field::return_conditions) BOOST_TEST(record.find(field) != nullptr, field);
    for (auto const field : field::status_attribution) BOOST_TEST(record.find(field) != nullptr, field);
    BOOST_TEST(code(record, field::trafficking_status) == "ActualVictimOfTrafficking");
    BOOST_TEST(code(record, field::return_country) == "KH");
    BOOST_TEST(code(record, field::return_voluntary) == "voluntary");
    BOOST_TEST(sourced->record.facts().withhold_from.empty());
}

BOOST_AUTO_TEST_CASE(the_child_of_the_refusal_example_lacks_only_the_consent) {
    auto const sourced = thailand()->source->load(CaseId(std::string(child_case)));
    BOOST_REQUIRE_MESSAGE(sourced, detail_of(sourced));
    BOOST_TEST((kind_of(sourced->record) == Kind{"KH", Exploitation::begging, "0-14", Sex::female}));
    BOOST_TEST((majority_at(sourced->record, today) == Majority::minor));
    BOOST_TEST(sourced->consents.empty());
    BOOST_REQUIRE(sourced->record.facts().guardian.has_value());
    BOOST_TEST(!sourced->record.facts().guardian->suspect);
    BOOST_TEST((sourced->record.facts().best_interests_note == Known::yes));
}

BOOST_AUTO_TEST_CASE(the_same_seed_writes_the_same_people_and_another_one_others) {
    auto const people = [](std::uint64_t seed) {
        std::string all;
        for (auto const& sourced : thailand(seed)->load_all()) {
            all += sourced.record.id().text() + to_iso8601(std::get<Date>(*sourced.record.find(field::birth_date)));
        }
        return to_hex(sha256(as_bytes(all)).view());
    };
    auto const first = people(7);
    BOOST_TEST(first == people(7));
    BOOST_TEST(first != people(8));
}

BOOST_AUTO_TEST_CASE(everybody_in_the_cambodian_database_loads_with_its_key) {
    Ministry ministry;
    write_cambodia(ministry.file(), raw_key, 1, today);
    ministry.open("kh-mosvy", raw_key);
    auto const all = ministry.load_all();
    BOOST_TEST(all.size() == 40);
    for (auto const& sourced : all) {
        BOOST_TEST(sourced.record.find(field::exploitation_types) != nullptr);
        BOOST_TEST(names_of_kind(sourced.record, "legal") == 1);
        BOOST_TEST(names_of_kind(sourced.record, "transliterated") == 1);
    }
    auto const lao = ministry.source->load(CaseId(std::string(lao_in_cambodia_case)));
    BOOST_REQUIRE_MESSAGE(lao, detail_of(lao));
    BOOST_TEST(only_code(lao->record, field::citizenship) == "LA");
    BOOST_TEST((majority_at(lao->record, today) == Majority::adult));
    for (auto const field : field::return_conditions) BOOST_TEST(lao->record.find(field) != nullptr, field);
}

BOOST_AUTO_TEST_CASE(the_cambodian_database_is_closed_to_another_key_and_holds_no_readable_name) {
    Ministry ministry;
    write_cambodia(ministry.file(), raw_key, 1, today);
    auto const map = ministry.directory.path() / "map.yaml";
    std::filesystem::copy_file(source_directory / "packaging/demo/field-maps/kh-mosvy.yaml", map);
    BOOST_TEST(code_of(open_case_source(map, Secret::from_text(std::string(64, 'd')))) == "source.wrong_key");
    std::ifstream in(ministry.file(), std::ios::binary);
    std::string const bytes(std::istreambuf_iterator<char>(in), {});
    BOOST_TEST(!contains(bytes, "sammnum_rueng"));
    BOOST_TEST(!contains(bytes, "ស្រី"));
}

BOOST_AUTO_TEST_CASE(everybody_in_the_lao_database_loads_with_the_consents_it_holds) {
    Ministry ministry;
    write_laos(ministry.file(), 1, today);
    ministry.open("la-mlsw");
    auto const all = ministry.load_all();
    BOOST_TEST(all.size() == 20);
    std::size_t consents = 0;
    for (auto const& sourced : all) consents += sourced.consents.size();
    BOOST_TEST(consents == 8);

    auto const sourced = ministry.source->load(CaseId(std::string(consented_lao_case)));
    BOOST_REQUIRE_MESSAGE(sourced, detail_of(sourced));
    BOOST_REQUIRE(sourced->consents.size() == 2);
    Timestamp const now = std::chrono::sys_days(today);
    auto const thai = NodeId::parse("th-msdhs");
    auto const office = parse_office("nakhon-phanom-shelter");
    BOOST_REQUIRE((thai && office));
    for (auto const& consent : sourced->consents) {
        BOOST_TEST(consent.covers(*thai, *office));
        BOOST_TEST(consent.live(now) == (consent.purpose == Purpose::family_tracing));
    }
}

BOOST_AUTO_TEST_CASE(counts_that_do_not_add_up_are_refused) {
    TemporaryDirectory const directory;
    auto const file = directory.write("counts.csv", "nationality,begging_18+_M,total\nTH,2,3\n");
    BOOST_CHECK_THROW(read_counts(file), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
