#include "policies/ids.h"

#include "parsing.h"
#include "policies/purpose.h"

#include <set>

#include <boost/test/unit_test.hpp>

using namespace casebridge;
using test::refusal_of;

BOOST_AUTO_TEST_SUITE(ids)

namespace {

constexpr std::string_view valid_id = "019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c3";
Timestamp const some_time{std::chrono::milliseconds(0x017F22E279B0)};

}  // namespace

// The example of RFC 9562, appendix A.6: 2022-02-22 14:22:22.00 GMT-05:00 and the random bits below.
BOOST_AUTO_TEST_CASE(a_message_id_is_the_rfc_9562_example) {
    std::string const random = "\x0C\xC3\x18\xC4\xDC\x0C\x0C\x07\x39\x8F";
    BOOST_TEST(MessageId::make(some_time, random).text() == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

BOOST_AUTO_TEST_CASE(a_made_message_id_parses_to_itself) {
    std::mt19937 random(1);
    for (int i = 0; i < 1000; ++i) {
        std::string bytes(10, '\0');
        for (auto& byte : bytes) byte = static_cast<char>(random());
        auto const id = MessageId::make(some_time + std::chrono::milliseconds(i), bytes);
        auto const parsed = MessageId::parse(id.text());
        BOOST_REQUIRE(parsed);
        BOOST_TEST((*parsed == id));
    }
}

BOOST_AUTO_TEST_CASE(a_later_message_id_sorts_after_an_earlier_one) {
    auto const early = MessageId::make(some_time, std::string(10, '\xFF'));
    auto const late = MessageId::make(some_time + std::chrono::milliseconds(1), std::string(10, '\0'));
    BOOST_TEST((early < late));
}

BOOST_AUTO_TEST_CASE(a_message_id_from_too_few_random_bytes_throws) {
    BOOST_CHECK_THROW(MessageId::make(some_time, "nine byte"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_message_id_of_a_time_before_1970_throws) {
    BOOST_CHECK_THROW(MessageId::make(Timestamp(std::chrono::milliseconds(-1)), std::string(10, 'x')),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_message_id_in_any_other_form_is_refused) {
    BOOST_TEST(refusal_of(MessageId::parse(valid_id)) == "");
    for (std::string_view const text : {
             "",
             "019A1B2C-3D4E-7A5B-8C6D-7E8F90A1B2C3",    // upper case
             "019a1b2c-3d4e-4a5b-8c6d-7e8f90a1b2c3",    // version 4
             "019a1b2c-3d4e-7a5b-7c6d-7e8f90a1b2c3",    // variant 0
             "019a1b2c-3d4e-7a5b-cc6d-7e8f90a1b2c3",    // variant 110
             "019a1b2c3d4e7a5b8c6d7e8f90a1b2c3",        // no hyphens
             "{019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c3}",  // braces
             "019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c",     // short
             "019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2c3 ",   // trailing space
             "019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2cg",    // no digit
             "019a1b2c-3d4e-7a5b-8c6d-7e8f90a1b2-3",    // hyphen in the wrong place
         }) {
        BOOST_TEST(refusal_of(MessageId::parse(text)) == "message_id.malformed");
    }
}

BOOST_AUTO_TEST_CASE(a_subject_reference_is_32_lower_case_hexadecimal_digits) {
    auto const made = SubjectReference::from_random(
        std::string("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\xFF", 16));
    BOOST_TEST(made.text() == "000102030405060708090a0b0c0d0eff");
    BOOST_REQUIRE(SubjectReference::parse(made.text()));
    BOOST_TEST((*SubjectReference::parse(made.text()) == made));
    for (std::string_view const text : {"", "000102030405060708090A0B0C0D0EFF", "000102030405060708090a0b0c0d0ef",
                                        "000102030405060708090a0b0c0d0eff0", "000102030405060708090a0b0c0d0efg"}) {
        BOOST_TEST(refusal_of(SubjectReference::parse(text)) == "subject.malformed");
    }
    BOOST_CHECK_THROW(SubjectReference::from_random("short"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(an_office_is_lower_case_letters_digits_and_inner_hyphens) {
    for (std::string_view const text : {"ab", "poipet-transit-centre", "1300"}) {
        BOOST_TEST(refusal_of(parse_office(text)) == "");
    }
    BOOST_TEST(refusal_of(parse_office(std::string(40, 'a'))) == "");
    for (std::string_view const text : {"", "a", "-ab", "ab-", "Ab", "a b", "a/b", "a_b", "ปอย"}) {
        BOOST_TEST(refusal_of(parse_office(text)) == "office.malformed");
    }
    BOOST_TEST(refusal_of(parse_office(std::string(41, 'a'))) == "office.malformed");
}

BOOST_AUTO_TEST_CASE(every_purpose_and_kind_of_node_reads_back_from_its_name) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < purpose_count; ++i) {
        auto const purpose = static_cast<Purpose>(i);
        names.insert(to_text(purpose));
        BOOST_REQUIRE(parse_purpose(to_text(purpose)));
        BOOST_TEST((*parse_purpose(to_text(purpose)) == purpose));
    }
    BOOST_TEST(names.size() == purpose_count);
    for (auto const kind :
         {NodeKind::welfare, NodeKind::police, NodeKind::justice, NodeKind::health, NodeKind::organisation}) {
        BOOST_REQUIRE(parse_node_kind(to_text(kind)));
        BOOST_TEST((*parse_node_kind(to_text(kind)) == kind));
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_purpose_is_refused_with_the_nearest_one_and_without_the_word_given) {
    auto const refused = parse_purpose("family_traceing");
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().code == "purpose.unknown");
    BOOST_TEST(refused.error().detail == "did you mean `family_tracing`?");
    BOOST_TEST(refusal_of(parse_purpose("")) == "purpose.unknown");
    BOOST_TEST(refusal_of(parse_purpose("Referral")) == "purpose.unknown");
    BOOST_TEST(parse_purpose("FAMILY-TRACE").error().detail == "");
    BOOST_TEST(refusal_of(parse_node_kind("polize")) == "node_kind.unknown");
    BOOST_TEST(parse_node_kind("polize").error().detail == "did you mean `police`?");
}

BOOST_AUTO_TEST_CASE(mutated_identifiers_parse_or_are_refused_with_their_own_code) {
    std::mt19937 random(2);
    for (int i = 0; i < test::mutation_rounds; ++i) {
        auto const text = test::mutated(std::string(valid_id), random);
        auto const id = refusal_of(MessageId::parse(text));
        BOOST_REQUIRE((id.empty() || id == "message_id.malformed"));
        auto const subject = refusal_of(SubjectReference::parse(text));
        BOOST_REQUIRE((subject.empty() || subject == "subject.malformed"));
        auto const office = refusal_of(parse_office(text));
        BOOST_REQUIRE((office.empty() || office == "office.malformed"));
    }
}

BOOST_AUTO_TEST_SUITE_END()
