// Reads the files of one export into a scratch database.
#pragma once

#include "adapters/csv_export.h"
#include "adapters/scratch_database.h"

#include <stop_token>

namespace casebridge {

/// Reads every table of `found` as it was stamped. Errors: `source.bad_export` (file, line and column),
/// `source.unavailable`; `csv.changed` if a file is not what it was when it was stamped: look again. When asked to stop
/// it ends soon, with either.
Result<ScratchDatabase> load_export(CsvSettings const& settings, CsvExport const& found, std::stop_token const& stop);

}  // namespace casebridge
