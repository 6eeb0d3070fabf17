// What every database behind SqlCaseSource must do: suites run with each kind of session. Each scenario gets a database
// of its own from `make`. They report through Boost.Test.
#pragma once

#include "tests/unit/adapters/national_database.h"

namespace casebridge::test {

/// Cases, consents and lists, from a field map.
void check_case_source_conformance(MakeDatabase const& make);

/// Hostile or broken content: stored as it is, or refused, and never repeated.
void check_hostile_content(MakeDatabase const& make);

/// Values, snapshots, limits, and what happens when the server is slow, gone or says no.
void check_session_conformance(MakeDatabase const& make);

}  // namespace casebridge::test
