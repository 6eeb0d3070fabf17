// The target of a request line, taken apart: path and query, percent-decoded.
#pragma once

#include "crypto/result.h"

#include <map>
#include <string>
#include <string_view>

namespace casebridge {

struct HttpTarget {
    std::string path;
    std::map<std::string, std::string, std::less<>> query;
};

/// Origin form only (RFC 9112 section 3.2.1). Refused, so that two readers cannot understand one target differently:
/// an encoded slash or NUL, `.` and `..` segments, empty segments, a fragment, a query key that stands twice.
/// Errors: `http.bad_target`.
Result<HttpTarget> parse_target(std::string_view target);

}  // namespace casebridge
