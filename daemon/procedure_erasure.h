// What erasing a procedure takes with it. In a transaction.
#pragma once

#include "daemon/store.h"

namespace casebridge {

/// Summaries that came for this procedure, and the notes of both sides: keys and bytes are destroyed, the rows stay.
Status erase_received(Store& store, ProcedureRow const& row, Timestamp now);
/// ProcedureTable::erase, what came for it, and the sealed copies of what was sent and is settled.
Status erase_procedure(Store& store, ProcedureRow& row, bool withdrawn, Timestamp now);

}  // namespace casebridge
