// CsvParser: rows of a CSV file (RFC 4180), read strictly: what is not clearly a row is an error with its place.
//
// Stricter than many programs: a quotation mark stands only around a whole field (doubled inside it), every row has as
// many fields as the header, line ends are LF or CRLF, and the last line has one, too: a file that was cut off in the
// middle of a row is never taken for a whole one.
#pragma once

#include "crypto/result.h"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace casebridge {

struct CsvDialect {
    char separator = ',';
    char quote = '"';
    std::size_t maximum_field_bytes = std::size_t{1} << 20;
    std::size_t maximum_row_bytes = std::size_t{16} << 20;
    std::size_t maximum_columns = 1000;
};

/// From 1; columns count characters.
struct CsvPosition {
    std::uint64_t line = 1, column = 1;
};

class CsvParser {
public:
    /// A field without quotation marks and without text is none; "" is an empty text. The views live until return.
    using Row = std::vector<std::optional<std::string_view>>;
    /// The header is the first row.
    using OnRow = std::function<Status(Row const&)>;

    CsvParser(CsvDialect dialect, OnRow on_row);

    /// Errors: `source.bad_export`, with "line:column: what is wrong" as detail and nothing of what stands there; those
    /// of `on_row`.
    Status feed(std::string_view utf8);
    /// After the last piece. Errors: as `feed`.
    Status finish();

    /// Where the next character would stand, and where the row it belongs to begins.
    [[nodiscard]] CsvPosition position() const { return at_; }
    [[nodiscard]] std::uint64_t row_line() const { return row_line_; }
    /// An error at `position()`.
    [[nodiscard]] Error error(std::string_view what) const { return error_at(at_, what); }

private:
    enum class State { field_start, plain, quoted, quote_seen, carriage_return };
    struct Extent {
        std::size_t begin, end;
        bool quoted;
    };

    static Error error_at(CsvPosition at, std::string_view what);
    Status take(char character);
    Status take_outside(char character);
    [[nodiscard]] std::size_t plain_run(std::string_view text) const;
    Status append(std::string_view text);
    Status end_field();
    Status end_row();
    [[nodiscard]] Error row_error(std::string_view what) const;

    CsvDialect dialect_;
    std::array<bool, 256> special_outside_{}, special_when_quoted_{};  ///< what ends a run of bytes of one field
    OnRow on_row_;
    State state_ = State::field_start;
    CsvPosition at_, quote_at_;
    std::uint64_t row_line_ = 1;
    std::size_t width_ = 0;  ///< of the header; 0 before it
    std::string bytes_;      ///< of the row so far
    std::vector<Extent> fields_;
    std::size_t field_begin_ = 0;
    bool field_quoted_ = false;
    Row row_;
};

}  // namespace casebridge
