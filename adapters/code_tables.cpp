#include "adapters/code_tables.h"

#include "adapters/csv_parser.h"
#include "policies/unicode.h"

#include <fstream>
#include <set>
#include <utility>

namespace casebridge {
namespace {

constexpr std::size_t maximum_bytes = std::size_t{256} << 10;
constexpr std::size_t maximum_words = 5000;

Result<std::string> read_text(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text(maximum_bytes + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (!in && !in.eof()) return Error{ErrorKind::not_found, "file.unreadable", "cannot be read"};
    if (text.size() > maximum_bytes) return Error{ErrorKind::invalid, "yaml.too_large", "over 256 KiB"};
    if (!is_utf8(text)) return Error{ErrorKind::invalid, "yaml.not_utf8", "not UTF-8"};
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    return text.starts_with(byte_order_mark) ? text.substr(byte_order_mark.size()) : text;
}

/// The rows as entries of a mapping; what is wrong is complained about with its line.
std::vector<YamlNode::Entry> read_csv_table(std::string const& text, std::string const& file, std::string_view key,
                                            YamlComplaints& complaints) {
    std::vector<YamlNode::Entry> entries;
    std::set<std::string> seen;
    CsvParser* place = nullptr;
    bool header = true;
    auto const complain = [&](std::string_view what) {
        complaints.add({file, static_cast<int>(place->row_line())}, key, what);
    };
    CsvParser parser({}, [&](CsvParser::Row const& row) -> Status {
        if (row.size() != 2 || !row[0] || !row[1]) {
            complain("expected two columns, the database's word and ours");
        } else if (std::exchange(header, false)) {
            if (*row[0] != "code" || *row[1] != "means") complain("expected the header `code,means`");
        } else if (!seen.insert(std::string(*row[0])).second) {
            complain("expected each code of the database once");
        } else {
            SourceLine const at{file, static_cast<int>(place->row_line())};
            YamlNode value;
            value.kind = YamlNode::Kind::scalar;
            value.source = at;
            value.scalar = *row[1];
            entries.push_back({std::string(*row[0]), at.line, std::move(value)});
        }
        return Done{};
    });
    place = &parser;
    auto status = parser.feed(text);
    if (status) status = parser.finish();
    if (!status) complaints.add({file, static_cast<int>(parser.position().line)}, key, status.error().detail);
    return entries;
}

std::vector<YamlNode::Entry> read_yaml_table(std::string const& text, std::string const& file, std::string_view key,
                                             YamlComplaints& complaints) {
    auto table = parse_yaml(text, file);
    if (table && table->kind == YamlNode::Kind::mapping) return std::move(table->entries);
    complaints.add({file, 1}, key,
                   table ? "expected one table of the database's codes and ours" : table.error().detail);
    return {};
}

/// The file's name, if this is `codes: {file: …}` and not a code of that name.
std::string table_named_by(YamlNode const& codes) {
    if (codes.kind != YamlNode::Kind::mapping || codes.entries.size() != 1) return "";
    auto const& [key, line, value] = codes.entries.front();
    bool const table = value.scalar.ends_with(".csv") || value.scalar.ends_with(".yaml");
    return key == "file" && table ? value.scalar : "";
}

void put_table_in_place(YamlNode& codes, std::string const& name, std::filesystem::path const& folder,
                        YamlComplaints& complaints) {
    auto const path = folder / name;
    auto const text = read_text(path);
    if (!text) {
        complaints.add(codes.source, codes.path, name + ": " + text.error().detail);
        return;
    }
    std::string const file = path.filename().string();
    auto entries = name.ends_with(".csv") ? read_csv_table(*text, file, codes.path, complaints)
                                          : read_yaml_table(*text, file, codes.path, complaints);
    if (entries.size() > maximum_words) complaints.add({file, 1}, codes.path, "expected at most 5000 codes");
    codes.source = {file, 1};
    codes.entries = std::move(entries);
}

}  // namespace

void read_code_tables(YamlNode& map, std::filesystem::path const& folder, YamlComplaints& complaints) {
    for (auto& element : map.elements) read_code_tables(element, folder, complaints);
    for (auto& [key, line, value] : map.entries) {
        auto const table = key == "codes" ? table_named_by(value) : "";
        if (table.empty()) {
            read_code_tables(value, folder, complaints);
        } else {
            put_table_in_place(value, table, folder, complaints);
        }
    }
}

}  // namespace casebridge
