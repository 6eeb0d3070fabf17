#include "crypto/der_reader.h"

#include "tests/support/check_code.h"

namespace casebridge::test {
BOOST_AUTO_TEST_SUITE(der_reader)

namespace {

constexpr DerCodes kCodes{"truncated", "indefinite", "not minimal", "structure"};

std::string read(Bytes const& input) {
    DerReader reader(input, kCodes);
    return code_of(reader.any());
}

}  // namespace

BOOST_AUTO_TEST_CASE(elements_are_read_one_after_the_other) {
    Bytes const input{0x02, 0x01, 0x07, 0x30, 0x03, 0x04, 0x01, 0xff};
    DerReader reader(input, kCodes);
    auto const number = must(reader.expect(der::integer));
    BOOST_CHECK_EQUAL(number.content.size(), 1U);
    BOOST_CHECK_EQUAL(number.whole.size(), 3U);
    auto inside = must(reader.enter(der::sequence));
    BOOST_CHECK(reader.at_end());
    CHECK_ACCEPTED(inside.exactly(der::octet_string, Bytes{0xff}, "other"));
    CHECK_ACCEPTED(inside.finish());
    CHECK_CODE(inside.any(), "structure");
    CHECK_CODE(inside.expect(der::integer, "missing"), "missing");
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_has_the_code_asked_for) {
    Bytes const input{0x02, 0x01, 0x07};
    CHECK_CODE(DerReader(input, kCodes).expect(der::set, "other tag"), "other tag");
    CHECK_CODE(DerReader(input, kCodes).enter(der::set, "other tag"), "other tag");
    CHECK_CODE(DerReader(input, kCodes).exactly(der::integer, Bytes{0x08}, "other value"), "other value");
    CHECK_CODE(DerReader(input, kCodes).refuse(der::integer, "unwanted"), "unwanted");
    CHECK_ACCEPTED(DerReader(input, kCodes).refuse(der::set, "unwanted"));
    CHECK_CODE(DerReader(input, kCodes).finish("left over"), "left over");
}

BOOST_AUTO_TEST_CASE(lengths_are_definite_minimal_and_inside_the_input) {
    BOOST_CHECK_EQUAL(read({}), "structure");
    BOOST_CHECK_EQUAL(read({0x04}), "truncated");
    BOOST_CHECK_EQUAL(read({0x04, 0x00}), "(accepted)");
    BOOST_CHECK_EQUAL(read({0x04, 0x01}), "truncated");
    BOOST_CHECK_EQUAL(read({0x04, 0x80}), "indefinite");
    BOOST_CHECK_EQUAL(read({0x04, 0x81}), "truncated");
    BOOST_CHECK_EQUAL(read({0x04, 0x81, 0x00}), "not minimal");
    BOOST_CHECK_EQUAL(read({0x04, 0x81, 0x7f}), "not minimal");
    BOOST_CHECK_EQUAL(read({0x04, 0x81, 0x80}), "truncated");
    BOOST_CHECK_EQUAL(read({0x04, 0x82, 0x00, 0x80}), "not minimal");
    BOOST_CHECK_EQUAL(read({0x04, 0x82, 0xff}), "truncated");
    BOOST_CHECK_EQUAL(read({0x04, 0x84, 0xff, 0xff, 0xff, 0xff}), "truncated");
    BOOST_CHECK_EQUAL(read({0x04, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00}), "truncated");
    BOOST_CHECK_EQUAL(read({0x04, 0xff}), "truncated");
    Bytes longest{0x04, 0x81, 0x80};
    longest.resize(3 + 128);
    BOOST_CHECK_EQUAL(read(longest), "(accepted)");
}

BOOST_AUTO_TEST_CASE(tags_of_several_octets_are_refused) {
    BOOST_CHECK_EQUAL(read({0x1f, 0x81, 0x01, 0x00}), "structure");
    BOOST_CHECK_EQUAL(read({0xbf, 0x21, 0x00}), "structure");
}

BOOST_AUTO_TEST_CASE(integers_are_positive_and_minimal) {
    auto const positive = [](Bytes const& content) { return is_positive_integer(content, 3); };
    BOOST_CHECK(positive({0x01}));
    BOOST_CHECK(positive({0x00, 0x80}));
    BOOST_CHECK(positive({0x7f, 0xff, 0xff}));
    BOOST_CHECK(!positive({}));
    BOOST_CHECK(!positive({0x00}));
    BOOST_CHECK(!positive({0x00, 0x7f}));
    BOOST_CHECK(!positive({0x80}));
    BOOST_CHECK(!positive({0x01, 0x00, 0x00, 0x00}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
