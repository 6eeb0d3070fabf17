#include "adapters/csv_parser.h"

#include "adapters/text_decoder.h"
#include "tests/unit/adapters/adapter_fixtures.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(csv_parser)

namespace {

using namespace casebridge;
using namespace casebridge::test;

/// The rows as text: fields between brackets, none as -.
struct Parsed {
    std::string rows;
    Status status = Done{};
};

Parsed parse(std::string_view text, CsvDialect dialect = {}, std::size_t piece = 4096) {
    Parsed parsed;
    CsvParser parser(dialect, [&](CsvParser::Row const& row) -> Status {
        for (auto const& field : row) parsed.rows += field ? "[" + std::string(*field) + "]" : "-";
        parsed.rows += "\n";
        return Done{};
    });
    for (std::size_t at = 0; at < text.size() && parsed.status; at += piece) {
        parsed.status = parser.feed(text.substr(at, piece));
    }
    if (parsed.status) parsed.status = parser.finish();
    return parsed;
}

/// The decoded text, or what came before the malformed byte and then "!".
std::string decode(std::string_view encoding, std::string_view bytes, std::size_t piece = 4096) {
    auto decoder = TextDecoder::make(encoding);
    BOOST_REQUIRE(decoder);
    std::string text;
    for (std::size_t at = 0; at <= bytes.size(); at += piece) {
        bool const last = at + piece > bytes.size();
        if (decoder->decode(bytes.substr(at, piece), last, text) == TextDecoder::Outcome::malformed) return text + "!";
    }
    return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(rows_are_read_as_rfc_4180_has_them) {
    BOOST_TEST(parse("a,b\r\n1,2\r\n").rows == "[a][b]\n[1][2]\n");
    BOOST_TEST(parse("a,b\n\"x,\"\"y\"\"\nz\",\n").rows == "[a][b]\n[x,\"y\"\nz]-\n");
    BOOST_TEST(parse("a,b\n\"\",\n").rows == "[a][b]\n[]-\n");
    BOOST_TEST(parse("a\n\nx\n").rows == "[a]\n-\n[x]\n");
    BOOST_TEST(parse("a\n").rows == "[a]\n");
    BOOST_TEST(parse("ชื่อ,ທີ່ຢູ່\nมาลี,ວຽງຈັນ\n").rows == "[ชื่อ][ທີ່ຢູ່]\n[มาลี][ວຽງຈັນ]\n");
}

BOOST_AUTO_TEST_CASE(separator_and_quotation_mark_are_what_the_map_says) {
    CsvDialect dialect;
    dialect.separator = ';';
    dialect.quote = '\'';
    BOOST_TEST(parse("a;b\n'x;y';1,5\n", dialect).rows == "[a][b]\n[x;y][1,5]\n");
}

BOOST_AUTO_TEST_CASE(pieces_of_any_size_make_the_same_rows) {
    std::string const text = "a,b\r\n\"x\"\"\r\n\",มาลี\r\n,\"\"\r\n";
    for (std::size_t piece = 1; piece < 12; ++piece) BOOST_TEST(parse(text, {}, piece).rows == parse(text).rows);
}

BOOST_AUTO_TEST_CASE(what_is_not_clearly_a_row_is_refused_with_its_place_and_without_its_text) {
    struct Refused {
        std::string text, detail;
    };
    std::vector<Refused> const refused = {
        {"a,b\n1,\"2\n3,4\n", "2:3: a quotation mark that is not closed"},
        {"a,b\n1,2\n1,2,3\n", "3:1: 3 fields where the header has 2"},
        {"a,b\n\"x\ny\",2\n1\n", "4:1: 1 fields where the header has 2"},
        {"a,b\n1,2\n\n", "3:1: an empty line"},
        {"a,b\n1,2", "2:4: the last line has no line end: the file may have been cut off"},
        {"a,b\n1,\"2\"", "2:6: the last line has no line end: the file may have been cut off"},
        {"a,b\n1,2\r", "2:5: the last line has no line end: the file may have been cut off"},
        {"", "1:1: the file is empty: expected a header with the names of the columns"},
        {"a,b\nมา\"ลี,2\n", "2:3: a quotation mark inside a field that does not begin with one"},
        {"a,b\n\"1\"x,2\n", "2:4: text after the quotation mark that ends a field"},
        {"a,b\r1,2\r\n", "1:5: a carriage return without line feed"},
        {std::string("a,b\n1,\0\n", 8), "2:3: a NUL character"},
    };
    for (auto const& [text, detail] : refused) {
        for (std::size_t const piece : {std::size_t{1}, std::size_t{4096}}) {
            auto const parsed = parse(text, {}, piece);
            BOOST_TEST(code_of(parsed.status) == "source.bad_export", text);
            BOOST_TEST(detail_of(parsed.status) == detail, text);
        }
    }
}

BOOST_AUTO_TEST_CASE(fields_rows_and_columns_over_their_limits_are_refused) {
    CsvDialect dialect;
    dialect.maximum_field_bytes = 5;
    dialect.maximum_row_bytes = 8;
    dialect.maximum_columns = 3;
    BOOST_TEST(code_of(parse("a,b\n12345,123\n", dialect).status) == "");
    BOOST_TEST(detail_of(parse("a,b\n1,123456\n", dialect).status) == "2:1: field 2 of the row is longer than 5 bytes");
    BOOST_TEST(detail_of(parse("a,b\n12345,1234\n", dialect).status) == "2:1: the row is longer than 8 bytes");
    BOOST_TEST(detail_of(parse("a,b,c,d\n", dialect).status) == "1:1: more than 3 columns");
}

BOOST_AUTO_TEST_CASE(an_error_of_the_reader_of_rows_ends_the_reading) {
    CsvParser parser({}, [](CsvParser::Row const&) -> Status {
        return Error{ErrorKind::unavailable, "source.unavailable", "full"};
    });
    BOOST_TEST(code_of(parser.feed("a\nb\n")) == "source.unavailable");
}

BOOST_AUTO_TEST_CASE(encodings_of_the_region_become_utf8_in_pieces_of_any_size) {
    struct Encoded {
        std::string encoding, bytes, text;
    };
    std::vector<Encoded> const all = {
        {"utf-8",
         "\xEF\xBB\xBF"
         "มาลี\xF0\x9F\x91\xA9",
         "มาลี👩"},
        {"utf-16le", std::string("\xFF\xFE\x21\x0E\x3D\xD8\x69\xDC", 8), "ม👩"},
        {"utf-16be", std::string("\x0E\x21\xD8\x3D\xDC\x69", 6), "ม👩"},
        {"tis-620", "\xC1\xD2\xC5\xD5 5", "มาลี 5"},
        {"windows-874", "\x93\xC1\xD2\x94", "“มา”"},
        {"windows-1252", "caf\xE9 \x80", "café €"},
        {"windows-1258", "Nguy\xEA\xDEn", "Nguyê\u0303n"},
        {"gb18030", "\xD5\xC5\x95\x32\x82\x36", "张𠀀"},
        {"gbk", "\xD5\xC5", "张"},
        {"big5", "\xB1\x69", "張"},
        {"shift-jis", "\x8E\x52", "山"},
    };
    for (auto const& [encoding, bytes, text] : all) {
        BOOST_TEST_CONTEXT(encoding) {
            for (std::size_t piece = 1; piece < 6; ++piece) BOOST_TEST(decode(encoding, bytes, piece) == text);
        }
    }
    BOOST_TEST(all.size() == TextDecoder::encodings().size());
    BOOST_TEST(code_of(TextDecoder::make("ebcdic")) == "text.unknown_encoding");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_character_of_the_encoding_are_malformed_and_never_replaced) {
    BOOST_TEST(decode("utf-8", "ab\xC1\xD2") == "ab!");
    BOOST_TEST(decode("utf-8", "ab\xE0\xB8") == "ab!");      // half a character at the end
    BOOST_TEST(decode("utf-8", "ab\xED\xA0\x80") == "ab!");  // a surrogate
    BOOST_TEST(decode("tis-620", "ab\xDB") == "ab!");        // assigned to nothing
    BOOST_TEST(decode("windows-874", "ab\x81") == "ab!");
    BOOST_TEST(decode("windows-1252", "ab\x81") == "ab!");
    BOOST_TEST(decode("gb18030", "ab\x81\x30\x81") == "ab!");
    BOOST_TEST(decode("shift-jis", "ab\x81") == "ab!");
    BOOST_TEST(decode("utf-16le", std::string("a\0\x3D\xD8", 4)) == "a!");
    BOOST_TEST(decode("utf-16le", std::string("a\0b", 3)) == "a!");
}

BOOST_AUTO_TEST_SUITE_END()
