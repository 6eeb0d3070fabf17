// What an HTTP request may look like: over a Unix socket, because the rules are the same under TLS.
#include "network_fixture.h"

#include <atomic>
#include <thread>

BOOST_AUTO_TEST_SUITE(http_requests)

namespace {

using namespace casebridge;
using namespace casebridge::test;

/// Answers with what the handler saw: "METHOD path|key=value,|type|body".
HttpResponse echo(HttpRequest const& request) {
    std::string text = request.method + ' ' + request.path + '|';
    for (auto const& [key, value] : request.query) text.append(key).append("=").append(value).append(",");
    text += '|' + request.content_type + '|' + to_text(request.body);
    return {.status = 200, .content_type = "text/plain", .body = to_bytes(text), .headers = {}};
}

HttpLimits short_limits() {
    HttpLimits limits;
    limits.header_bytes = 2048;
    limits.body_bytes = 10'000;
    limits.head = std::chrono::milliseconds(200);
    limits.idle = std::chrono::milliseconds(200);
    limits.minimum_bytes_per_second = 1'000'000;
    return limits;
}

struct Officers {
    explicit Officers(HttpHandler handler = {}, HttpLimits limits = {}) {
        limits.body_bytes = std::min<std::size_t>(limits.body_bytes, 10'000);
        if (!handler)
            handler = [this](HttpRequest const& request, HttpResponder const& respond) {
                last = request;
                ++handled;
                respond(echo(request));
            };
        server = must(HttpServer::listen_unix(socket, 0600, limits, std::move(handler)));
    }
    RawClient client() const { return RawClient::over_unix(socket); }
    std::string answer_to(std::string_view request) const {
        auto connection = client();
        connection.send(request);
        return connection.read_answer();
    }

    TemporaryDirectory directory;
    std::filesystem::path socket = directory.path() / "officer.sock";
    HttpRequest last;
    std::atomic<int> handled = 0;
    std::unique_ptr<HttpServer> server;
};

std::string body_of(std::string const& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_handler_sees_method_path_query_type_and_body) {
    Officers const officers;
    auto const answer = officers.answer_to(
        "POST /v1/cases/show?case=TH%2D7&q=a%20b HTTP/1.1\r\nHost: local\r\nContent-Type: application/json\r\n"
        "X-Twice: one\r\nx-twice: two\r\nContent-Length: 4\r\n\r\nbody");
    BOOST_CHECK_EQUAL(body_of(answer), "POST /v1/cases/show|case=TH-7,q=a b,|application/json|body");
    BOOST_CHECK_EQUAL(officers.last.headers.at("x-twice"), "one, two");
    BOOST_CHECK_EQUAL(officers.last.headers.at("host"), "local");
    BOOST_CHECK(officers.last.caller.tls_chain.empty());
}

BOOST_AUTO_TEST_CASE(answers_say_how_they_may_be_kept_and_not_who_made_them) {
    Officers const officers;
    auto const answer = officers.answer_to("GET / HTTP/1.1\r\nHost: local\r\n\r\n");
    BOOST_CHECK(answer.find("\r\nCache-Control: no-store\r\n") != std::string::npos);
    BOOST_CHECK(answer.find("\r\nX-Content-Type-Options: nosniff\r\n") != std::string::npos);
    BOOST_CHECK(answer.find("\r\nServer:") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_answer_to_head_has_a_length_and_no_body) {
    Officers const officers;
    auto client = officers.client();
    client.send("HEAD / HTTP/1.1\r\nHost: local\r\nConnection: close\r\n\r\n");
    auto const answer = client.read_all();
    BOOST_CHECK(answer.find("\r\nContent-Length: 9\r\n") != std::string::npos);
    BOOST_CHECK_EQUAL(body_of(answer), "");
}

BOOST_AUTO_TEST_CASE(a_chunked_body_arrives_whole_and_its_trailer_changes_nothing) {
    Officers const officers;
    auto const answer = officers.answer_to(
        "POST / HTTP/1.1\r\nHost: local\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\none\r\n3;x=y\r\ntwo\r\n0\r\nContent-Type: text/forged\r\nX-Late: forged\r\n\r\n");
    BOOST_CHECK_EQUAL(body_of(answer), "POST /||text/plain|onetwo");
    BOOST_CHECK_EQUAL(officers.last.headers.at("content-type"), "text/plain");
    BOOST_CHECK(!officers.last.headers.contains("x-late"));
}

BOOST_AUTO_TEST_CASE(a_client_that_waits_for_permission_gets_it) {
    Officers const officers;
    auto client = officers.client();
    client.send("POST / HTTP/1.1\r\nHost: local\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    BOOST_CHECK_EQUAL(client.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    BOOST_CHECK_EQUAL(body_of(client.read_answer()), "POST /|||body");
}

BOOST_AUTO_TEST_CASE(requests_sent_ahead_are_answered_in_order) {
    Officers const officers;
    auto client = officers.client();
    client.send(
        "GET /1 HTTP/1.1\r\nHost: local\r\n\r\nPOST /2 HTTP/1.1\r\nHost: local\r\nContent-Length: 2\r\n\r\nab"
        "GET /3 HTTP/1.1\r\nHost: local\r\nConnection: close\r\n\r\n");
    BOOST_CHECK_EQUAL(body_of(client.read_answer()), "GET /1|||");
    BOOST_CHECK_EQUAL(body_of(client.read_answer()), "POST /2|||ab");
    BOOST_CHECK_EQUAL(body_of(client.read_all()), "GET /3|||");
}

BOOST_AUTO_TEST_CASE(a_head_that_comes_byte_by_byte_is_understood) {
    Officers const officers;
    auto client = officers.client();
    for (char const c : std::string_view("GET /slow HTTP/1.1\r\nHost: local\r\n\r\n")) client.send({&c, 1});
    BOOST_CHECK_EQUAL(body_of(client.read_answer()), "GET /slow|||");
}

BOOST_AUTO_TEST_CASE(what_is_no_request_of_ours_is_refused_with_its_own_code) {
    struct Row {
        std::string_view request, expected;
    };
    std::string const long_value(3000, 'x');
    std::string const long_head = "GET / HTTP/1.1\r\nHost: local\r\nX-Long: " + long_value + "\r\n\r\n";
    std::string const long_line = "GET /" + long_value + " HTTP/1.1\r\nHost: local\r\n\r\n";
    std::string const two_halves = "GET /" + long_value.substr(0, 1500) +
                                   " HTTP/1.1\r\nHost: local\r\nX: " + long_value.substr(0, 1500) + "\r\n\r\n";
    std::string const nul("GET / HTTP/1.1\r\nHost: local\r\nX: a\0b\r\n\r\n", 40);
    for (auto const& [request, expected] : std::initializer_list<Row>{
             {"POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 10001\r\n\r\n", "413 http.body_too_large"},
             {"POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 99999999999999999999\r\n\r\n", "400 http.malformed"},
             {"POST / HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: chunked\r\n\r\n2711\r\nx", "413 http.body_too_large"},
             {"POST / HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400 http.malformed"},
             {long_head, "431 http.header_too_large"},
             {long_line, "431 http.header_too_large"},
             {two_halves, "431 http.header_too_large"},
             {"POST / HTTP/1.1\r\nHost: l\r\nContent-Encoding: gzip\r\n\r\n", "415 http.content_encoding"},
             {"POST / HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: gzip\r\n\r\n", "501 http.transfer_encoding"},
             {"POST / HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501 http.transfer_encoding"},
             {"POST / HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: identity\r\n\r\n", "501 http.transfer_encoding"},
             {"POST / HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
              "400 http.malformed"},
             {"POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
              "400 http.malformed"},
             {"POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", "400 http.malformed"},
             {"POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "400 http.malformed"},
             {"POST / HTTP/1.1\r\nHost: l\r\nContent-Length: -1\r\n\r\n", "400 http.malformed"},
             {"GET / HTTP/1.0\r\nHost: l\r\n\r\n", "505 http.version"},
             {"GET / HTTP/2.0\r\nHost: l\r\n\r\n", "505 http.version"},
             {"GET / HTTP/1.1\r\nHost: l\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", "400 http.upgrade"},
             {"GET / HTTP/1.1\r\nHost: l\r\nExpect: a miracle\r\n\r\n", "417 http.expect"},
             {"GET / HTTP/1.1\r\n\r\n", "400 http.malformed"},
             {"GET / HTTP/1.1\r\nHost: l\r\nHost: m\r\n\r\n", "400 http.malformed"},
             {"GET / HTTP/1.1\r\nHost: l\r\nContent-Type: a\r\nContent-Type: b\r\n\r\n", "400 http.malformed"},
             {nul, "400 http.malformed"},
             {"nonsense\r\n\r\n", "400 http.malformed"},
             {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "400 http.malformed"},
         }) {
        HttpLimits limits;
        limits.header_bytes = 2048;
        Officers const officers({}, limits);
        BOOST_TEST_CONTEXT(request.substr(0, 80)) {
            BOOST_CHECK_EQUAL(outcome(officers.answer_to(request)), expected);
            BOOST_CHECK_EQUAL(officers.handled.load(), 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_target_that_could_be_read_in_two_ways_is_refused) {
    Officers const officers;
    for (std::string_view const target :
         {"/a?x=1&x=2", "/a?=1", "/a/../b", "/a/%2e%2e/b", "/./a", "//a", "/a/", "/a%2fb", "/a%00", "/a%2", "/a%zz",
          "/a#b", "http://other/a", "*", "/a\x80", "/a?x=%00"}) {
        BOOST_TEST_CONTEXT(target) {
            auto const answer = officers.answer_to("GET " + std::string(target) + " HTTP/1.1\r\nHost: l\r\n\r\n");
            BOOST_CHECK_EQUAL(outcome(answer), "400 http.bad_target");
        }
    }
    BOOST_CHECK_EQUAL(officers.handled.load(), 0);
}

BOOST_AUTO_TEST_CASE(a_refusal_ends_the_connection_so_that_nothing_after_it_is_read) {
    Officers const officers;
    auto client = officers.client();
    client.send(
        "POST / HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: gzip\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: l\r\n\r\n");
    auto const all = client.read_all();
    BOOST_CHECK_EQUAL(outcome(all), "501 http.transfer_encoding");
    BOOST_CHECK(all.find("\r\nConnection: close\r\n") != std::string::npos);
    BOOST_CHECK_EQUAL(officers.handled.load(), 0);
}

BOOST_AUTO_TEST_CASE(a_refusal_reaches_a_client_that_is_still_sending) {
    Officers const officers;
    auto client = officers.client();
    client.send("POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 400000\r\n\r\n" + std::string(400'000, 'x'));
    BOOST_CHECK_EQUAL(outcome(client.read_answer()), "413 http.body_too_large");
}

BOOST_AUTO_TEST_CASE(a_slow_head_ends_at_the_deadline) {
    Officers const officers({}, short_limits());
    auto client = officers.client();
    client.send("GET / HTTP/1.1\r\nHost:");
    BOOST_CHECK(client.is_closed());
    BOOST_CHECK(eventually([&] { return officers.server->open_connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_slow_head_does_not_gain_time_by_sending_a_little_now_and_then) {
    Officers const officers({}, short_limits());
    auto client = officers.client();
    auto const start = std::chrono::steady_clock::now();
    client.send("GET / HTTP/1.1\r\n");
    while (officers.server->open_connections() > 0 && client.send("X: y\r\n")) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the pace under test; nothing waits for it
        if (std::chrono::steady_clock::now() - start > std::chrono::seconds(10)) break;
    }
    BOOST_CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

BOOST_AUTO_TEST_CASE(a_silent_connection_ends_at_the_deadline) {
    Officers const officers({}, short_limits());
    BOOST_CHECK(officers.client().is_closed());
}

BOOST_AUTO_TEST_CASE(a_connection_nobody_uses_any_more_ends) {
    Officers const officers({}, short_limits());
    auto client = officers.client();
    client.send("GET / HTTP/1.1\r\nHost: l\r\n\r\n");
    BOOST_CHECK_EQUAL(outcome(client.read_answer()), "200");
    BOOST_CHECK(client.is_closed());
}

BOOST_AUTO_TEST_CASE(a_body_below_the_minimum_rate_ends) {
    Officers const officers({}, short_limits());
    auto client = officers.client();
    client.send("POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 1000\r\n\r\nsome");
    BOOST_CHECK(client.is_closed());
    BOOST_CHECK_EQUAL(officers.handled.load(), 0);
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_costs_one_request) {
    Officers const officers([](HttpRequest const& request, HttpResponder const& respond) {
        if (request.path == "/bad") throw std::runtime_error("a mistake");
        respond(HttpResponse{});
    });
    auto client = officers.client();
    client.send("GET /bad HTTP/1.1\r\nHost: l\r\n\r\n");
    BOOST_CHECK_EQUAL(outcome(client.read_answer()), "500 http.handler_failed");
    client.send("GET /good HTTP/1.1\r\nHost: l\r\n\r\n");
    BOOST_CHECK_EQUAL(outcome(client.read_answer()), "200");
}

BOOST_AUTO_TEST_CASE(a_handler_that_forgets_to_answer_is_answered_for) {
    Officers const officers([](HttpRequest const&, HttpResponder const&) {});
    BOOST_CHECK_EQUAL(outcome(officers.answer_to("GET / HTTP/1.1\r\nHost: l\r\n\r\n")), "500 http.no_answer");
}

BOOST_AUTO_TEST_CASE(only_the_first_answer_counts) {
    Officers const officers([](HttpRequest const&, HttpResponder const& respond) {
        respond(HttpResponse{.status = 201, .body = {}});
        respond(HttpResponse{.status = 202, .body = {}});
    });
    auto client = officers.client();
    for (int round = 0; round < 2; ++round) {
        client.send("GET / HTTP/1.1\r\nHost: l\r\n\r\n");
        BOOST_CHECK_EQUAL(outcome(client.read_answer()), "201");
    }
}

BOOST_AUTO_TEST_CASE(an_answer_that_would_break_the_head_is_not_sent) {
    Officers const officers([](HttpRequest const& request, HttpResponder const& respond) {
        HttpResponse response;
        if (request.path == "/value") response.headers["X-Note"] = "a\r\nSet-Cookie: b";
        if (request.path == "/name") response.headers["X: y\r\nZ"] = "a";
        if (request.path == "/type") response.content_type = "text/plain\r\nX: y";
        if (request.path == "/status") response.status = 99;
        respond(response);
    });
    for (auto const path : {"/value", "/name", "/type", "/status"}) {
        auto const request = "GET " + std::string(path) + " HTTP/1.1\r\nHost: l\r\n\r\n";
        BOOST_CHECK_EQUAL(outcome(officers.answer_to(request)), "500 http.bad_response");
    }
}

BOOST_AUTO_TEST_SUITE_END()
