// CsvSession: a national database that is a folder of CSV files, each file a table named after it.
//
// Guarantees: queries see one whole export at a time, never a file that is being written and never files of two
// exports; a new export is noticed at the next query, and loaded on a thread of its own: no query waits longer than
// `load_patience`, but is `source.unavailable` until it is loaded. All values are texts as the file has them (07 is not
// 7). The rows live in a ScratchDatabase, so that memory stays bounded and nothing readable is written anywhere. While
// a new export is being written (not while it is being loaded) the last one still serves, for at most the map's grace
// period. An export that is finished but wrong is refused as a whole, and so is everything else until it is repaired:
// consents may have been withdrawn in it. Not safe for use by several threads at once.
#pragma once

#include "adapters/csv_settings.h"
#include "adapters/sql_session.h"

namespace casebridge {

/// Waits a few seconds for an export that is being written. Errors: `source.unavailable` (no such folder, no whole
/// export yet, no scratch folder), `source.bad_export` (with file, line and column, never a value).
Result<std::unique_ptr<SqlSession>> open_csv_session(CsvSettings const& settings);

}  // namespace casebridge
