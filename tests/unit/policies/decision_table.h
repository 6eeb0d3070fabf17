// The decision table (tests/vectors/decision-table.txt): rows read from text, and the words a row may use.
#pragma once

#include "tests/support/release_situation.h"

namespace casebridge::test {

struct TableRow {
    int line = 0;  ///< of the situation in words
    std::string situation;
    std::vector<std::string> given, then;
};

/// Throws std::runtime_error with the line number on anything that is not a row, a heading or a comment.
std::vector<TableRow> read_table(std::string const& text);

/// Applies one phrase of `given`; false if it is not known.
bool apply(std::string const& phrase, Situation& situation);

}  // namespace casebridge::test
