#include "daemon/sharing.h"
#include "tests/support/check_code.h"

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(release_memo)

namespace {

ReleaseMemo memo() {
    return {CaseId{"TH-2560-\"1\"\n"},
            "vital_interest",
            "consent-1",
            sha256(as_bytes("agreement")),
            {{"sex", {}, Form::exact}, {"names.given", 0, Form::exact}, {"birth_date", {}, Form::year_month}}};
}

std::string text_of(ReleaseMemo const& value) {
    return to_text(value.to_bytes());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_memo_comes_back_as_it_was_written) {
    auto const written = memo();
    auto const read = must(ReleaseMemo::parse(written.to_bytes()));
    BOOST_CHECK(read.case_id == written.case_id);
    BOOST_CHECK_EQUAL(read.legal_basis, written.legal_basis);
    BOOST_CHECK_EQUAL(read.consent_id, written.consent_id);
    BOOST_CHECK(read.agreement == written.agreement);
    BOOST_CHECK(read.released == written.released);
}

BOOST_AUTO_TEST_CASE(a_memo_of_an_empty_release_comes_back) {
    auto written = memo();
    written.released.clear();
    written.legal_basis.clear();
    BOOST_CHECK(must(ReleaseMemo::parse(written.to_bytes())).released.empty());
}

BOOST_AUTO_TEST_CASE(a_damaged_memo_is_refused_whole) {
    auto const valid = text_of(memo());
    auto const with = [&valid](std::string const& from, std::string const& to) {
        auto text = valid;
        auto const at = text.find(from);
        BOOST_REQUIRE(at != std::string::npos);
        return ReleaseMemo::parse(to_bytes(text.replace(at, from.size(), to)));
    };
    CHECK_CODE(with("\"released\"", "\"other\""), "store.corrupt");
    CHECK_CODE(with("\"case\"", "\"other\""), "store.corrupt");
    CHECK_CODE(with("\"year_month\"", "\"closer\""), "store.corrupt");
    CHECK_CODE(with("\"entry\":0", "\"entry\":-1"), "store.corrupt");
    CHECK_CODE(with("\"entry\":0", "\"entry\":\"0\""), "store.corrupt");
    CHECK_CODE(with(sha256(as_bytes("agreement")).hex(), "00"), "store.corrupt");
    CHECK_CODE(ReleaseMemo::parse(to_bytes(valid.substr(0, valid.size() - 1))), "store.corrupt");
    CHECK_CODE(ReleaseMemo::parse({}), "store.corrupt");
    CHECK_CODE(ReleaseMemo::parse(to_bytes(std::string_view("[]"))), "store.corrupt");
}

BOOST_AUTO_TEST_SUITE_END()
