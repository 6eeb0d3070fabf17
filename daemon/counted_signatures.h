// Which signatures under agreements have counted here: since when is a leaf of the log (`agreement.signature`, LOG.md).
#pragma once

#include "daemon/engine.h"
#include "daemon/instruments.h"

namespace casebridge {

/// What Instruments::load asks; a store that does not answer has seen nothing. `engine` outlives it.
SignatureMemory counted_before(Engine& engine);

/// A leaf for each signature that counts for the first time.
Status remember_counted(Engine& engine, Instruments const& loaded, Timestamp now);

}  // namespace casebridge
