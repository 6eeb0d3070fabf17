// An HTTP response as it goes over the wire. Private to daemon/.
#pragma once

#include "daemon/http.h"

namespace casebridge {

enum class AfterAnswer { keep_open, close };
enum class AnswerBody { included, left_out };

/// Head and body. Adds `Cache-Control: no-store`, `X-Content-Type-Options: nosniff` and the length; nothing that names
/// the software. A response of ours that is no HTTP (status, line breaks in a header) becomes 500 `http.bad_response`.
Bytes response_text(HttpResponse const& response, AfterAnswer after, AnswerBody body);

}  // namespace casebridge
