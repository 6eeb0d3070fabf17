// The transition table as people read it: a diagram and a table for each kind, in Markdown.
#pragma once

#include <string>

namespace casebridge::test {

std::string procedure_diagrams();

}  // namespace casebridge::test
