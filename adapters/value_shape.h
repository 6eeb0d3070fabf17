// What a column's values look like, without any of them: for `casebridge adapter inspect`.
#pragma once

#include "adapters/sql_session.h"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

namespace casebridge {

/// "9(13)", "99/99/2999" (2999: a year that looks Buddhist, 1999: Gregorian), "A(2)9(7)", "Thai letters",
/// "Thai and Latin letters, digits", "not UTF-8". Nothing of the text but its form.
std::string shape_of(std::string_view text);

/// One column, filled row by row. Memory is bounded, whatever the column holds.
class ColumnProfile {
public:
    void add(SqlValue const& value);

    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::uint64_t empty() const noexcept { return empty_; }
    /// Distinct values; `maximum_distinct` means at least so many.
    [[nodiscard]] std::size_t distinct() const noexcept { return counts_.size(); }
    static constexpr std::size_t maximum_distinct = 2000;

    struct Shape {
        std::string text;
        std::uint64_t count;
        std::size_t shortest, longest;  ///< in characters
    };
    /// The commonest first, at most `most`; the others are counted as a last one, "other shapes".
    [[nodiscard]] std::vector<Shape> shapes(std::size_t most) const;

    /// SECURITY: values leave only here, and only those that occur at least `least_often` times in a column of few:
    /// what so many rows share names nobody. `rare`: how many values were kept back. Empty, and all rare, if the column
    /// has `maximum_codes` values or more: it is no list of codes.
    struct Codes {
        std::vector<std::pair<std::string, std::uint64_t>> common;
        std::size_t rare = 0;
    };
    static constexpr std::uint64_t least_often = 11;
    static constexpr std::size_t maximum_codes = 200;
    [[nodiscard]] Codes codes() const;

private:
    std::uint64_t rows_ = 0, empty_ = 0;
    std::unordered_map<std::string, std::uint64_t> counts_;  ///< of values up to 100 bytes; longer by their digest
    std::map<std::string, Shape> shapes_;
    std::uint64_t other_shapes_ = 0;
};

}  // namespace casebridge
