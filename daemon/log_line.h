// One event as one line of the log. Private to daemon/.
#pragma once

#include "crypto/time.h"
#include "daemon/telemetry.h"

namespace casebridge {

enum class LogFormat { text, json };

/// Without the line's end. Everything but printable ASCII is escaped and values are cut at 300 characters: whatever a
/// value holds, the line stays one line and its other keys stay as they are.
///   text: 2026-11-23T21:20:11.322Z I message.delivered peer=kh-mosvy error="peer.timeout: 30 s"
///   json: {"at":"…","level":"info","event":"message.delivered","peer":"kh-mosvy"}
std::string log_line(LogFormat format, Timestamp at, LogLevel level, std::string_view event,
                     std::initializer_list<LogField> fields);

}  // namespace casebridge
