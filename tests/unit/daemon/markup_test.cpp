#include "daemon/cli/markup.h"

#include "tests/support/markup_check.h"

#include <boost/test/unit_test.hpp>

using namespace casebridge::cli;
using casebridge::test::wrong_markup;

BOOST_AUTO_TEST_SUITE(markup)

namespace {

std::string cell(std::string_view text) {
    std::string out;
    append_csv_cell(out, text);
    return out;
}

std::string page(std::string const& body) {
    return html_head("t", "th", Orientation::portrait, "") + body + std::string(html_end);
}

}  // namespace

BOOST_AUTO_TEST_CASE(text_stays_text_in_a_page) {
    BOOST_CHECK_EQUAL(html_text("<script>alert('1')</script> & \"x\""),
                      "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;");
    BOOST_CHECK_EQUAL(html_text("กรณี ករណី ກໍລະນີ အမှုတွဲ trường hợp"), "กรณี ករណី ກໍລະນີ အမှုတွဲ trường hợp");
    BOOST_CHECK_EQUAL(html_text("a\nb"), "a\\nb");
    BOOST_CHECK_EQUAL(html_text("<\xE2\x80\xAE>"), "&lt;\\u202e&gt;");  // a change of the reading direction
    BOOST_CHECK_EQUAL(html_text("\x1b[31m"), "\\x1b[31m");
    BOOST_CHECK_EQUAL(html_text("\xFF<"), "\\xff&lt;");
    BOOST_CHECK_EQUAL(html_text(std::string_view("\0", 1)), "\\x00");
    BOOST_CHECK_EQUAL(html_text(""), "");
}

BOOST_AUTO_TEST_CASE(a_page_loads_nothing_runs_nothing_and_says_what_it_is) {
    auto const head = html_head("A & B", "km\"><x", Orientation::landscape, ".x{}");
    BOOST_CHECK(head.find("lang=\"km&quot;&gt;&lt;x\"") != std::string::npos);
    BOOST_CHECK(head.find("<title>A &amp; B</title>") != std::string::npos);
    BOOST_CHECK(head.find("@page{size:A4 landscape") != std::string::npos);
    BOOST_CHECK(head.find("default-src 'none'") != std::string::npos);
    for (auto const* part : {"<script", "http://fonts", "https://", "url(", "@import", "<link", "src="})
        BOOST_CHECK_MESSAGE(head.find(part) == std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(the_check_of_pages_finds_what_is_wrong) {
    BOOST_CHECK_EQUAL(wrong_markup(page("<p>a &amp; &#39;<br/></p>")), "");
    for (auto const* body :
         {"<p>", "</p>", "<p><b></p></b>", "a & b", "a &nbsp; b", "<p class=x></p>", "a < b", "<P></P>"})
        BOOST_CHECK_MESSAGE(!wrong_markup(page(body)).empty(), body);
    BOOST_CHECK_EQUAL(wrong_markup("<html></html>"), "no doctype");
}

BOOST_AUTO_TEST_CASE(no_cell_is_a_formula_and_none_ends_early) {
    BOOST_CHECK_EQUAL(cell("plain, text"), "\"plain, text\"");
    BOOST_CHECK_EQUAL(cell("a \"b\"\r\nc"), "\"a \"\"b\"\"\r\nc\"");
    BOOST_CHECK_EQUAL(cell(""), "\"\"");
    for (auto const* formula : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "|calc", "%x", "＝1", " ＠x"})
        BOOST_CHECK_EQUAL(cell(formula), "\"'" + std::string(formula) + "\"");
    BOOST_CHECK_EQUAL(cell("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
    BOOST_CHECK_EQUAL(cell("ก=1"), "\"ก=1\"");
}

BOOST_AUTO_TEST_SUITE_END()
