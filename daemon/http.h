// An HTTP request and response as the daemon's handlers see them, independent of the library that carries them.
#pragma once

#include "crypto/bytes.h"
#include "crypto/certificate.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace casebridge {

/// Who is at the other end: exactly one is set.
struct HttpCaller {
    std::vector<Certificate> tls_chain;     ///< verified chain, leaf first, up to and including the pinned root
    std::optional<std::uint32_t> unix_uid;  ///< SO_PEERCRED of a Unix socket
};

struct HttpRequest {
    std::string method;
    std::string path;                                       ///< without the query
    std::map<std::string, std::string, std::less<>> query;  ///< percent-decoded; duplicate keys are refused before
    std::string content_type;
    std::map<std::string, std::string, std::less<>> headers;  ///< lower-case names
    Bytes body;
    HttpCaller caller;
};

struct HttpResponse {
    int status = 200;
    std::string content_type = "application/json";
    Bytes body;
    std::map<std::string, std::string, std::less<>> headers{};
};

/// Called exactly once per request, from any thread, at once or later.
using HttpResponder = std::function<void(HttpResponse)>;
using HttpHandler = std::function<void(HttpRequest, HttpResponder)>;

/// RFC 9457 problem document: {"type":"about:blank","title":…,"status":…,"code":…}; `detail` only for officers.
HttpResponse problem(int status, std::string_view code, std::string_view detail = "");
/// The code of a problem document a peer answered with; empty if it is none, or longer than a code of ours can be.
std::string problem_code(HttpResponse const& response);
/// The status a kind of error has on our faces.
int status_of(ErrorKind kind);
/// The same, but 507 where the store has no room for more.
int status_of(Error const& error);

}  // namespace casebridge
