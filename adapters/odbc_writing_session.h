// A WritingSession to any server behind ODBC: threads, limits and encryption as odbc_session.h has them.
#pragma once

#include "adapters/odbc_session.h"
#include "adapters/writing_session.h"

namespace casebridge {

/// Connects at the first `begin`.
std::unique_ptr<WritingSession> make_odbc_writing_session(OdbcSettings settings, Secret password);

}  // namespace casebridge
