// SqlCaseSource: every question asked of a national SQL database, on top of SqlSession and a field map.
#pragma once

#include "adapters/case_source.h"
#include "adapters/field_map.h"

namespace casebridge {

/// Checks `map` against the database first. Errors: those of `FieldMap::check_against`.
/// Cases are found by their exact number, whatever the database's own comparison forgives.
Result<std::unique_ptr<CaseSource>> make_sql_case_source(FieldMap map, std::unique_ptr<SqlSession> session);

}  // namespace casebridge
