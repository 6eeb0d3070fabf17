// The rules of a release written a second time, each alone and as simply as possible, for the property tests.
#pragma once

#include "tests/unit/policies/random_release.h"

namespace casebridge::test {

/// The rules an allowed decision breaks, in words; none for a denial.
std::vector<std::string> broken_rules(Trial const& trial, Decision const& decision);

/// Whether `decision` tells, field by field, no more than `limit`.
bool releases_no_more(Decision const& decision, Decision const& limit);

}  // namespace casebridge::test
