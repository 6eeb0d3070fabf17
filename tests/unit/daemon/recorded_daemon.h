// A daemon that answers what was recorded: real HTTP on a real Unix socket, for the command line's side of an API.
#pragma once

#include "daemon/http_server.h"
#include "tests/support/check_code.h"
#include "tests/support/temporary_directory.h"

#include <mutex>
#include <vector>

namespace casebridge::test {

class RecordedDaemon {
public:
    /// `answer` gets "GET /path?key=value&…" with the keys in alphabetical order.
    using Answer = std::function<HttpResponse(std::string const& call)>;
    explicit RecordedDaemon(Answer answer)
        : server_(must(HttpServer::listen_unix(
              socket(), 0600, HttpLimits{},
              [this, answer = std::move(answer)](HttpRequest request, HttpResponder const& respond) {
                  auto const call = call_of(request);
                  {
                      std::lock_guard const lock(mutex_);
                      calls_.push_back(call);
                  }
                  respond(answer(call));
              }))) {}
    ~RecordedDaemon() { server_->stop(std::chrono::milliseconds(1000)); }

    [[nodiscard]] std::filesystem::path socket() const { return directory_.path() / "officer.sock"; }
    [[nodiscard]] std::vector<std::string> calls() const {
        std::lock_guard const lock(mutex_);
        return calls_;
    }

private:
    static std::string call_of(HttpRequest const& request) {
        auto call = request.method + " " + request.path;
        char separator = '?';
        for (auto const& [key, value] : request.query) {
            call += separator + key + "=" + value;
            separator = '&';
        }
        return request.body.empty() ? call : call + " " + to_text(request.body);
    }

    TemporaryDirectory directory_;
    mutable std::mutex mutex_;
    std::vector<std::string> calls_;
    std::unique_ptr<HttpServer> server_;  ///< last: it answers until it is stopped
};

inline HttpResponse json_answer(std::string const& body) {
    return {.status = 200, .content_type = "application/json", .body = to_bytes(body)};
}

}  // namespace casebridge::test
