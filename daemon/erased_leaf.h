// The leaf that says of one message that it is gone.
#pragma once

#include "daemon/store.h"

namespace casebridge {

/// A duty asked for it: a leaf that names the message, so that this is provable of it alone. `receipt`: the partner's,
/// if it is the partner who destroyed it; else null. In the transaction of the erasure.
Status append_erased(Store& store, MessageId const& message, NodeId const& peer, MessageType because,
                     MessageId const& duty, MessageId const* receipt, Timestamp now);

}  // namespace casebridge
