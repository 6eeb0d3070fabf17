// One HTTP/1.1 connection: reads requests under deadlines and limits, hands them to the handler one at a time, writes
// the answers. Private to daemon/; lives on the server's thread, only answers come from elsewhere (through the gate).
#pragma once

#include "daemon/http_server.h"
#include "daemon/http_stream.h"

#include <mutex>

#include <boost/asio/io_context.hpp>

namespace casebridge {

/// The way back to the server's thread. An answer may come after the server is gone: the gate is then shut.
class HttpGate {
public:
    explicit HttpGate(boost::asio::io_context& context) : context_(&context) {}
    /// Runs `work` on the server's thread, or drops it if the gate is shut.
    void post(std::function<void()> work);
    void shut();

private:
    std::mutex mutex_;
    boost::asio::io_context* context_;
};

/// What all connections of one server have in common; outlives them.
struct HttpConnectionSetup {
    HttpLimits limits;
    HttpHandler handler;
    HttpObserver answered;           ///< never empty
    std::shared_ptr<HttpGate> gate;  ///< owners: the server and every responder still held somewhere
};

/// Owners: the server's list, and the operations under way; a responder holds it weakly.
class HttpConnection {
public:
    virtual ~HttpConnection() = default;
    virtual void start() = 0;
    /// Closes once the request being read or answered is done; at once if there is none.
    virtual void finish() = 0;
    /// Closes at once.
    virtual void cut() = 0;
    [[nodiscard]] virtual HttpCaller const& caller() const = 0;
};

/// What a connection tells its server, on the server's thread.
struct HttpConnectionEvents {
    std::function<bool(HttpCaller const&)> proven;  ///< the handshake is done; false: close it
    std::function<void()> closed;                   ///< once, when the connection is over
};

std::shared_ptr<HttpConnection> make_http_connection(boost::asio::io_context& context,
                                                     std::unique_ptr<HttpStream> stream,
                                                     HttpConnectionSetup const& setup, HttpConnectionEvents events);

}  // namespace casebridge
