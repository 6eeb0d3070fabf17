// What every national database must do, whatever the source on top of it: one suite, run with each kind.
#pragma once

#include "adapters/case_source.h"
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
    /// The source by the suite's field map; by SQL unless the kind says otherwise.
    virtual Result<std::unique_ptr<CaseSource>> open_source(std::string const& map_yaml);
    /// Whether a table that is dropped is missed: a service that leaves it out of its answers is not asked for it.
    [[nodiscard]] virtual bool has_tables() const { return true; }
};

/// Each scenario gets a database of its own from `make`. Reports through Boost.Test.
void check_case_source_conformance(std::function<std::unique_ptr<NationalDatabase>()> const& make);

}  // namespace casebridge::test
