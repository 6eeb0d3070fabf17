#include "adapters/csv_load.h"

#include "adapters/csv_parser.h"
#include "adapters/text.h"
#include "adapters/text_decoder.h"
#include "policies/unicode.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace casebridge {
namespace {

constexpr std::size_t longest_name = 200;

Error changed() {
    return {ErrorKind::unavailable, "csv.changed", "a file changed while it was read"};
}

Error bad_export(std::string detail) {
    return {ErrorKind::unavailable, "source.bad_export", std::move(detail)};
}

std::string lower(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

/// The names of the columns. Names are compared as SQL does, without capital letters.
Result<std::vector<std::string>> read_header(CsvParser::Row const& row, CsvParser const& parser) {
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (auto const& field : row) {
        auto const name = normalise_text(field.value_or(""));
        std::string const which = "the name of column " + std::to_string(names.size() + 1) + " in the header ";
        if (!name || name->empty()) return parser.error(which + "is empty");
        if (name->size() > longest_name) return parser.error(which + "is longer than 200 bytes");
        if (find_refused_character(*name, LineBreaks::refused) != std::string::npos) {
            return parser.error(which + "holds a character that is not allowed");
        }
        if (!seen.insert(lower(*name)).second) return parser.error(which + "stands there twice");
        names.push_back(*name);
    }
    return names;
}

/// One file on its way into one table.
class TableLoader {
public:
    TableLoader(CsvSettings const& settings, CsvExport::Table const& table, TextDecoder decoder,
                ScratchDatabase& scratch)
        : settings_(settings),
          table_(table),
          decoder_(std::move(decoder)),
          scratch_(scratch),
          compose_(settings.encoding == "windows-1258"),
          parser_({settings.separator, settings.quote, settings.maximum_value_bytes, settings.maximum_row_bytes},
                  [this](CsvParser::Row const& row) { return take(row); }) {}

    Status feed(std::string_view bytes, bool last) {
        text_.clear();
        auto const outcome = decoder_.decode(bytes, last, text_);
        auto status = parser_.feed(text_);
        if (status && outcome == TextDecoder::Outcome::malformed) {
            status = parser_.error("a byte that is no character in " + settings_.encoding);
        }
        if (status && last) status = parser_.finish();
        if (status || status.error().code != "source.bad_export") return status;
        return bad_export(table_.file + ":" + status.error().detail);
    }

private:
    Status take(CsvParser::Row const& row) {
        if (header_read_) return compose_ ? insert_composed(row) : scratch_.insert(row);
        header_read_ = true;
        ASSIGN_OR_RETURN(auto const names, read_header(row, parser_));
        auto const known = settings_.tables.find(table_.name);
        std::vector<std::string> indexed;
        if (known != settings_.tables.end()) indexed.assign(known->second.begin(), known->second.end());
        return scratch_.create_table(table_.name, names, indexed);
    }

    /// This encoding writes tones apart from their letters; in Unicode they belong together.
    Status insert_composed(CsvParser::Row const& row) {
        std::vector<std::string> texts(row.size());
        CsvParser::Row composed(row.size());
        for (std::size_t at = 0; at < row.size(); ++at) {
            if (!row[at]) continue;
            auto text = normalise_text(*row[at]);
            if (!text) return parser_.error("text that cannot be composed");
            texts[at] = *std::move(text);
            composed[at] = texts[at];
        }
        return scratch_.insert(composed);
    }

    CsvSettings const& settings_;
    CsvExport::Table const& table_;
    TextDecoder decoder_;
    ScratchDatabase& scratch_;
    bool compose_;
    bool header_read_ = false;
    std::string text_;
    CsvParser parser_;
};

/// Reads from `file` until its end; the digest of all of it.
Result<Digest> read_all(int file, CsvExport::Table const& table, TableLoader& loader, std::stop_token const& stop) {
    DigestBuilder digest;
    std::array<char, std::size_t{64} << 10> buffer;
    std::int64_t total = 0;
    for (;;) {
        if (stop.stop_requested()) return changed();
        auto const count = ::read(file, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            return Error{ErrorKind::unavailable, "source.unavailable", table.file + ": " + std::strerror(errno)};
        }
        total += count;
        if (total > table.stamp.size) return changed();
        std::string_view const piece(buffer.data(), static_cast<std::size_t>(count));
        digest.add(as_bytes(piece));
        RETURN_IF_ERROR(loader.feed(piece, count == 0));
        if (count == 0) break;
    }
    if (total != table.stamp.size) return changed();
    return digest.finish();
}

Result<Digest> load_table(CsvSettings const& settings, CsvExport const& found, CsvExport::Table const& table,
                          ScratchDatabase& scratch, std::stop_token const& stop) {
    if (table.stamp.size > settings.maximum_file_bytes) {
        return bad_export(table.file + ": over " + std::to_string(settings.maximum_file_bytes >> 20) + " MiB");
    }
    FileHandle const file(::openat(found.folder.get(), table.file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0 && errno == ENOENT) return changed();
    if (file.get() < 0) {
        return Error{ErrorKind::unavailable, "source.unavailable", table.file + ": " + std::strerror(errno)};
    }
    ASSIGN_OR_RETURN(auto const before, stamp_of(file.get(), table.file));
    if (before != table.stamp) return changed();
    ASSIGN_OR_RETURN(auto decoder, TextDecoder::make(settings.encoding));
    TableLoader loader(settings, table, std::move(decoder), scratch);
    auto digest = read_all(file.get(), table, loader, stop);
    // Also after an error: what is wrong may only be half written.
    ASSIGN_OR_RETURN(auto const after, stamp_of(file.get(), table.file));
    if (after != table.stamp) return changed();
    return digest;
}

/// Every file that the checksums promise and the field map needs.
Status all_are_there(CsvSettings const& settings, CsvExport const& found, std::map<std::string, Digest> const& sums) {
    for (auto const& sum : sums) {
        std::string const& file = sum.first;
        auto const needed = [&](auto const& table) { return file == table.first + "." + settings.extension; };
        bool const there = std::ranges::find(found.tables, file, &CsvExport::Table::file) != found.tables.end();
        if (!there && std::ranges::any_of(settings.tables, needed)) {
            return bad_export(file + ": listed in " + settings.marker + ", but not there");
        }
    }
    return Done{};
}

}  // namespace

Result<ScratchDatabase> load_export(CsvSettings const& settings, CsvExport const& found, std::stop_token const& stop) {
    std::map<std::string, Digest> sums;
    if (!settings.marker.empty()) {
        ASSIGN_OR_RETURN(sums, read_checksums(found.folder.get(), settings.marker));
    }
    RETURN_IF_ERROR(all_are_there(settings, found, sums));
    ASSIGN_OR_RETURN(auto scratch, ScratchDatabase::make(settings.scratch));
    for (auto const& table : found.tables) {
        auto const expected = sums.find(table.file);
        if (!sums.empty() && expected == sums.end()) {
            return bad_export(table.file + ": not listed in " + settings.marker);
        }
        ASSIGN_OR_RETURN(auto const digest, load_table(settings, found, table, scratch, stop));
        if (!sums.empty() && digest != expected->second) {
            return bad_export(table.file + ": not the bytes whose checksum stands in " + settings.marker);
        }
    }
    RETURN_IF_ERROR(scratch.finish(settings.maximum_row_bytes));
    return scratch;
}

}  // namespace casebridge
