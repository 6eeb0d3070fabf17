#include "daemon/http_connection.h"

#include "daemon/http_response_text.h"
#include "daemon/http_target.h"

#include <algorithm>
#include <atomic>
#include <optional>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/vector_body.hpp>

namespace casebridge {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;

void HttpGate::post(std::function<void()> work) {
    std::lock_guard const lock(mutex_);
    if (context_ != nullptr) asio::post(*context_, std::move(work));
}

void HttpGate::shut() {
    std::lock_guard const lock(mutex_);
    context_ = nullptr;
}

namespace {

using Parser = http::request_parser<http::vector_body<std::uint8_t>>;
using Message = Parser::value_type;

/// How long a connection that we end may take to be ended by the other side, so that our last answer is not lost to a
/// reset of the connection.
constexpr std::chrono::milliseconds linger{1000};
/// The same where nothing was said since the last answer: a client that keeps the connection for later does not look.
constexpr std::chrono::milliseconds idle_linger{50};

struct Refusal {
    int status;
    std::string_view code;
};

Refusal refusal_of(error_code failure) {
    if (failure == http::error::header_limit) return {431, "http.header_too_large"};
    if (failure == http::error::body_limit) return {413, "http.body_too_large"};
    if (failure == http::error::bad_version) return {505, "http.version"};
    return {400, "http.malformed"};
}

std::size_t count_of(Message const& message, http::field name) {
    auto const range = message.equal_range(name);
    return static_cast<std::size_t>(std::distance(range.first, range.second));
}

/// What the parser lets through and we do not. Nothing here depends on who asks.
std::optional<Refusal> refusal_of_head(Message const& message) {
    using boost::beast::iequals;
    if (message.version() != 11) return Refusal{505, "http.version"};
    for (auto const once : {http::field::content_length, http::field::content_type, http::field::expect,
                            http::field::content_encoding, http::field::authorization}) {
        if (count_of(message, once) > 1) return Refusal{400, "http.malformed"};
    }
    if (count_of(message, http::field::host) != 1) return Refusal{400, "http.malformed"};
    // SECURITY: the parser ignores codings it does not know and would take what follows for another request.
    auto const codings = count_of(message, http::field::transfer_encoding);
    if (codings > 1 || (codings == 1 && !iequals(message[http::field::transfer_encoding], "chunked"))) {
        return Refusal{501, "http.transfer_encoding"};
    }
    if (count_of(message, http::field::upgrade) > 0) return Refusal{400, "http.upgrade"};
    if (count_of(message, http::field::content_encoding) > 0) return Refusal{415, "http.content_encoding"};
    if (count_of(message, http::field::expect) > 0 && !iequals(message[http::field::expect], "100-continue")) {
        return Refusal{417, "http.expect"};
    }
    return std::nullopt;
}

std::string text_of(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

std::map<std::string, std::string, std::less<>> headers_of(Message const& message) {
    std::map<std::string, std::string, std::less<>> headers;
    for (auto const& field : message) {
        auto name = text_of(field.name_string());
        std::transform(name.begin(), name.end(), name.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        auto const [entry, added] = headers.emplace(std::move(name), text_of(field.value()));
        if (!added) entry->second += ", " + text_of(field.value());
    }
    return headers;
}

class Connection final : public HttpConnection, public std::enable_shared_from_this<Connection> {
public:
    Connection(asio::io_context& context, std::unique_ptr<HttpStream> stream, HttpConnectionSetup const& setup,
               HttpConnectionEvents events)
        : stream_(std::move(stream)), setup_(setup), events_(std::move(events)), timer_(context) {}

    void start() override;
    void finish() override;
    void cut() override;
    [[nodiscard]] HttpCaller const& caller() const override { return stream_->caller(); }
    void answer(HttpResponse response);

private:
    enum class Phase { handshaking, idle, reading, answering, closing, closed };
    using Step = void (Connection::*)();

    void arm(std::chrono::milliseconds duration) { arm_until(std::chrono::steady_clock::now() + duration); }
    void arm_until(SteadyTime deadline);
    void disarm() {
        ++armed_;
        timer_.cancel();
    }
    [[nodiscard]] std::chrono::milliseconds transfer_time(std::size_t bytes) const;

    void await_request();
    void read(Step next);
    void parse_head();
    void head_complete();
    void ask_for_body();
    void parse_body();
    void hand_over();
    void refuse(Refusal refusal);
    void send(HttpResponse response);
    void close_gracefully(std::chrono::milliseconds at_most = linger);
    /// Feeds what has come to the parser. False: refused already.
    bool feed();

    std::unique_ptr<HttpStream> stream_;
    HttpConnectionSetup const& setup_;
    HttpConnectionEvents events_;
    asio::steady_timer timer_;
    std::uint64_t armed_ = 0;  ///< counts deadlines: only the latest counts

    Phase phase_ = Phase::handshaking;
    std::optional<Parser> parser_;
    HttpRequest request_;
    Bytes incoming_;            ///< a place to read into; none before the handshake is done
    Bytes pending_;             ///< received and not parsed yet
    std::size_t consumed_ = 0;  ///< bytes of this request the parser has taken
    SteadyTime body_start_;
    Bytes outgoing_;
    bool kept_alive_ = false;  ///< the first request is answered
    bool last_ = false;        ///< close after the next answer
};

/// Answers once, whatever the handler does with it: the first call counts, and dropping every copy is an answer, too.
class Reply {
public:
    Reply(std::shared_ptr<HttpGate> gate, std::weak_ptr<Connection> connection)
        : gate_(std::move(gate)), connection_(std::move(connection)) {}
    Reply(Reply const&) = delete;
    Reply& operator=(Reply const&) = delete;
    ~Reply() { send(problem(500, "http.no_answer")); }

    void send(HttpResponse response) {
        if (sent_.exchange(true)) return;
        // The connection is locked on its own thread only: its last owner must not be anyone else's thread.
        gate_->post([connection = connection_, response = std::move(response)]() mutable {
            if (auto const open = connection.lock()) open->answer(std::move(response));
        });
    }

private:
    std::shared_ptr<HttpGate> gate_;
    std::weak_ptr<Connection> connection_;
    std::atomic<bool> sent_ = false;
};

void Connection::arm_until(SteadyTime deadline) {
    timer_.expires_at(deadline);
    timer_.async_wait([self = shared_from_this(), armed = ++armed_](error_code failure) {
        // An expiry may be on its way already when the deadline is moved.
        if (!failure && self->armed_ == armed) self->cut();
    });
}

std::chrono::milliseconds Connection::transfer_time(std::size_t bytes) const {
    auto const rate = std::max<std::size_t>(setup_.limits.minimum_bytes_per_second, 1);
    return setup_.limits.head + std::chrono::milliseconds(1000 * bytes / rate);
}

void Connection::start() {
    arm(setup_.limits.handshake);
    stream_->handshake([self = shared_from_this()](error_code failure, std::size_t) {
        if (self->phase_ == Phase::closed) return;
        if (failure || !self->events_.proven(self->caller())) return self->close_gracefully();
        self->await_request();
        // The first request must follow at once; only later ones may be waited for.
        self->arm(self->setup_.limits.head);
    });
}

void Connection::finish() {
    last_ = true;
    if (phase_ == Phase::handshaking) return cut();
    if (phase_ == Phase::idle) close_gracefully(idle_linger);
}

void Connection::cut() {
    if (phase_ == Phase::closed) return;
    phase_ = Phase::closed;
    disarm();
    stream_->cut();
    events_.closed();
}

void Connection::await_request() {
    incoming_.resize(16 * 1024);
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(setup_.limits.header_bytes));
    parser_->body_limit(setup_.limits.body_bytes);
    request_ = HttpRequest{};
    consumed_ = 0;
    phase_ = Phase::idle;
    if (last_) return close_gracefully();
    arm(setup_.limits.idle);
    if (pending_.empty()) return read(&Connection::parse_head);
    arm(setup_.limits.head);
    parse_head();
}

void Connection::read(Step next) {
    stream_->read_some(asio::buffer(incoming_),
                       [self = shared_from_this(), next](error_code failure, std::size_t bytes) {
                           if (self->phase_ == Phase::closed || self->phase_ == Phase::closing) return;
                           if (failure) return self->close_gracefully();
                           self->pending_.insert(self->pending_.end(), self->incoming_.begin(),
                                                 self->incoming_.begin() + static_cast<std::ptrdiff_t>(bytes));
                           if (self->phase_ == Phase::idle && self->kept_alive_) self->arm(self->setup_.limits.head);
                           (*self.*next)();
                       });
}

bool Connection::feed() {
    error_code failure;
    auto const used = parser_->put(asio::buffer(pending_), failure);
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(used));
    consumed_ += used;
    if (!failure || failure == http::error::need_more) return true;
    refuse(refusal_of(failure));
    return false;
}

void Connection::parse_head() {
    phase_ = Phase::reading;
    parser_->eager(false);
    if (!feed()) return;
    bool const complete = parser_->is_header_done();
    // The parser's own limit holds for the request line and for the fields, each.
    if (consumed_ + (complete ? 0 : pending_.size()) > setup_.limits.header_bytes) {
        return refuse({431, "http.header_too_large"});
    }
    if (complete) return head_complete();
    read(&Connection::parse_head);
}

void Connection::head_complete() {
    auto const& message = parser_->get();
    if (auto const refusal = refusal_of_head(message)) return refuse(*refusal);
    auto target = parse_target(text_of(message.target()));
    if (!target) return refuse({400, target.error().code});
    // Taken now, because the parser adds the trailer of a chunked body to the same fields.
    request_.method = text_of(message.method_string());
    request_.path = std::move(target->path);
    request_.query = std::move(target->query);
    request_.content_type = text_of(message[http::field::content_type]);
    request_.headers = headers_of(message);
    last_ = last_ || !message.keep_alive();
    parser_->eager(true);
    body_start_ = std::chrono::steady_clock::now();
    if (message.count(http::field::expect) > 0 && !parser_->is_done() && pending_.empty()) return ask_for_body();
    parse_body();
}

void Connection::ask_for_body() {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    stream_->write(asio::buffer(go_on.data(), go_on.size()), [self = shared_from_this()](error_code failure, auto) {
        if (self->phase_ == Phase::closed) return;
        if (failure) return self->cut();
        self->parse_body();
    });
}

void Connection::parse_body() {
    while (!parser_->is_done() && !pending_.empty()) {
        auto const before = consumed_;
        if (!feed()) return;
        if (consumed_ == before) break;
    }
    if (parser_->is_done()) return hand_over();
    arm_until(body_start_ + transfer_time(consumed_ + pending_.size()));
    read(&Connection::parse_body);
}

void Connection::hand_over() {
    phase_ = Phase::answering;
    disarm();
    request_.body = std::move(parser_->get().body());
    request_.caller = stream_->caller();
    auto const reply = std::make_shared<Reply>(setup_.gate, weak_from_this());  // owners: the responder's copies
    try {
        setup_.handler(std::move(request_), [reply](HttpResponse response) { reply->send(std::move(response)); });
    } catch (...) {
        // A broken promise of our own code ends the request, not the process.
        reply->send(problem(500, "http.handler_failed"));
    }
}

void Connection::answer(HttpResponse response) {
    if (phase_ == Phase::answering) send(std::move(response));
}

void Connection::refuse(Refusal refusal) {
    last_ = true;
    phase_ = Phase::answering;
    send(problem(refusal.status, refusal.code));
}

void Connection::send(HttpResponse response) {
    setup_.answered(response.status);
    bool const without_body = parser_->is_header_done() && parser_->get().method() == http::verb::head;
    outgoing_ = response_text(response, last_ ? AfterAnswer::close : AfterAnswer::keep_open,
                              without_body ? AnswerBody::left_out : AnswerBody::included);
    arm(transfer_time(outgoing_.size()));
    stream_->write(asio::buffer(outgoing_), [self = shared_from_this()](error_code failure, std::size_t) {
        if (self->phase_ == Phase::closed) return;
        if (failure) return self->cut();
        self->outgoing_.clear();
        self->kept_alive_ = true;
        if (self->last_) return self->close_gracefully();
        self->await_request();
    });
}

void Connection::close_gracefully(std::chrono::milliseconds at_most) {
    if (phase_ == Phase::closing || phase_ == Phase::closed) return;
    phase_ = Phase::closing;
    arm(at_most);
    stream_->close_writing([self = shared_from_this()](error_code failure, std::size_t) {
        if (self->phase_ == Phase::closed) return;
        if (failure) return self->cut();
        self->stream_->drain([self](error_code, std::size_t) { self->cut(); });
    });
}

}  // namespace

std::shared_ptr<HttpConnection> make_http_connection(asio::io_context& context, std::unique_ptr<HttpStream> stream,
                                                     HttpConnectionSetup const& setup, HttpConnectionEvents events) {
    return std::make_shared<Connection>(context, std::move(stream), setup, std::move(events));
}

}  // namespace casebridge
