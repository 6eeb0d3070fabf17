// The case numbers of a national database, counted by the database itself: how many rows have none, how many numbers
// stand more than once. No number is read.
#pragma once

#include "adapters/field_map.h"

namespace casebridge {

struct CheckedNumbers {
    std::uint64_t empty = 0;     ///< rows whose case number is NULL, empty or blank: no case can be found by it
    std::uint64_t repeated = 0;  ///< different numbers in more than one row each: none of these cases can be read
    [[nodiscard]] bool good() const { return empty == 0 && repeated == 0; }
};

/// Numbers are compared exactly, as look-ups do. Takes no memory here, whatever the database needs for grouping.
/// Errors: those of `SqlSession::query`; a large table without an index may exceed the time limit.
Result<CheckedNumbers> check_numbers(FieldMap const& map, SqlSession& session);

}  // namespace casebridge
