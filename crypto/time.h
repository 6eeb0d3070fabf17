// Points in time as the protocol uses them: whole milliseconds of UTC, written as RFC 3339.
#pragma once

#include "crypto/result.h"

#include <chrono>
#include <string>

namespace casebridge {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
using Date = std::chrono::year_month_day;

/// "2026-11-23T21:20:11.322Z"
std::string to_rfc3339(Timestamp time);
/// Exactly the form above, milliseconds optional, `Z` only. Errors: `time.bad_timestamp`.
Result<Timestamp> parse_rfc3339(std::string_view text);

/// "2026-11-23"
std::string to_iso8601(Date date);
/// Exactly YYYY-MM-DD and a day that exists. Errors: `time.bad_date`.
Result<Date> parse_date(std::string_view text);

}  // namespace casebridge
