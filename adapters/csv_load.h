// Reads the files of one export into a scratch database.
#pragma once

#include "adapters/csv_export.h"
#include "adapters/scratch_database.h"

namespace casebridge {

/// Reads every table of `found` as it was stamped. Errors: `source.bad_export` (file, line and column),
/// `source.unavailable`; `csv.changed` if a file is not what it was when it was stamped: look again.
Result<ScratchDatabase> load_export(CsvSettings const& settings, CsvExport const& found);

}  // namespace casebridge
