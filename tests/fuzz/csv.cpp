// What is read of a CSV file, in any encoding and in any pieces, is a table: rows as wide as the header, of valid
// UTF-8, which written again reads as the same; everything else is refused with a place and nothing of the text.
#include "adapters/csv_parser.h"
#include "adapters/text_decoder.h"
#include "policies/unicode.h"
#include "tests/fuzz/invariant.h"

using namespace casebridge;

namespace {

using Field = std::optional<std::string>;

struct Table {
    std::vector<std::vector<Field>> rows;
    Status status = Done{};
};

Table read(std::string const& utf8, std::size_t piece) {
    Table table;
    CsvParser parser({}, [&](CsvParser::Row const& row) -> Status {
        auto& added = table.rows.emplace_back();
        for (auto const& field : row) added.push_back(field ? Field(*field) : std::nullopt);
        return Done{};
    });
    for (std::size_t at = 0; at < utf8.size() && table.status; at += piece) {
        table.status = parser.feed(std::string_view(utf8).substr(at, piece));
    }
    if (table.status) table.status = parser.finish();
    return table;
}

std::string write(Table const& table) {
    std::string text;
    for (auto const& row : table.rows) {
        for (std::size_t at = 0; at < row.size(); ++at) {
            if (at > 0) text += ',';
            if (!row[at]) continue;
            text += '"';
            for (char const c : *row[at]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
            text += '"';
        }
        text += '\n';
    }
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const bytes(data, data + size);
    for (auto const encoding : TextDecoder::encodings()) {
        auto decoder = TextDecoder::make(encoding);
        FUZZ_INVARIANT(decoder);
        std::string utf8;
        auto const outcome = decoder->decode(bytes, true, utf8);
        FUZZ_INVARIANT(is_utf8(utf8));
        if (outcome == TextDecoder::Outcome::malformed) continue;
        auto const table = read(utf8, 4096);
        auto const in_pieces = read(utf8, 3);
        FUZZ_INVARIANT(static_cast<bool>(table.status) == static_cast<bool>(in_pieces.status));
        FUZZ_INVARIANT(table.rows == in_pieces.rows);
        if (!table.status) {
            FUZZ_INVARIANT(table.status.error().code == "source.bad_export");
            FUZZ_INVARIANT(table.status.error().detail.size() < 200);
            continue;
        }
        ++fuzz_accepted;
        for (auto const& row : table.rows) FUZZ_INVARIANT(row.size() == table.rows.front().size());
        FUZZ_INVARIANT(read(write(table), 4096).rows == table.rows);
    }
    return 0;
}
