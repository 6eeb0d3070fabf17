// What every database behind SqlCaseSource must do: one suite, run with each kind of session.
#pragma once

#include "adapters/sql_session.h"

#include <functional>
#include <memory>
#include <string>

namespace casebridge::test {

/// An empty database of some kind that tests fill with plain SQL.
class NationalDatabase {
public:
    virtual ~NationalDatabase() = default;
    virtual void run(std::string const& sql) = 0;
    virtual Result<std::unique_ptr<SqlSession>> open() = 0;
};

/// Each scenario gets a database of its own from `make`. Reports through Boost.Test.
void check_case_source_conformance(std::function<std::unique_ptr<NationalDatabase>()> const& make);

}  // namespace casebridge::test
