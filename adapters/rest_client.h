// RestClient: one HTTPS request to one REST service, whatever library carries it; and the time that goes by meanwhile.
//
// Guarantees of an implementation: the server's certificate leads to the configured root and names the configured host;
// TLS 1.2 or later; no redirect is followed, no proxy used, no cookie kept; an answer over its limits is cut off while
// it arrives. Errors never hold what was sent or received.
#pragma once

#include "crypto/secret.h"
#include "policies/json.h"

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

namespace casebridge {

struct RestRequest {
    enum class Method { get, post, del };
    Method method = Method::get;
    std::string path;                                          ///< from the root, in characters that need no encoding
    std::vector<std::pair<std::string, std::string>> query{};  ///< as meant: encoded by the client
    Secret const* bearer = nullptr;                            ///< for the Authorization header
    Secret body{};  ///< JSON text; secret, because that of a token holds the password
};

struct RestAnswer {
    int status = 0;
    Secret bearer{};            ///< of the answer's Authorization header
    std::string retry_after{};  ///< the header as it came
    Json body{};                ///< null if there is none; a number that is not whole is its text
};

class RestClient {
public:
    virtual ~RestClient() = default;
    /// An answer of any status is an answer. Errors: `source.unavailable` (no connection, or it was lost, or the limit
    /// has passed), `source.untrusted`, `source.value_too_large`, `source.bad_answer` (no JSON, too deep, twice the
    /// same key, compressed).
    virtual Result<RestAnswer> send(RestRequest const& request, std::chrono::milliseconds limit) = 0;
};

/// Handed in, so that no test waits.
struct RestTime {
    std::function<std::chrono::steady_clock::time_point()> now;
    std::function<void(std::chrono::milliseconds)> wait;
};
RestTime real_time();

}  // namespace casebridge
